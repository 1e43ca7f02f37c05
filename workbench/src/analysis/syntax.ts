/** What a declaration says by itself: no name in it is followed. */
import { ts } from "ts-morph";

/** The type that a parameter, variable or property is declared with. */
export function annotationOf(node: ts.Node): ts.TypeNode | null {
  if (
    ts.isParameter(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node)
  )
    return node.type ?? null;
  return null;
}

export function nameOf(name: ts.Node): string | null {
  return ts.isIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name) ||
    ts.isPrivateIdentifier(name)
    ? name.text
    : null;
}

/** The one expression that a function returns; null where it has none or several. */
export function returnedBy(node: ts.SignatureDeclaration): ts.Expression | null {
  const body = (node as ts.FunctionLikeDeclaration).body;
  if (body === undefined) return null;
  if (!ts.isBlock(body)) return body;
  const found: ts.Expression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isReturnStatement(child) && child.expression !== undefined) found.push(child.expression);
    else if (!ts.isFunctionLike(child) && !ts.isClassLike(child)) ts.forEachChild(child, visit);
  };
  ts.forEachChild(body, visit);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** What a variable holds: its initializer, or the one value that is assigned to it; null where that changes. */
export function valueOf(node: ts.VariableDeclaration): ts.Expression | null {
  const list = node.parent;
  if (ts.isVariableDeclarationList(list) && (list.flags & ts.NodeFlags.Const) !== 0)
    return node.initializer ?? null;
  const name = nameOf(node.name);
  const scope = ts.findAncestor(
    list,
    (each) => ts.isBlock(each) || ts.isSourceFile(each) || ts.isModuleBlock(each),
  );
  if (name === null || scope === undefined) return null;
  const values = node.initializer === undefined ? [] : [node.initializer];
  const visit = (child: ts.Node): void => {
    if (
      ts.isBinaryExpression(child) &&
      isAssignment(child.operatorToken.kind) &&
      ts.isIdentifier(child.left) &&
      child.left.text === name
    )
      values.push(child.right);
    ts.forEachChild(child, visit);
  };
  visit(scope);
  return values.length === 1 ? (values[0] ?? null) : null;
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

export function constructorOf(
  owner: ts.ClassLikeDeclaration,
): ts.ConstructorDeclaration | undefined {
  return owner.members.find(
    (member) => ts.isConstructorDeclaration(member) && member.body !== undefined,
  ) as ts.ConstructorDeclaration | undefined;
}

export function assignedInConstructor(
  owner: ts.ClassLikeDeclaration,
  name: string,
): ts.Expression | null {
  for (const statement of constructorOf(owner)?.body?.statements ?? []) {
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression))
      continue;
    const { left, right } = statement.expression;
    if (
      ts.isPropertyAccessExpression(left) &&
      left.expression.kind === ts.SyntaxKind.ThisKeyword &&
      left.name.text === name
    )
      return right;
  }
  return null;
}

export function hasStatic(member: ts.ClassElement): boolean {
  return (
    ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(
      (modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword,
    )
  );
}
