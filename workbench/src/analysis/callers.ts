/** Who calls a function: declarations inside `registerOrders(broker, prefix)` mean something else at each call. */
import { ts } from "ts-morph";
import { exportedNameOf } from "./exports.ts";
import type { Env, Follower } from "./follow.ts";
import { nameOf } from "./syntax.ts";
import type { Workspace } from "./workspace.ts";

/** One way to reach a declaration. */
export interface Reach {
  readonly env: Env | null;
  /** The outermost call on the way; null where no function is in between. */
  readonly site: ts.Node | null;
}

type Call = ts.CallExpression | ts.NewExpression;

/** Functions within functions within functions: further up nothing is looked for. */
const FURTHEST = 5;
const MOST_REACHES = 500;
/** Before a function's name in the index where it is not called but given to a subscriber. */
const HANDLER = "handler ";

export class Callers {
  readonly #workspace: Workspace;
  readonly #follower: Follower;
  readonly #files: () => readonly string[];
  readonly #byName = new WeakMap<ts.SourceFile, Map<string, Call[]>>();
  /** The names that were asked for, so that a file which begins to call one of them is noticed. */
  readonly asked: Set<string> = new Set();

  constructor(workspace: Workspace, follower: Follower, files: () => readonly string[]) {
    this.#workspace = workspace;
    this.#follower = follower;
    this.#files = files;
  }

  /** The ways to reach a node through the calls of the functions around it; one, with the parameters' defaults, where nobody calls them. */
  reaches(node: ts.Node, distance = 0): Reach[] {
    const around = enclosing(node);
    for (const callee of distance > FURTHEST ? [] : around) {
      const calls = this.callsOf(callee);
      if (calls.length === 0) continue;
      return calls
        .flatMap((call) =>
          this.reaches(call, distance + 1).map(({ env, site }): Reach => ({
            env: this.#follower.enter(callee, call.arguments ?? [], env, null),
            site: site ?? call,
          })),
        )
        .slice(0, MOST_REACHES);
    }
    const env = around.reduceRight<Env | null>(
      (outer, callee) => this.#follower.enter(callee, [], null, outer),
      null,
    );
    return [{ env, site: null }];
  }

  /** Every call of a function, or `new` of a class for its constructor. */
  callsOf(callee: ts.SignatureDeclaration): Call[] {
    const target = ts.isConstructorDeclaration(callee) ? callee.parent : callee;
    const names = namesOf(target);
    const calls: Call[] = [];
    for (const name of names) this.asked.add(name);
    for (const path of names.size === 0 ? [] : this.#files()) {
      const index = this.#index(path);
      for (const name of names) {
        for (const call of index.get(name) ?? []) {
          const found = this.#follower.follow(call.expression);
          if (found.kind !== "node" || found.node !== target) continue;
          this.#workspace.touch(path);
          if (!calls.includes(call)) calls.push(call);
        }
      }
    }
    return calls;
  }

  /** The `.subscriber(…)` calls that are given a function by its name as their handler. */
  handledBy(handler: ts.SignatureDeclaration): ts.CallExpression[] {
    const found: ts.CallExpression[] = [];
    for (const name of namesOf(handler)) {
      this.asked.add(name);
      for (const path of this.#files()) {
        for (const call of this.#index(path).get(`${HANDLER}${name}`) ?? []) {
          const isIt = (call.arguments ?? []).some((argument) => {
            const given =
              ts.isIdentifier(argument) || ts.isPropertyAccessExpression(argument)
                ? this.#follower.follow(argument)
                : null;
            return given?.kind === "node" && given.node === handler;
          });
          if (!isIt || !ts.isCallExpression(call)) continue;
          this.#workspace.touch(path);
          found.push(call);
        }
      }
    }
    return found;
  }

  #index(path: string): Map<string, Call[]> {
    const file = this.#workspace.aside(() => this.#workspace.source(path));
    if (file === null) return new Map();
    const before = this.#byName.get(file);
    if (before !== undefined) return before;
    const index = indexCalls(file);
    this.#byName.set(file, index);
    return index;
  }
}

/** The functions that a node is in, and the constructors of the classes that it is in; innermost first. */
function enclosing(node: ts.Node): ts.SignatureDeclaration[] {
  const found: ts.SignatureDeclaration[] = [];
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isClassLike(at)) {
      const maker = at.members.find((member) => ts.isConstructorDeclaration(member));
      if (maker !== undefined && ts.isConstructorDeclaration(maker)) found.push(maker);
    } else if (
      ts.isFunctionDeclaration(at) ||
      ts.isFunctionExpression(at) ||
      ts.isArrowFunction(at)
    )
      found.push(at);
  }
  return found;
}

/** What a function is kept in, and called by the name of. */
export function isHolder(node: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isPropertyDeclaration(node)
  );
}

/** The names a function goes by: its own, its variable's, and `default`. */
function namesOf(target: ts.Node): Set<string> {
  const names = new Set<string>();
  const holder = isHolder(target.parent) ? target.parent : target;
  const own = (holder as ts.Node & { name?: ts.Node }).name;
  const name = own === undefined ? null : nameOf(own);
  if (name !== null) names.add(name);
  if (exportedNameOf(holder) === "default" || ts.isExportAssignment(target.parent))
    names.add("default");
  return names;
}

function lastName(node: ts.Expression): string | null {
  return nameOf(ts.isPropertyAccessExpression(node) ? node.name : node);
}

function indexCalls(file: ts.SourceFile): Map<string, Call[]> {
  const index = new Map<string, Call[]>();
  const originals = importedAs(file);
  const add = (name: string, call: Call) => index.set(name, [...(index.get(name) ?? []), call]);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const name = lastName(node.expression);
      if (name !== null) {
        add(name, node);
        const original = originals.get(name);
        if (original !== undefined) add(original, node);
        if (name === "subscriber") {
          for (const handler of node.arguments?.map(lastName).filter((given) => given !== null) ??
            []) {
            add(`${HANDLER}${handler}`, node);
            const first = originals.get(handler);
            if (first !== undefined) add(`${HANDLER}${first}`, node);
          }
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return index;
}

/** `import { register as registerOrders }` and `import register`: what they are called where they come from. */
function importedAs(file: ts.SourceFile): Map<string, string> {
  const originals = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) continue;
    const { name, namedBindings } = statement.importClause;
    if (name !== undefined) originals.set(name.text, "default");
    if (namedBindings === undefined || !ts.isNamedImports(namedBindings)) continue;
    for (const element of namedBindings.elements)
      if (element.propertyName !== undefined)
        originals.set(element.name.text, element.propertyName.text);
  }
  return originals;
}
