/** Which subscriber's handler a piece of code is in. */
import { ts } from "ts-morph";
import { type Callers, isHolder } from "./callers.ts";

/** A function that a handler calls, that calls another: further down nothing is looked for. */
const FURTHEST = 3;

/** The `.subscriber(…)` calls whose handler a node is in, or whose handler calls the function it is in. */
export function handlersAround(node: ts.Node, callers: Callers, distance = 0): ts.CallExpression[] {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    const subscribers = subscribersOf(at, callers);
    if (subscribers.length > 0) return subscribers;
    const isNamed =
      ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || isHolder(at.parent);
    if (isNamed && distance < FURTHEST) {
      const around = callers
        .callsOf(at)
        .flatMap((call) => handlersAround(call, callers, distance + 1));
      return [...new Set(around)];
    }
  }
  return [];
}

/** The `.subscriber(…)` calls that a function is the handler of: written into one, or given to it by name. */
export function subscribersOf(
  handler: ts.SignatureDeclaration,
  callers: Callers,
): ts.CallExpression[] {
  const { parent } = handler;
  if (ts.isCallExpression(parent))
    return isSubscriber(parent) && parent.arguments.some((argument) => argument === handler)
      ? [parent]
      : [];
  return callers.handledBy(handler);
}

function isSubscriber(node: ts.CallExpression): boolean {
  return (
    ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "subscriber"
  );
}
