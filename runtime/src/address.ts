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
  /** Between two segments: `.` in NATS subjects, `/` in MQTT topics. */
  readonly separator: string;
  /** Matches exactly one segment: `*` or `+`. */
  readonly one: string;
  /** Matches the rest of an address, last segment only: `>` or `#`. */
  readonly rest: string;
  /** Whether `rest` also matches its parent: `a/#` matches `a` in MQTT (4.7.1.2); `a.>` does not match `a` in NATS. */
  readonly restMatchesParent: boolean;
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
  const segments = template.split(dialect.separator);
  const params: string[] = [];
  const pattern = segments.map((segment) => {
    const name = PARAM.exec(segment)?.[1];
    if (name === undefined) {
      if (/[{}]/.test(segment)) {
        throw new AddressError(
          `in "${template}" the parameter must fill the whole of "${segment}": write {name} between separators`,
        );
      }
      return segment;
    }
    if (params.includes(name))
      throw new AddressError(`"${template}" names the parameter {${name}} twice`);
    params.push(name);
    return dialect.one;
  });
  const wild = pattern.some((segment) => segment === dialect.one || segment === dialect.rest);

  return {
    template,
    pattern: pattern.join(dialect.separator),
    params,
    wild,
    match(concrete) {
      const found: Record<string, string> = {};
      const parts = concrete.split(dialect.separator);
      for (const [index, segment] of pattern.entries()) {
        if (segment === dialect.rest)
          return parts.length > index || dialect.restMatchesParent ? found : null;
        const part = parts[index];
        if (part === undefined) return null;
        if (segment !== dialect.one) {
          if (segment !== part) return null;
          continue;
        }
        const name = PARAM.exec(segments[index] ?? "")?.[1];
        if (name !== undefined) found[name] = part;
      }
      return parts.length === pattern.length ? found : null;
    },
    fill(values) {
      const filled = segments.map((segment) => {
        const name = PARAM.exec(segment)?.[1];
        if (name === undefined) return segment;
        const value = values[name];
        if (value === undefined || value === "")
          throw new AddressError(`"${template}" needs a value for {${name}}`);
        if (
          value.includes(dialect.separator) ||
          value === dialect.one ||
          value.includes(dialect.rest)
        ) {
          throw new AddressError(
            `the value ${JSON.stringify(value)} for {${name}} in "${template}" would change the address: it has a separator or wildcard`,
          );
        }
        return value;
      });
      const concrete = filled.join(dialect.separator);
      if (filled.some((segment) => segment === dialect.one || segment === dialect.rest)) {
        throw new AddressError(`"${concrete}" has a wildcard: a message goes to one address`);
      }
      return concrete;
    },
  };
}
