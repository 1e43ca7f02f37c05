/**
 * JSON Schemas from zod's call chain, read as text: `z.object({ … }).extend({ … })`, across files, with nothing installed.
 * Zod 3, zod 4 and zod/mini forms. What a chain cannot tell (transforms, refinements) is asked of the types, or said.
 */
import { ts } from "ts-morph";
import type { Bound, Env, Follower } from "../follow.ts";
import { nameOf, returnedBy } from "../follow.ts";
import { keptIn } from "../places.ts";
import { type Gap, gapsAt, type Part, type Side, unread, withGap } from "./part.ts";
import type { TypeReader } from "./types.ts";
import { type Value, valueOf } from "./values.ts";
import { propertiesOf } from "./zod-objects.ts";
import { makers } from "./zod-makers.ts";
import { methods } from "./zod-methods.ts";

export interface ZodContext {
  readonly follower: Follower;
  readonly types: TypeReader;
  readonly side: Side;
}

/** The schema's wire side; null where the expression is not zod's. */
export function readZod(context: ZodContext, given: Bound): Part | null {
  const reader = new ZodReader(context);
  const part = reader.read(given.node, given.env);
  return part === null ? null : reader.finish(part);
}

interface Frame {
  readonly node: ts.Node;
  readonly name: string;
  used: boolean;
}

export class ZodReader {
  readonly side: Side;
  readonly #context: ZodContext;
  readonly #stack: Frame[] = [];
  readonly #definitions = new Map<string, Part>();

  constructor(context: ZodContext) {
    this.#context = context;
    this.side = context.side;
  }

  /** A schema expression; null where it is not zod's. */
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
    return this.read(given.node, given.env) ?? this.#context.types.ofSchema(given.node, this.side);
  }

  /** What the types know of a schema whose chain does not say: the result of a transform. */
  typed(call: ts.CallExpression, why: string): Part {
    const part = this.#context.types.ofSchema(call, this.side);
    return Object.keys(part.schema).length === 1 && "$comment" in part.schema ? unread(why) : part;
  }

  value(given: Bound | undefined): Value {
    return given === undefined
      ? { known: true, value: undefined }
      : valueOf(this.#context.follower, given.node, given.env);
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

  /** The name of a function of zod's that is called: `object`, `iso.datetime`; null for other functions. */
  zodName(callee: ts.Node, env: Env | null): string | null {
    const found = this.#context.follower.follow(callee, env);
    if (found.kind !== "external" || !/^(zod|@zod\/mini)(\/|$)/.test(found.module)) return null;
    const path =
      found.path[0] === "z" || found.path[0] === "default" ? found.path.slice(1) : found.path;
    return path.length === 0 ? null : path.join(".");
  }

  #call(call: ts.CallExpression, env: Env | null): Part | null {
    const args = call.arguments.map((node): Bound => ({ node, env }));
    const made = this.zodName(call.expression, env);
    if (made !== null) {
      const maker = makers[made];
      return maker === undefined
        ? unread(`z.${made}() is not known to the workbench`)
        : maker({ reader: this, args, call });
    }
    if (!ts.isPropertyAccessExpression(call.expression)) return null;
    const part = this.read(call.expression.expression, env);
    if (part === null) return null;
    const name = call.expression.name.text;
    const method = methods[name];
    return method === undefined
      ? withGap(part, `.${name}() is not read`)
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
