/** The address of a declaration, as text; and of a message that is sent directly, with its parts that differ from message to message. */
import { ts } from "ts-morph";
import type { ProtocolName } from "../topology.ts";
import { isTemplate } from "./dialects.ts";
import type { Env, Follower } from "./follow.ts";
import { declarationOf } from "./scope.ts";
import { textOf } from "./texts.ts";

/** Null where it cannot be resolved. */
export function declaredAddress(
  follower: Follower,
  node: ts.Expression | undefined,
  env: Env | null,
): string | null {
  const text = node === undefined ? null : textOf(follower, node, env);
  return text?.known === true ? text.text : null;
}

/**
 * `broker.publish(`orders.${order.id}.paid`, …)` sends to `orders.{id}.paid`: what comes from the message being handled
 * stands for a parameter where it fills a whole segment.
 */
export function sentAddress(
  follower: Follower,
  node: ts.Expression | undefined,
  env: Env | null,
  protocol: ProtocolName,
): string | null {
  const known = declaredAddress(follower, node, env);
  if (known !== null || node === undefined) return known;
  const found = follower.follow(node, env);
  if (found.kind !== "node") return null;
  const names = new Set<string>();
  let address = "";
  for (const part of partsOf(found.node)) {
    const text = typeof part === "string" ? part : declaredAddress(follower, part, found.env);
    if (text !== null) address += text;
    else {
      if (typeof part === "string" || !variesByCall(part)) return null;
      const name = parameterName(part);
      if (names.has(name)) return null;
      names.add(name);
      address += `{${name}}`;
    }
  }
  return names.size > 0 && isTemplate(address, protocol) ? address : null;
}

/** The pieces of a template or a concatenation; anything else has none. */
function partsOf(node: ts.Node): (string | ts.Expression)[] {
  if (ts.isTemplateExpression(node))
    return [
      node.head.text,
      ...node.templateSpans.flatMap((span) => [span.expression, span.literal.text]),
    ];
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken)
    return ts.isExpression(node) ? [node] : [];
  return [...partsOf(node.left), ...partsOf(node.right)];
}

/** Whether a value comes from a parameter of a function around it: another one for each call. */
function variesByCall(node: ts.Node, distance = 0): boolean {
  const root = rootOf(node);
  const declaration = ts.isIdentifier(root) ? declarationOf(root.text, root) : null;
  if (declaration === null || distance > 5) return false;
  const owner = ts.isBindingElement(declaration)
    ? ts.findAncestor(declaration, (at) => ts.isParameter(at) || ts.isVariableDeclaration(at))
    : declaration;
  if (owner === undefined) return false;
  if (ts.isParameter(owner)) return true;
  return (
    ts.isVariableDeclaration(owner) &&
    owner.initializer !== undefined &&
    variesByCall(owner.initializer, distance + 1)
  );
}

/** `order` in `order.customer.id`, `String(order.id)`, `await order`. */
function rootOf(node: ts.Node): ts.Node {
  if (
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node)
  )
    return rootOf(node.expression);
  if (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node))
    return rootOf(node.expression);
  if (!ts.isCallExpression(node)) return node;
  const [first] = node.arguments;
  return rootOf(
    ts.isPropertyAccessExpression(node.expression) || first === undefined ? node.expression : first,
  );
}

function parameterName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node))
    return ts.isIdentifier(node.name) ? node.name.text : "value";
  if (ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isParenthesizedExpression(node))
    return parameterName(node.expression);
  if (!ts.isCallExpression(node)) return "value";
  const [first] = node.arguments;
  if (ts.isPropertyAccessExpression(node.expression))
    return parameterName(node.expression.expression);
  return first === undefined ? "value" : parameterName(first);
}
