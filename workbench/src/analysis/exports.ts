/** What a module exports under which name, by its own text. */
import { ts } from "ts-morph";
import { declarationOf, namesIn, type Space } from "./scope.ts";

export type Export =
  /** A declaration or, for `export default`, an expression in this file. */
  | { readonly kind: "own"; readonly node: ts.Node }
  /** Another module's, by its name there; `*` is the whole module. */
  | { readonly kind: "from"; readonly specifier: string; readonly name: string };

interface Exports {
  readonly named: Record<Space, Map<string, Export>>;
  readonly stars: string[];
}

const known = new WeakMap<ts.SourceFile, Exports>();

/** A name's own export, or the modules of `export *` where it may be found. */
export function exportOf(
  file: ts.SourceFile,
  name: string,
  space: Space,
): Export | readonly string[] {
  const { named, stars } = exportsOf(file);
  return named[space].get(name) ?? (name === "default" ? [] : stars);
}

/** The name under which a file exports a declaration of its own; null where it does not. */
export function exportedNameOf(declaration: ts.Node): string | null {
  for (const [name, found] of exportsOf(declaration.getSourceFile()).named.value) {
    if (found.kind === "own" && found.node === declaration) return name;
  }
  return null;
}

function exportsOf(file: ts.SourceFile): Exports {
  const before = known.get(file);
  if (before !== undefined) return before;
  const exports: Exports = { named: { value: new Map(), type: new Map() }, stars: [] };
  known.set(file, exports);
  const both = (name: string, found: Export) => {
    exports.named.value.set(name, found);
    exports.named.type.set(name, found);
  };
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) addDefault(statement.expression, both);
    else if (ts.isExportDeclaration(statement)) addDeclaration(statement, file, exports, both);
    else if (ts.isExpressionStatement(statement)) addCommonJs(statement, both);
    else addModified(statement, exports, both);
  }
  return exports;
}

/** `export default app` means what `app` is declared as, so that it is known as the same thing. */
function addDefault(expression: ts.Expression, both: (name: string, found: Export) => void): void {
  const declared = ts.isIdentifier(expression) ? declarationOf(expression.text, expression) : null;
  both("default", { kind: "own", node: declared ?? expression });
}

function addDeclaration(
  statement: ts.ExportDeclaration,
  file: ts.SourceFile,
  exports: Exports,
  both: (name: string, found: Export) => void,
): void {
  const from = statement.moduleSpecifier;
  const specifier = from !== undefined && ts.isStringLiteral(from) ? from.text : null;
  const clause = statement.exportClause;
  if (clause === undefined) {
    if (specifier !== null) exports.stars.push(specifier);
  } else if (ts.isNamespaceExport(clause)) {
    if (specifier !== null) both(clause.name.text, { kind: "from", specifier, name: "*" });
  } else {
    for (const element of clause.elements) {
      const name = (element.propertyName ?? element.name).text;
      if (specifier !== null) both(element.name.text, { kind: "from", specifier, name });
      else {
        for (const space of ["value", "type"] as const) {
          const node = namesIn(file)[space].get(name);
          if (node !== undefined)
            exports.named[space].set(element.name.text, { kind: "own", node });
        }
      }
    }
  }
}

function addModified(
  statement: ts.Statement,
  exports: Exports,
  both: (name: string, found: Export) => void,
): void {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return;
  if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword))
    both("default", { kind: "own", node: statement });
  const file = statement.getSourceFile();
  for (const space of ["value", "type"] as const) {
    for (const name of declaredNames(statement)) {
      const node = namesIn(file)[space].get(name);
      if (node !== undefined) exports.named[space].set(name, { kind: "own", node });
    }
  }
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  const named = statement as ts.Statement & { name?: ts.Node };
  return named.name !== undefined && ts.isIdentifier(named.name) ? [named.name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isBindingElement(element) ? boundNames(element.name) : [],
  );
}

/** `exports.x = …`, `module.exports.x = …`, `module.exports = { … }`. */
function addCommonJs(statement: ts.Statement, both: (name: string, found: Export) => void): void {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return;
  const { left, operatorToken, right } = statement.expression;
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left))
    return;
  const target = left.expression.getText();
  if (target === "exports" || target === "module.exports")
    both(left.name.text, { kind: "own", node: right });
  else if (left.getText() === "module.exports") {
    both("default", { kind: "own", node: right });
    if (!ts.isObjectLiteralExpression(right)) return;
    for (const property of right.properties) {
      if (ts.isShorthandPropertyAssignment(property))
        both(property.name.text, { kind: "own", node: property.name });
      else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name))
        both(property.name.text, { kind: "own", node: property.initializer });
    }
  }
}
