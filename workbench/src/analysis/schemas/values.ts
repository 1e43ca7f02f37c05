/** Constant values in code, as JSON: what `z.literal`, `.default`, `.min` are given. */
import { ts } from "ts-morph";
import type { Bound, Env, Follower } from "../follow.ts";
import { nameOf } from "../syntax.ts";
import { textOf } from "../texts.ts";

export type Value = { readonly known: true; readonly value: unknown } | { readonly known: false };

const unknown: Value = { known: false };

export function valueOf(follower: Follower, given: ts.Node, outer: Env | null): Value {
  const found = follower.follow(given, outer);
  if (found.kind === "node")
    return follower.guarded(found.node, unknown, () => read(follower, found));
  const isUndefined =
    found.kind === "external" && found.module === "" && found.path[0] === "undefined";
  return isUndefined ? { known: true, value: undefined } : unknown;
}

function read(follower: Follower, { node, env }: Bound): Value {
  if (ts.isStringLiteralLike(node)) return { known: true, value: node.text };
  if (ts.isNumericLiteral(node)) return { known: true, value: Number(node.text) };
  if (ts.isPrefixUnaryExpression(node)) return signed(node, valueOf(follower, node.operand, env));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { known: true, value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { known: true, value: false };
  if (node.kind === ts.SyntaxKind.NullKeyword) return { known: true, value: null };
  if (ts.isArrayLiteralExpression(node))
    return list(node.elements.map((element) => valueOf(follower, element, env)));
  if (ts.isObjectLiteralExpression(node)) return record(follower, node, env);
  // `.default(() => [])`
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return valueOf(follower, node.body, env);
  if (ts.isEnumMember(node)) {
    const text = textOf(follower, node, env);
    const isText = node.initializer !== undefined && ts.isStringLiteralLike(node.initializer);
    return text.known ? { known: true, value: isText ? text.text : Number(text.text) } : unknown;
  }
  const text = textOf(follower, node, env);
  return text.known && text.variable === undefined ? { known: true, value: text.text } : unknown;
}

function signed(node: ts.PrefixUnaryExpression, value: Value): Value {
  if (!value.known) return unknown;
  if (node.operator === ts.SyntaxKind.ExclamationToken) return { known: true, value: !value.value };
  if (typeof value.value !== "number") return unknown;
  return {
    known: true,
    value: node.operator === ts.SyntaxKind.MinusToken ? -value.value : value.value,
  };
}

function list(values: readonly Value[]): Value {
  const read: unknown[] = [];
  for (const value of values) {
    if (!value.known) return unknown;
    read.push(value.value);
  }
  return { known: true, value: read };
}

function record(follower: Follower, node: ts.ObjectLiteralExpression, env: Env | null): Value {
  const entries: [string, unknown][] = [];
  for (const property of node.properties) {
    const name = property.name === undefined ? null : nameOf(property.name);
    if (
      name === null ||
      !(ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property))
    )
      return unknown;
    const value = valueOf(
      follower,
      ts.isPropertyAssignment(property) ? property.initializer : property.name,
      env,
    );
    if (!value.known) return unknown;
    entries.push([name, value.value]);
  }
  return { known: true, value: Object.fromEntries(entries) };
}
