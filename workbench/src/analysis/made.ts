/** Calls of millrace's own functions, however their names got here: `queue("q")`, a const that holds it, a function that returns it. */
import { ts } from "ts-morph";
import { recogniseExternal } from "./brokers.ts";
import type { Env, Follower } from "./follow.ts";
import type { Recognised } from "./recognised.ts";

export interface Made {
  readonly node: ts.CallExpression;
  readonly env: Env | null;
  /** The function's name where it comes from. */
  readonly made: string;
}

type MadeWhat = Extract<Recognised, { made: string }>;

/** Null where a value is not made by a function of this kind. */
export function callOf(
  follower: Follower,
  node: ts.Node,
  env: Env | null,
  what: MadeWhat["what"],
): Made | null {
  const found = follower.follow(node, env);
  if (found.kind !== "node" || !ts.isCallExpression(found.node)) return null;
  const callee = follower.follow(found.node.expression, found.env);
  const known = callee.kind === "external" ? recogniseExternal(callee) : undefined;
  return known?.what === what && "made" in known
    ? { node: found.node, env: found.env, made: known.made }
    : null;
}
