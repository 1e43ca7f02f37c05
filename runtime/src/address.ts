/**
 * Addresses: what a channel is called on the wire, with `{param}` places in templates.
 * How a broker separates and wildcards its addresses is its dialect, a value that the core asks.
 */
import { AddressError } from "./errors.ts";

/** The names between braces in an address: `ParamNames<"users.{userId}.created">` is `"userId"`. */
export type ParamNames<Address extends string> =
  Address extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest> : never;

/** The values of an address' parameters, all text: `{ userId: string }`. */
export type Params<Address extends string> = { [Name in ParamNames<Address>]: string };

/** How one broker writes addresses. */
export interface AddressDialect {
  /** What separates two segments: `.` in NATS subjects, `/` in MQTT topics. Of several characters each separates. */
  readonly separator: string;
  /** Matches exactly one segment: `*` or `+`. */
  readonly one: string;
  /** Matches the rest of an address: `>` or `#`. Last segment only, but for AMQP's (`restAnywhere`). */
  readonly rest: string;
  /** Whether `rest` also matches its parent: `a/#` matches `a` in MQTT (4.7.1.2); `a.>` does not match `a` in NATS. */
  readonly restMatchesParent: boolean;
  /** Whether `rest` may stand between segments: `a.#.z` in AMQP. */
  readonly restAnywhere?: boolean;
  /** Why users cannot write wildcards, and what to write instead; a template with one is then refused. */
  readonly noWildcards?: string;
}

/** NATS subjects; `a.>` does not match `a`. https://docs.nats.io/nats-concepts/subjects */
export const SUBJECTS: AddressDialect = {
  separator: ".",
  one: "*",
  rest: ">",
  restMatchesParent: false,
};

/** MQTT topics; `a/#` matches `a`, too (4.7.1.2). */
export const TOPICS: AddressDialect = {
  separator: "/",
  one: "+",
  rest: "#",
  restMatchesParent: true,
};

/** An address as declared, taken apart once. */
export interface Address {
  /** As declared, prefix included: `users.{userId}.created`. */
  readonly template: string;
  /** What is subscribed to: `users.*.created`. */
  readonly pattern: string;
  /** The parameters' names, in order. */
  readonly params: readonly string[];
  /** Whether the pattern can match more than one concrete address. */
  readonly wild: boolean;
  /** The parameters' values where the pattern matches the concrete address, else null. */
  match(concrete: string): Record<string, string> | null;
  /** The concrete address; throws {@link AddressError} for a missing value or one with a separator or wildcard in it. */
  fill(params: Readonly<Record<string, string>>): string;
}

const PARAM = /^\{([A-Za-z_$][\w$]*)\}$/;

/**
 * Takes an address template apart. A parameter is a whole segment.
 * @throws {AddressError} for an empty address, a segment such as `a{b}` or the same name twice.
 */
export function parseAddress(template: string, dialect: AddressDialect): Address {
  if (template === "") throw new AddressError("an address cannot be empty");
  const separators = new RegExp(`([${escape(dialect.separator)}])`);
  // Segments and separators in turn: a dialect may have several separators.
  const parts = template.split(separators);
  const params: string[] = [];
  const pattern = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    const name = PARAM.exec(part)?.[1];
    if (name === undefined) {
      refuseBraces(template, part);
      if (dialect.noWildcards !== undefined && (part === dialect.one || part === dialect.rest))
        throw new AddressError(`"${template}" has a wildcard: ${dialect.noWildcards}`);
      return part;
    }
    if (params.includes(name))
      throw new AddressError(`"${template}" names the parameter {${name}} twice`);
    params.push(name);
    return dialect.one;
  });
  const wild = pattern.some((part) => part === dialect.one || part === dialect.rest);
  const matcher = new RegExp(matcherOf(parts, dialect));

  return {
    template,
    pattern: pattern.join(""),
    params,
    wild,
    match(concrete) {
      if (!wild) return concrete === template ? {} : null;
      const found = matcher.exec(concrete);
      return found === null ? null : { ...found.groups };
    },
    fill(values) {
      const filled = parts.map((part) => {
        const name = PARAM.exec(part)?.[1];
        if (name === undefined) return part;
        const value = values[name];
        if (value === undefined || value === "")
          throw new AddressError(`"${template}" needs a value for {${name}}`);
        if (
          separators.test(value) ||
          value === dialect.one ||
          (dialect.noWildcards === undefined && value.includes(dialect.rest))
        ) {
          throw new AddressError(
            `the value ${JSON.stringify(value)} for {${name}} in "${template}" would change the address: it has a separator or wildcard`,
          );
        }
        return value;
      });
      const concrete = filled.join("");
      if (filled.some((part) => part === dialect.one || part === dialect.rest)) {
        throw new AddressError(`"${concrete}" has a wildcard: a message goes to one address`);
      }
      return concrete;
    },
  };
}

/** A regular expression of an address' parts, each parameter a group of its name. */
function matcherOf(parts: readonly string[], dialect: AddressDialect): string {
  const separator = `[${escape(dialect.separator)}]`;
  const segment = `[^${escape(dialect.separator)}]*`;
  let text = "";
  /** Whether the separator after the last part is matched already. */
  let separated = true;
  for (let index = 0; index < parts.length; index += 2) {
    const part = parts[index] as string;
    const before = separated ? "" : escape(parts[index - 1] as string);
    const name = PARAM.exec(part)?.[1];
    const last = index + 1 === parts.length;
    separated = false;
    if (name !== undefined) text += `${before}(?<${name}>${segment})`;
    else if (part === dialect.one) text += before + segment;
    else if (part !== dialect.rest) text += before + escape(part);
    else if (dialect.restAnywhere && !last) {
      // Zero or more segments; at the beginning they bring the separator after them.
      separated = index === 0;
      text += separated ? `(?:${segment}${separator})*` : `(?:${separator}${segment})*`;
    } else if (dialect.restMatchesParent && index > 0) text += `(?:${before}[\\s\\S]*)?`;
    else text += `${before}[\\s\\S]*`;
  }
  return `^${text}$`;
}

function refuseBraces(template: string, segment: string): void {
  if (/[{}]/.test(segment)) {
    throw new AddressError(
      `in "${template}" the parameter must fill the whole of "${segment}": write {name} between separators`,
    );
  }
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
