/** The arguments of a declaration: `(address, options?, handler?)`, and single options as they are written. */
import { ts } from "ts-morph";
import type { Bound, Env, Follower, Found } from "./follow.ts";
import { nameOf } from "./syntax.ts";

export interface DeclarationArguments {
  readonly address: ts.Expression | undefined;
  readonly options: Found | null;
  readonly handler: Bound | null;
}

export function argumentsOf(
  follower: Follower,
  call: ts.CallExpression,
  env: Env | null,
): DeclarationArguments {
  const [address, ...rest] = call.arguments;
  let options: Found | null = null;
  let handler: Bound | null = null;
  for (const argument of rest) {
    const found = follower.follow(argument, env);
    if (found.kind === "node" && ts.isFunctionLike(found.node)) handler = found;
    else if (found.kind === "node" && ts.isObjectLiteralExpression(found.node)) options = found;
  }
  return { address, options, handler };
}

/** An option's expression, not followed, so that the name it is called by is still seen; null where it is not given. */
export function optionOf(follower: Follower, options: Found | null, name: string): Bound | null {
  if (options?.kind !== "node" || !ts.isObjectLiteralExpression(options.node)) return null;
  const { env } = options;
  for (const property of options.node.properties.toReversed()) {
    if (ts.isSpreadAssignment(property)) {
      const spread = optionOf(follower, follower.follow(property.expression, env), name);
      if (spread !== null) return spread;
    } else if (property.name !== undefined && nameOf(property.name) === name) {
      if (ts.isPropertyAssignment(property)) return { node: property.initializer, env };
      return { node: ts.isShorthandPropertyAssignment(property) ? property.name : property, env };
    }
  }
  return null;
}
