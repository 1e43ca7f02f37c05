/**
 * JSON Schemas from a schema library's calls, read as text: `z.object({ … }).extend({ … })`, across files, with nothing installed.
 * What a call cannot tell (transforms, refinements) is asked of the types, or said. The libraries are tables (zod.ts, valibot.ts).
 */
import { ts } from "ts-morph";
import type { Bound, Env, Follower } from "../follow.ts";
import { keptIn } from "../places.ts";
import { nameOf, returnedBy } from "../syntax.ts";
import { type Library, nameIn } from "./library.ts";
import { type Gap, gapsAt, isUnread, type Part, type Side, unread, withGap } from "./part.ts";
import { propertiesOf } from "./properties.ts";
import { type Value, valueOf } from "./values.ts";

export interface SchemaContext {
  readonly follower: Follower;
  readonly libraries: readonly Library[];
  readonly side: Side;
  /** What the types know of a schema expression. */
  readonly ofTypes: (node: ts.Node, side: Side) => Part;
}

/** The schema's wire side; null where the expression is not one of the libraries'. */
export function readSchema(context: SchemaContext, given: Bound): Part | null {
  const reader = new SchemaReader(context);
  const part = reader.read(given.node, given.env);
  return part === null ? null : reader.finish(part);
}

interface Frame {
  readonly node: ts.Node;
  readonly name: string;
  used: boolean;
}

export class SchemaReader {
  readonly side: Side;
  readonly #context: SchemaContext;
  readonly #stack: Frame[] = [];
  readonly #definitions = new Map<string, Part>();

  constructor(context: SchemaContext) {
    this.#context = context;
    this.side = context.side;
  }

  /** A schema expression; null where it is not one of the libraries'. */
  read(node: ts.Node, env: Env | null): Part | null {
    const inShape = this.#inShape(node, env);
    if (inShape !== null) return inShape;
    const found = this.#context.follower.follow(node, env);
    if (found.kind !== "node" || !ts.isCallExpression(found.node)) return null;
    const open = this.#stack.find((frame) => frame.node === found.node);
    if (open !== undefined) {
      open.used = true;
      return {
        schema: { $ref: open === this.#stack[0] ? "#" : `#/$defs/${open.name}` },
        optional: false,
        gaps: [],
      };
    }
    const frame: Frame = { node: found.node, name: this.#nameFor(found.node), used: false };
    this.#stack.push(frame);
    const part = this.#call(found.node, found.env);
    this.#stack.pop();
    if (part === null || !frame.used || this.#stack.length === 0) return part;
    this.#definitions.set(frame.name, { ...part, optional: false });
    return { schema: { $ref: `#/$defs/${frame.name}` }, optional: part.optional, gaps: [] };
  }

  /** A schema expression inside another: read, else asked of the types, else said to be unread. */
  inner(given: Bound | undefined): Part {
    if (given === undefined) return unread("a schema is missing here");
    return this.read(given.node, given.env) ?? this.#context.ofTypes(given.node, this.side);
  }

  /** What the types know of a schema whose chain does not say: the result of a transform. */
  typed(call: ts.CallExpression, why: string): Part {
    const part = this.#context.ofTypes(call, this.side);
    return isUnread(part) ? unread(why) : part;
  }

  value(given: Bound | undefined): Value {
    return given === undefined
      ? { known: true, value: undefined }
      : valueOf(this.#context.follower, given.node, given.env);
  }

  /** The values of `["a", "b"]`, `{ A: "a" }` or a TypeScript enum. */
  values(given: Bound | undefined): unknown[] | null {
    const target = this.follow(given);
    if (target !== null && ts.isEnumDeclaration(target.node)) {
      const members = target.node.members.map((node) => this.value({ node, env: null }));
      return members.every((member) => member.known) ? members.map((member) => member.value) : null;
    }
    const value = this.value(given);
    return value.known && typeof value.value === "object" && value.value !== null
      ? Object.values(value.value)
      : null;
  }

  /** Follows an argument to the expression that makes it. */
  follow(given: Bound | undefined): Bound | null {
    if (given === undefined) return null;
    const found = this.#context.follower.follow(given.node, given.env);
    return found.kind === "node" ? found : null;
  }

  /** The properties of `{ id: z.string(), ...Base.shape, get parent() { … } }`. */
  shape(given: Bound | undefined): Map<string, Part> {
    const properties = new Map<string, Part>();
    const object = this.follow(given);
    if (object === null || !ts.isObjectLiteralExpression(object.node)) return properties;
    for (const property of object.node.properties) {
      if (ts.isSpreadAssignment(property)) {
        for (const [name, part] of this.#spread({ node: property.expression, env: object.env }))
          properties.set(name, part);
        continue;
      }
      const name = property.name === undefined ? null : nameOf(property.name);
      if (name === null) continue;
      properties.set(name, this.inner({ node: schemaIn(property), env: object.env }));
    }
    return properties;
  }

  /** The properties of a part that is an object, also behind a reference. */
  properties(part: Part): Map<string, Part> {
    const reference = part.schema["$ref"];
    const target =
      typeof reference === "string"
        ? this.#definitions.get(reference.replace("#/$defs/", ""))
        : undefined;
    return propertiesOf(target ?? part);
  }

  /** Adds what was referred to. */
  finish(part: Part): Part {
    if (this.#definitions.size === 0) return part;
    const definitions = [...this.#definitions].map(
      ([name, definition]) => [name, definition.schema] as const,
    );
    const gaps: Gap[] = [...this.#definitions].flatMap(([name, definition]) =>
      gapsAt(`/$defs/${name}`, definition),
    );
    return {
      ...part,
      schema: { ...part.schema, $defs: Object.fromEntries(definitions) },
      gaps: [...part.gaps, ...gaps],
    };
  }

  /** The function of a library that is called: `object`, `iso.datetime`; null for other functions. */
  functionOf(callee: ts.Node, env: Env | null): { library: Library; name: string } | null {
    const found = this.#context.follower.follow(callee, env);
    if (found.kind !== "external") return null;
    for (const library of this.#context.libraries) {
      const name = nameIn(library, found);
      if (name !== null) return { library, name };
    }
    return null;
  }

  #call(call: ts.CallExpression, env: Env | null): Part | null {
    const args = call.arguments.map((node): Bound => ({ node, env }));
    const made = this.functionOf(call.expression, env);
    if (made !== null) {
      const maker = made.library.makers[made.name];
      return maker === undefined
        ? unread(`${call.expression.getText()}() is not known to the workbench`)
        : maker({ reader: this, args, call });
    }
    if (!ts.isPropertyAccessExpression(call.expression)) return null;
    const part = this.read(call.expression.expression, env);
    if (part === null) return null;
    const name = call.expression.name.text;
    const method = this.#context.libraries
      .map(({ methods }) => methods[name])
      .find((each) => each !== undefined);
    return method === undefined
      ? withGap(part, `.${name}() is not known to the workbench`)
      : method(part, { reader: this, args, call });
  }

  /** `Order.shape.id`: a property of another schema. */
  #inShape(node: ts.Node, env: Env | null): Part | null {
    if (
      !ts.isPropertyAccessExpression(node) ||
      !ts.isPropertyAccessExpression(node.expression) ||
      node.expression.name.text !== "shape"
    )
      return null;
    const whole = this.read(node.expression.expression, env);
    return whole === null ? null : (this.properties(whole).get(node.name.text) ?? null);
  }

  #spread(given: Bound): Map<string, Part> {
    if (ts.isPropertyAccessExpression(given.node) && given.node.name.text === "shape") {
      const whole = this.read(given.node.expression, given.env);
      if (whole !== null) return this.properties(whole);
    }
    return this.shape(given);
  }

  #nameFor(node: ts.Node): string {
    const name = (keptIn(node) ?? "schema").replaceAll(/[^\w.-]/g, "_");
    const taken = (candidate: string) =>
      this.#definitions.has(candidate) || this.#stack.some((frame) => frame.name === candidate);
    let free = name;
    for (let count = 2; taken(free); count++) free = `${name}${count}`;
    return free;
  }
}

function schemaIn(property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>): ts.Node {
  if (ts.isPropertyAssignment(property)) return property.initializer;
  if (ts.isShorthandPropertyAssignment(property)) return property.name;
  return returnedBy(property) ?? property;
}
