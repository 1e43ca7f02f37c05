/** Which broker or router an expression is, with the prefixes it went through on the way. */
import { ts } from "ts-morph";
import type { ProtocolName } from "../topology.ts";
import type { Bound, Env, Follower } from "./follow.ts";
import { optionOf } from "./options.ts";
import { keyOf } from "./places.ts";
import { recognise, type Recognised } from "./recognised.ts";
import { annotationOf } from "./syntax.ts";
import { textOf } from "./texts.ts";

/** A broker, a router, or a parameter that stands for one. */
export interface Root {
  /** Where it is made: the same for everyone who uses it. */
  readonly key: string;
  readonly made: "broker" | "router" | "parameter";
  readonly protocol: ProtocolName;
  readonly node: ts.Node;
}

/** What is put before each address. */
export interface Prefix {
  /** Null where a part of it could not be resolved. */
  readonly text: string | null;
  /** As it is written, where it could not be resolved. */
  readonly expression: string;
}

const none: Prefix = { text: "", expression: "" };

export interface Receiver {
  readonly root: Root;
  readonly prefix: Prefix;
}

export function receiverOf(follower: Follower, node: ts.Node, env: Env | null): Receiver | null {
  const found = follower.follow(node, env);
  return found.kind === "node"
    ? follower.guarded(found.node, null, () => readReceiver(follower, found))
    : null;
}

function readReceiver(follower: Follower, found: Bound): Receiver | null {
  const value = found.node;
  if (ts.isNewExpression(value)) return madeReceiver(follower, value, found.env);
  if (ts.isCallExpression(value) && ts.isPropertyAccessExpression(value.expression))
    return derivedReceiver(follower, value, value.expression, found.env);
  const annotation = annotationOf(value);
  const type = annotation === null ? null : brokerType(follower, annotation);
  if (type === null) return null;
  return {
    root: { key: keyOf(value), made: "parameter", protocol: type.protocol, node: value },
    prefix: none,
  };
}

/** What a class is by the module it comes from, also when it extends one that is known. */
export function classOf(
  follower: Follower,
  node: ts.Node,
  env: Env | null,
): Recognised | undefined {
  const found = follower.follow(node, env);
  if (found.kind === "external") return recogniseExternal(found);
  return found.kind === "node"
    ? follower.guarded(found.node, undefined, () => readClass(follower, found))
    : undefined;
}

function readClass(follower: Follower, found: Bound): Recognised | undefined {
  if (!ts.isClassLike(found.node)) return undefined;
  const base = found.node.heritageClauses?.find(
    (clause) => clause.token === ts.SyntaxKind.ExtendsKeyword,
  )?.types[0];
  return base === undefined ? undefined : classOf(follower, base.expression, found.env);
}

export function recogniseExternal(found: {
  module: string;
  path: readonly string[];
}): Recognised | undefined {
  const name = found.path.at(-1);
  return found.path.length === 1 && name !== undefined ? recognise(found.module, name) : undefined;
}

function madeReceiver(
  follower: Follower,
  node: ts.NewExpression,
  env: Env | null,
): Receiver | null {
  const known = classOf(follower, node.expression, env);
  if (known?.what !== "broker" && known?.what !== "router") return null;
  const root: Root = { key: keyOf(node), made: known.what, protocol: known.protocol, node };
  return {
    root,
    prefix: known.what === "router" ? prefixOf(follower, node.arguments?.[0], env) : none,
  };
}

/** `broker.router("admin.")`, `broker.provide({ … })`: the same broker, perhaps with a prefix. */
function derivedReceiver(
  follower: Follower,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  env: Env | null,
): Receiver | null {
  const method = callee.name.text;
  if (method !== "router" && method !== "provide" && method !== "use") return null;
  const receiver = receiverOf(follower, callee.expression, env);
  if (receiver === null || method !== "router") return receiver;
  const prefix = joined(receiver.prefix, prefixOf(follower, node.arguments[0], env));
  return { ...receiver, prefix };
}

/** One prefix after another. */
export function joined(first: Prefix, second: Prefix): Prefix {
  if (first.text !== null && second.text !== null)
    return { text: first.text + second.text, expression: "" };
  const written = [first, second].map(({ text, expression }) =>
    text === null ? expression : JSON.stringify(text),
  );
  return { text: null, expression: written.filter((each) => each !== '""').join(" + ") };
}

/** A prefix is given as it is, or as `{ prefix }`. */
function prefixOf(follower: Follower, given: ts.Expression | undefined, env: Env | null): Prefix {
  if (given === undefined) return none;
  const options = follower.follow(given, env);
  const isOptions = options.kind === "node" && ts.isObjectLiteralExpression(options.node);
  const prefix = isOptions ? optionOf(follower, options, "prefix") : { node: given, env };
  if (prefix === null) return none;
  const text = textOf(follower, prefix.node, prefix.env);
  return text.known
    ? { text: text.text, expression: "" }
    : { text: null, expression: prefix.node.getText() };
}

/** `NatsBroker`, `NatsRouter<Deps>`, `typeof broker` as a declared type. */
function brokerType(
  follower: Follower,
  annotation: ts.TypeNode,
): (Recognised & { what: "broker" | "router" }) | null {
  if (ts.isUnionTypeNode(annotation))
    return (
      annotation.types.map((type) => brokerType(follower, type)).find((type) => type !== null) ??
      null
    );
  const found = follower.followType(annotation);
  if (found.kind === "external") {
    const known = recogniseExternal(found);
    return known?.what === "broker" || known?.what === "router" ? known : null;
  }
  if (found.kind !== "node") return null;
  if (ts.isTypeAliasDeclaration(found.node)) {
    const { type } = found.node;
    return follower.guarded(type, null, () => brokerType(follower, type));
  }
  const known = ts.isNewExpression(found.node)
    ? classOf(follower, found.node.expression, found.env)
    : ts.isClassLike(found.node) && found.node.name
      ? classOf(follower, found.node.name, null)
      : undefined;
  return known?.what === "broker" || known?.what === "router" ? known : null;
}
