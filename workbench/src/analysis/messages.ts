/** Which payload an operation has: from its schema, else from the types it is declared with. */
import { ts } from "ts-morph";
import type { MessageShape } from "../topology.ts";
import { recogniseExternal } from "./brokers.ts";
import type { Bound, Env, Follower, Found } from "./follow.ts";
import { type DeclarationArguments, optionOf } from "./options.ts";
import { keptIn } from "./places.ts";
import { type Part, type Side, shapeOf } from "./schemas/part.ts";
import type { TypeReader } from "./schemas/types.ts";

export interface MessageRead {
  readonly message: MessageShape;
  readonly reply: MessageShape | undefined;
  readonly declared: boolean;
}

export class Messages {
  readonly #follower: Follower;
  readonly #types: TypeReader;

  constructor(follower: Follower, types: TypeReader) {
    this.#follower = follower;
    this.#types = types;
  }

  /** What a subscriber takes, and what it answers. */
  received({ options, handler }: DeclarationArguments): MessageRead {
    const schema = optionOf(this.#follower, options, "schema");
    const reply = optionOf(this.#follower, options, "reply");
    const replied = reply === null ? undefined : this.#schema(reply, "output");
    if (schema !== null)
      return { message: this.#schema(schema, "input"), reply: replied, declared: true };
    const annotation =
      handler !== null && ts.isFunctionLike(handler.node)
        ? handler.node.parameters[0]?.type
        : undefined;
    const isBatch = optionOf(this.#follower, options, "batch") !== null;
    const one = annotation !== undefined && isBatch ? this.#elementOf(annotation) : annotation;
    if (one === null)
      return {
        message: unknown("its handler takes batches, and their type is not written as an array"),
        reply: replied,
        declared: true,
      };
    if (one !== undefined)
      return { message: this.#type(one, "input"), reply: replied, declared: true };
    return {
      message: unknown("it has no schema, and the handler's parameter has no type"),
      reply: replied,
      declared: false,
    };
  }

  /** What a publisher sends, and the answer it expects. */
  published(call: ts.CallExpression, { options }: DeclarationArguments): MessageRead {
    const schema = optionOf(this.#follower, options, "schema");
    const reply = optionOf(this.#follower, options, "reply");
    const replied = reply === null ? undefined : this.#schema(reply, "input");
    if (schema !== null)
      return { message: this.#schema(schema, "output"), reply: replied, declared: true };
    const [argument] = call.typeArguments ?? [];
    if (argument !== undefined)
      return { message: this.#type(argument, "output"), reply: replied, declared: true };
    return { message: unknown("it has no schema"), reply: replied, declared: false };
  }

  /** What `broker.publish("x", payload)` sends: the payload's own type. */
  sent(call: ts.CallExpression, env: Env | null): MessageRead {
    const payload = call.arguments[1];
    if (payload === undefined)
      return {
        message: unknown("it is sent without a payload"),
        reply: undefined,
        declared: false,
      };
    const found = this.#follower.follow(payload, env);
    const message = shapeOf(
      this.#types.ofValue(
        found.kind === "node" && ts.isExpression(found.node) ? found.node : payload,
      ),
      "type",
      undefined,
    );
    const reply = optionOf(
      this.#follower,
      call.arguments[2] === undefined ? null : this.#follower.follow(call.arguments[2], env),
      "reply",
    );
    return {
      message,
      reply: reply === null ? undefined : this.#schema(reply, "input"),
      declared: false,
    };
  }

  #schema(given: Bound, side: Side): MessageShape {
    const found = this.#follower.follow(given.node, given.env);
    const type =
      found.kind === "node" && ts.isCallExpression(found.node)
        ? this.#typeArgument(found.node)
        : null;
    if (type !== null) return this.#type(type, side);
    const name = nameOfSchema(given.node, found);
    const part = this.#types.ofCalls(given, side) ?? this.#types.ofSchema(given.node, side);
    return shapeOf(part, "schema", name);
  }

  /** The `T` of `T[]`, `readonly T[]`, `Array<T>` and names for them: a batch's handler is given several messages. */
  #elementOf(node: ts.TypeNode): ts.TypeNode | null {
    if (ts.isParenthesizedTypeNode(node)) return this.#elementOf(node.type);
    if (ts.isArrayTypeNode(node)) return node.elementType;
    if (ts.isTypeOperatorNode(node)) return this.#elementOf(node.type);
    if (!ts.isTypeReferenceNode(node)) return null;
    const [element] = node.typeArguments ?? [];
    if (/^(Readonly)?Array$/.test(node.typeName.getText())) return element ?? null;
    const found = this.#follower.followType(node);
    return found.kind === "node" && ts.isTypeAliasDeclaration(found.node)
      ? this.#follower.guarded(found.node, null, () =>
          this.#elementOf((found.node as ts.TypeAliasDeclaration).type),
        )
      : null;
  }

  /** The `T` of `type<T>()`. */
  #typeArgument(call: ts.CallExpression): ts.TypeNode | null {
    const callee = this.#follower.follow(call.expression);
    if (callee.kind !== "external" || recogniseExternal(callee)?.what !== "type") return null;
    return call.typeArguments?.[0] ?? null;
  }

  #type(node: ts.TypeNode, side: Side): MessageShape {
    const part: Part = this.#types.ofNode(node, side);
    const found = this.#follower.followType(node);
    const declared =
      found.kind === "node" ? (found.node as ts.Node & { name?: ts.Node }).name : undefined;
    const name = declared !== undefined && ts.isIdentifier(declared) ? declared.text : undefined;
    return shapeOf(part, "type", name);
  }
}

function unknown(why: string): MessageShape {
  return { known: false, why };
}

/** By the variable it is declared with, which an import may have renamed; what is written on the spot has no name. */
function nameOfSchema(node: ts.Node, found: Found): string | undefined {
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return undefined;
  const declared = found.kind === "node" ? keptIn(found.node) : undefined;
  return declared ?? (ts.isIdentifier(node) ? node.text : node.name.text);
}
