/** Where a node stands, for people and as a key. */
import { ts } from "ts-morph";
import type { Place } from "../topology.ts";
import type { Disk } from "./disk.ts";

export function placeOf(node: ts.Node, disk: Disk): Place {
  const file = node.getSourceFile();
  const start = file.getLineAndCharacterOfPosition(node.getStart());
  const end = file.getLineAndCharacterOfPosition(node.getEnd());
  return { file: disk.name(file.fileName), start, end };
}

/** Two nodes with one key are the same node of the same text. */
export function keyOf(node: ts.Node): string {
  return `${node.getSourceFile().fileName}#${node.getStart()}-${node.getEnd()}`;
}

/** The variable, property or class member that a value is kept in, through what may be wrapped around it. */
export function keptIn(node: ts.Node): string | undefined {
  let at = node;
  while (
    ts.isAwaitExpression(at.parent) ||
    ts.isParenthesizedExpression(at.parent) ||
    ts.isAsExpression(at.parent) ||
    ts.isSatisfiesExpression(at.parent)
  )
    at = at.parent;
  const { parent } = at;
  const keeps =
    (ts.isVariableDeclaration(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertyDeclaration(parent)) &&
    parent.initializer === at;
  if (
    keeps &&
    (ts.isIdentifier(parent.name) ||
      ts.isStringLiteral(parent.name) ||
      ts.isPrivateIdentifier(parent.name))
  )
    return parent.name.text;
  if (
    ts.isBinaryExpression(parent) &&
    parent.right === at &&
    ts.isPropertyAccessExpression(parent.left)
  )
    return parent.left.name.text;
  if (ts.isBinaryExpression(parent) && parent.right === at && ts.isIdentifier(parent.left))
    return parent.left.text;
  return undefined;
}
