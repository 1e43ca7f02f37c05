/** Which declaration a name means at a place in a file, by the file's own text: no checker, nothing installed. */
import { ts } from "ts-morph";

/** A name may mean a value and a type at once: `const Order = z.object(…)` beside `type Order = …`. */
export type Space = "value" | "type";

export interface Names {
  readonly value: Map<string, ts.Node>;
  readonly type: Map<string, ts.Node>;
}

const known = new WeakMap<ts.Node, Names>();

export function declarationOf(name: string, from: ts.Node, space: Space = "value"): ts.Node | null {
  for (let node: ts.Node | undefined = from.parent; node !== undefined; node = node.parent) {
    if (!isScope(node)) continue;
    const found = namesIn(node)[space].get(name);
    if (found !== undefined) return found;
  }
  return null;
}

export function namesIn(scope: ts.Node): Names {
  const before = known.get(scope);
  if (before !== undefined) return before;
  const names: Names = { value: new Map(), type: new Map() };
  known.set(scope, names);
  if (ts.isSourceFile(scope) || ts.isBlock(scope) || ts.isModuleBlock(scope))
    for (const statement of scope.statements) addStatement(statement, names);
  else if (ts.isCaseBlock(scope))
    for (const clause of scope.clauses)
      for (const statement of clause.statements) addStatement(statement, names);
  else if (ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope))
    addInitializer(scope.initializer, names);
  else if (ts.isFunctionLike(scope)) {
    for (const parameter of scope.parameters) addBinding(parameter.name, parameter, names);
    if (ts.isFunctionExpression(scope) && scope.name !== undefined)
      names.value.set(scope.name.text, scope);
  }
  return names;
}

function isScope(node: ts.Node): boolean {
  return (
    ts.isSourceFile(node) ||
    ts.isBlock(node) ||
    ts.isModuleBlock(node) ||
    ts.isCaseBlock(node) ||
    ts.isFunctionLike(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node)
  );
}

function addStatement(statement: ts.Statement, names: Names): void {
  if (ts.isVariableStatement(statement)) addInitializer(statement.declarationList, names);
  else if (ts.isFunctionDeclaration(statement)) addNamed(statement.name, statement, names.value);
  else if (
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  ) {
    addNamed(statement.name, statement, names.value);
    addNamed(statement.name, statement, names.type);
  } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    addNamed(statement.name, statement, names.type);
  else if (ts.isImportDeclaration(statement)) addImport(statement.importClause, names);
  else if (ts.isImportEqualsDeclaration(statement))
    addNamed(statement.name, statement, names.value);
}

function addImport(clause: ts.ImportClause | undefined, names: Names): void {
  if (clause === undefined) return;
  const add = (name: ts.Identifier | undefined, node: ts.Node) => {
    addNamed(name, node, names.value);
    addNamed(name, node, names.type);
  };
  add(clause.name, clause);
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (ts.isNamespaceImport(bindings)) add(bindings.name, bindings);
  else for (const element of bindings.elements) add(element.name, element);
}

function addInitializer(initializer: ts.ForInitializer | undefined, names: Names): void {
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) return;
  for (const declaration of initializer.declarations)
    addBinding(declaration.name, declaration, names);
}

function addBinding(name: ts.BindingName, node: ts.Node, names: Names): void {
  if (ts.isIdentifier(name)) return addNamed(name, node, names.value);
  for (const element of name.elements)
    if (ts.isBindingElement(element)) addBinding(element.name, element, names);
}

function addNamed(name: ts.Node | undefined, node: ts.Node, names: Map<string, ts.Node>): void {
  // The first wins: overloads and merged declarations come after it.
  if (name !== undefined && ts.isIdentifier(name) && !names.has(name.text))
    names.set(name.text, node);
}
