/**
 * Where a value comes from: an expression followed through names, imports, re-exports, properties, enums and small functions
 * to the literal, call or class that makes it. By text alone, so it works with nothing installed.
 */
import { ts } from "ts-morph";
import { exportOf } from "./exports.ts";
import { declarationOf, namesIn, type Space } from "./scope.ts";
import { recognise } from "./recognised.ts";
import {
  annotationOf,
  assignedInConstructor,
  constructorOf,
  hasStatic,
  nameOf,
  returnedBy,
  valueOf,
} from "./syntax.ts";
import type { Workspace } from "./workspace.ts";

/** What the parameters of the functions around a node stand for. */
export interface Env {
  readonly values: ReadonlyMap<ts.Node, Bound>;
  readonly outer: Env | null;
}

export interface Bound {
  readonly node: ts.Node;
  readonly env: Env | null;
}

export type Found =
  | ({ readonly kind: "node" } & Bound)
  /** Of a package: `z.iso` from zod is path `["z", "iso"]`. Globals belong to the module "". */
  | { readonly kind: "external"; readonly module: string; readonly path: readonly string[] }
  | { readonly kind: "lost" };

const lost: Found = { kind: "lost" };
/** Deeper than anyone writes: a name that leads to itself. */
const DEEPEST = 80;

export class Follower {
  readonly #workspace: Workspace;
  readonly #entered = new WeakMap<ts.Node, number>();
  #depth = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  follow(node: ts.Node, env: Env | null = null): Found {
    if (this.#depth > DEEPEST) return lost;
    this.#depth++;
    try {
      return this.#follow(node, env);
    } finally {
      this.#depth--;
    }
  }

  /** A type's name followed to its interface, alias, class or package. */
  followType(node: ts.Node): Found {
    if (ts.isTypeReferenceNode(node)) return this.#followEntity(node.typeName);
    if (ts.isExpressionWithTypeArguments(node)) return this.follow(node.expression);
    if (ts.isTypeQueryNode(node)) return this.#followEntity(node.exprName, "value");
    return { kind: "node", node, env: null };
  }

  /** A property of something found, by its name. */
  member(found: Found, name: string): Found {
    if (found.kind === "lost") return lost;
    if (found.kind === "external") return { ...found, path: [...found.path, name] };
    const { node, env } = found;
    if (ts.isObjectLiteralExpression(node)) return this.#objectMember(node, name, env);
    if (ts.isArrayLiteralExpression(node)) {
      const element = node.elements[Number(name)];
      return element === undefined ? lost : this.follow(element, env);
    }
    if (ts.isEnumDeclaration(node)) {
      const member = node.members.find((each) => nameOf(each.name) === name);
      return member === undefined ? lost : { kind: "node", node: member, env };
    }
    if (ts.isSourceFile(node)) return this.exported(node.fileName, name);
    if (ts.isModuleDeclaration(node)) return this.#namespaceMember(node, name);
    if (ts.isClassLike(node)) return this.#classMember(node, name, env, true);
    if (ts.isNewExpression(node)) return this.#instanceMember(node, name, env);
    return this.#typedMember(node, name);
  }

  /** What a file of the workspace exports under a name. */
  exported(
    path: string,
    name: string,
    space: Space = "value",
    passed: Set<string> = new Set(),
  ): Found {
    const file = this.#workspace.source(path);
    // Modules that re-export each other are each asked once.
    if (file === null || passed.has(path) || this.#depth > DEEPEST) return lost;
    passed.add(path);
    this.#depth++;
    try {
      if (name === "*") return { kind: "node", node: file, env: null };
      if (path.endsWith(".json")) return this.#inJson(file, name);
      const found = exportOf(file, name, space);
      if (!("kind" in found)) return this.#throughStars(found, name, path, space, passed);
      if (found.kind === "from")
        return this.#imported(found.specifier, found.name, path, space, passed);
      return space === "type"
        ? this.#typeDeclaration(found.node)
        : this.#declaration(found.node, null);
    } finally {
      this.#depth--;
    }
  }

  /**
   * Guards a computation that follows values and is asked for the parts of what it found: one that leads to itself ends.
   * A few times may be meant: `event(event("x"))`.
   */
  guarded<T>(node: ts.Node, otherwise: T, work: () => T): T {
    const entered = this.#entered.get(node) ?? 0;
    if (entered >= 3) return otherwise;
    this.#entered.set(node, entered + 1);
    try {
      return work();
    } finally {
      this.#entered.set(node, entered);
    }
  }

  /** The element of a destructuring that a name comes from. */
  bindingOf(name: ts.Identifier): ts.BindingElement | null {
    const declaration = declarationOf(name.text, name);
    return declaration !== null && ts.isBindingElement(declaration) ? declaration : null;
  }

  /** The environment inside a function that is called with these arguments. */
  enter(
    callee: ts.SignatureDeclaration,
    args: readonly ts.Node[],
    env: Env | null,
    outer: Env | null,
  ): Env {
    const values = new Map<ts.Node, Bound>();
    for (const [index, parameter] of callee.parameters.entries()) {
      const given = args[index];
      if (given !== undefined && parameter.dotDotDotToken === undefined)
        values.set(parameter, { node: given, env });
      else if (parameter.initializer !== undefined)
        values.set(parameter, { node: parameter.initializer, env: outer });
    }
    return { values, outer };
  }

  #follow(node: ts.Node, env: Env | null): Found {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node)
    )
      return this.follow(node.expression, env);
    if (
      ts.isNonNullExpression(node) ||
      ts.isTypeAssertionExpression(node) ||
      ts.isAwaitExpression(node)
    )
      return this.follow(node.expression, env);
    if (ts.isIdentifier(node)) {
      const declaration = declarationOf(node.text, node);
      return declaration === null
        ? { kind: "external", module: "", path: [node.text] }
        : this.#declaration(declaration, env);
    }
    if (ts.isPropertyAccessExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ThisKeyword)
        return this.#thisMember(node, node.name.text, env);
      return this.member(this.follow(node.expression, env), node.name.text);
    }
    if (ts.isElementAccessExpression(node)) {
      const key = this.follow(node.argumentExpression, env);
      if (
        key.kind !== "node" ||
        !(ts.isStringLiteralLike(key.node) || ts.isNumericLiteral(key.node))
      )
        return lost;
      return this.member(this.follow(node.expression, env), key.node.text);
    }
    if (ts.isCallExpression(node)) return this.#call(node, env);
    return { kind: "node", node, env };
  }

  #call(node: ts.CallExpression, env: Env | null): Found {
    const here: Found = { kind: "node", node, env };
    const callee = this.follow(node.expression, env);
    const [first] = node.arguments;
    if (callee.kind === "external" && callee.module === "" && first !== undefined) {
      const name = callee.path.join(".");
      if (name === "Object.freeze") return this.follow(first, env);
      if (name === "require" && ts.isStringLiteral(first))
        return this.#imported(first.text, "*", node.getSourceFile().fileName, "value");
    }
    if (callee.kind !== "node" || !ts.isFunctionLike(callee.node)) return here;
    const returned = returnedBy(callee.node);
    return returned === null
      ? here
      : this.follow(returned, this.enter(callee.node, node.arguments, env, callee.env));
  }

  #declaration(node: ts.Node, env: Env | null): Found {
    if (ts.isVariableDeclaration(node)) {
      const value = valueOf(node);
      return value === null ? { kind: "node", node, env } : this.follow(value, env);
    }
    if (ts.isParameter(node)) {
      const bound = lookUp(env, node);
      return bound === null ? { kind: "node", node, env } : this.follow(bound.node, bound.env);
    }
    if (ts.isBindingElement(node)) return this.#bindingElement(node, env);
    if (ts.isImportSpecifier(node))
      return this.#importedBy(node, (node.propertyName ?? node.name).text, "value");
    if (ts.isImportClause(node)) return this.#importedBy(node, "default", "value");
    if (ts.isNamespaceImport(node)) return this.#importedBy(node, "*", "value");
    if (ts.isImportEqualsDeclaration(node)) {
      const reference = node.moduleReference;
      if (!ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression))
        return lost;
      return this.#imported(reference.expression.text, "*", node.getSourceFile().fileName, "value");
    }
    return ts.isExpression(node) ? this.follow(node, env) : { kind: "node", node, env };
  }

  #typeDeclaration(node: ts.Node): Found {
    if (ts.isImportSpecifier(node))
      return this.#importedBy(node, (node.propertyName ?? node.name).text, "type");
    if (ts.isImportClause(node)) return this.#importedBy(node, "default", "type");
    if (ts.isNamespaceImport(node)) return this.#importedBy(node, "*", "type");
    return { kind: "node", node, env: null };
  }

  #bindingElement(node: ts.BindingElement, env: Env | null): Found {
    const owner = node.parent.parent;
    const key = node.propertyName ?? node.name;
    const name = ts.isArrayBindingPattern(node.parent)
      ? String(node.parent.elements.indexOf(node))
      : nameOf(key);
    if (name === null) return lost;
    let whole: Found = lost;
    if (ts.isVariableDeclaration(owner))
      whole = owner.initializer === undefined ? lost : this.follow(owner.initializer, env);
    else if (ts.isParameter(owner)) whole = this.#declaration(owner, env);
    else whole = this.#bindingElement(owner, env);
    const found = this.member(whole, name);
    // Of the environment with a default: the element itself says both.
    if (found.kind === "external" && node.initializer !== undefined)
      return { kind: "node", node, env };
    return found.kind === "lost" && node.initializer !== undefined
      ? this.follow(node.initializer, env)
      : found;
  }

  #importedBy(node: ts.Node, name: string, space: Space): Found {
    const declaration = ts.findAncestor(node, ts.isImportDeclaration);
    if (declaration === undefined || !ts.isStringLiteral(declaration.moduleSpecifier)) return lost;
    return this.#imported(
      declaration.moduleSpecifier.text,
      name,
      node.getSourceFile().fileName,
      space,
    );
  }

  #imported(
    specifier: string,
    name: string,
    from: string,
    space: Space,
    passed?: Set<string>,
  ): Found {
    const path = this.#workspace.resolve(specifier, from);
    if (path !== null) return this.exported(path, name, space, passed);
    // A file of the workspace that is not there is lost; a package is known by its name.
    if (specifier.startsWith(".")) return lost;
    return { kind: "external", module: specifier, path: name === "*" ? [] : [name] };
  }

  /** A name behind `export *`: the workspace's own first, else a package's that is known to have it, else the only one it can be. */
  #throughStars(
    specifiers: readonly string[],
    name: string,
    path: string,
    space: Space,
    passed: Set<string>,
  ): Found {
    const external: Found[] = [];
    for (const specifier of specifiers) {
      const found = this.#imported(specifier, name, path, space, passed);
      if (found.kind === "node") return found;
      if (found.kind === "external" && recognise(found.module, name) !== undefined) return found;
      if (found.kind === "external") external.push(found);
    }
    return external.length === 1 ? (external[0] ?? lost) : lost;
  }

  #inJson(file: ts.SourceFile, name: string): Found {
    const [statement] = file.statements;
    if (statement === undefined || !ts.isExpressionStatement(statement)) return lost;
    const whole: Found = { kind: "node", node: statement.expression, env: null };
    return name === "default" ? whole : this.member(whole, name);
  }

  #followEntity(name: ts.EntityName, space: Space = "type"): Found {
    if (ts.isQualifiedName(name)) {
      const whole = this.#followEntity(name.left, space === "type" ? "type" : "value");
      if (whole.kind === "node" && ts.isSourceFile(whole.node))
        return this.exported(whole.node.fileName, name.right.text, space);
      return this.member(whole, name.right.text);
    }
    const declaration = declarationOf(name.text, name, space);
    if (declaration === null) return { kind: "external", module: "", path: [name.text] };
    return space === "type"
      ? this.#typeDeclaration(declaration)
      : this.#declaration(declaration, null);
  }

  #objectMember(object: ts.ObjectLiteralExpression, name: string, env: Env | null): Found {
    for (const property of object.properties.toReversed()) {
      if (ts.isSpreadAssignment(property)) {
        const found = this.member(this.follow(property.expression, env), name);
        if (found.kind !== "lost") return found;
      } else if (this.#propertyName(property, env) === name) {
        if (ts.isPropertyAssignment(property)) return this.follow(property.initializer, env);
        if (ts.isShorthandPropertyAssignment(property)) return this.follow(property.name, env);
        if (ts.isGetAccessor(property)) return this.#returned(property, env);
        return { kind: "node", node: property, env };
      }
    }
    return lost;
  }

  #propertyName(property: ts.ObjectLiteralElementLike, env: Env | null): string | null {
    if (property.name === undefined) return null;
    if (!ts.isComputedPropertyName(property.name)) return nameOf(property.name);
    const key = this.follow(property.name.expression, env);
    if (key.kind !== "node") return null;
    const literal = ts.isEnumMember(key.node) ? key.node.initializer : key.node;
    return literal !== undefined && ts.isStringLiteralLike(literal) ? literal.text : null;
  }

  #namespaceMember(node: ts.ModuleDeclaration, name: string): Found {
    if (node.body === undefined || !ts.isModuleBlock(node.body)) return lost;
    const declaration = namesIn(node.body).value.get(name) ?? namesIn(node.body).type.get(name);
    return declaration === undefined ? lost : this.#declaration(declaration, null);
  }

  #thisMember(node: ts.Node, name: string, env: Env | null): Found {
    const owner = ts.findAncestor(
      node,
      (each): each is ts.ClassLikeDeclaration | ts.ObjectLiteralExpression =>
        ts.isClassLike(each) || ts.isObjectLiteralExpression(each),
    );
    if (owner === undefined) return lost;
    return ts.isClassLike(owner)
      ? this.#classMember(owner, name, env, false)
      : this.#objectMember(owner, name, env);
  }

  #classMember(
    owner: ts.ClassLikeDeclaration,
    name: string,
    env: Env | null,
    isStatic: boolean,
  ): Found {
    for (const member of owner.members) {
      const matches = member.name !== undefined && nameOf(member.name) === name;
      if (!matches || hasStatic(member) !== isStatic) continue;
      if (ts.isGetAccessor(member)) return this.#returned(member, env);
      if (!ts.isPropertyDeclaration(member)) return { kind: "node", node: member, env };
      const value = member.initializer ?? assignedInConstructor(owner, name);
      return value === null ? { kind: "node", node: member, env } : this.follow(value, env);
    }
    const parameter = constructorOf(owner)?.parameters.find(
      (each) => ts.isParameterPropertyDeclaration(each, each.parent) && nameOf(each.name) === name,
    );
    if (parameter !== undefined && !isStatic) return this.#declaration(parameter, env);
    const base = owner.heritageClauses?.find(
      (clause) => clause.token === ts.SyntaxKind.ExtendsKeyword,
    )?.types[0];
    const parent = base === undefined ? lost : this.follow(base.expression, env);
    return parent.kind === "node" && ts.isClassLike(parent.node)
      ? this.#classMember(parent.node, name, parent.env, isStatic)
      : lost;
  }

  #instanceMember(node: ts.NewExpression, name: string, env: Env | null): Found {
    const made = this.follow(node.expression, env);
    if (made.kind !== "node" || !ts.isClassLike(made.node)) return lost;
    const maker = constructorOf(made.node);
    const inside =
      maker === undefined ? made.env : this.enter(maker, node.arguments ?? [], env, made.env);
    return this.#classMember(made.node, name, inside, false);
  }

  /** A member of something known by its declared type only: `deps.broker` where `deps: { broker: NatsBroker }`. */
  #typedMember(node: ts.Node, name: string): Found {
    const annotation = annotationOf(node);
    if (annotation === null) return lost;
    const type = this.followType(annotation);
    if (type.kind !== "node") return lost;
    const shape = ts.isTypeAliasDeclaration(type.node) ? this.followType(type.node.type) : type;
    if (shape.kind !== "node") return lost;
    if (ts.isObjectLiteralExpression(shape.node) || ts.isNewExpression(shape.node))
      return this.member(shape, name);
    if (ts.isClassLike(shape.node)) return this.#classMember(shape.node, name, null, false);
    if (!ts.isTypeLiteralNode(shape.node) && !ts.isInterfaceDeclaration(shape.node)) return lost;
    const member = shape.node.members.find(
      (each) => each.name !== undefined && nameOf(each.name) === name,
    );
    return member === undefined ? lost : { kind: "node", node: member, env: null };
  }

  #returned(node: ts.SignatureDeclaration, env: Env | null): Found {
    const value = returnedBy(node);
    return value === null ? lost : this.follow(value, env);
  }
}

function lookUp(env: Env | null, parameter: ts.Node): Bound | null {
  for (let at = env; at !== null; at = at.outer) {
    const bound = at.values.get(parameter);
    if (bound !== undefined) return bound;
  }
  return null;
}
