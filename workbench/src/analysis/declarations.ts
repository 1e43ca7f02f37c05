/** Finds what one file declares: brokers, apps, operations and what goes into what. */
import { ts } from "ts-morph";
import type { ServerAddress } from "../topology.ts";
import { classOf, type Receiver, receiverOf } from "./brokers.ts";
import type { Callers } from "./callers.ts";
import { exportedNameOf } from "./exports.ts";
import type { Bound, Env, Follower } from "./follow.ts";
import type {
  AppFound,
  BrokerFound,
  FileFound,
  IncludeFound,
  On,
  OperationFound,
} from "./found.ts";
import type { Messages } from "./messages.ts";
import { argumentsOf, optionOf } from "./options.ts";
import { keptIn, keyOf, placeOf } from "./places.ts";
import { defaultUrls } from "./recognised.ts";
import { textOf } from "./texts.ts";
import type { Workspace } from "./workspace.ts";

export interface Reader {
  readonly workspace: Workspace;
  readonly follower: Follower;
  readonly callers: Callers;
  readonly messages: Messages;
}

type MethodCall = ts.CallExpression & { readonly expression: ts.PropertyAccessExpression };

export function readFile(reader: Reader, path: string): FileFound {
  const file = reader.workspace.source(path);
  const reading = new FileReading(reader, path);
  if (file !== null) reading.visit(file);
  return reading.found();
}

class FileReading {
  readonly #reader: Reader;
  readonly #path: string;
  readonly #brokers = new Map<string, BrokerFound>();
  readonly #apps: AppFound[] = [];
  readonly #includes: IncludeFound[] = [];
  readonly #operations: OperationFound[] = [];
  readonly #uses: { handler: string; operation: string }[] = [];

  constructor(reader: Reader, path: string) {
    this.#reader = reader;
    this.#path = path;
  }

  visit(node: ts.Node): void {
    if (ts.isNewExpression(node)) this.#made(node);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
      this.#called(node as MethodCall);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  found(): FileFound {
    return {
      file: this.#path,
      brokers: [...this.#brokers.values()],
      apps: this.#apps,
      includes: this.#includes,
      operations: this.#operations,
      uses: this.#uses,
    };
  }

  #made(node: ts.NewExpression): void {
    const known = classOf(this.#reader.follower, node.expression, null);
    if (known?.what === "app") this.#apps.push(...this.#app(node));
    else if (known?.what === "broker" || known?.what === "router")
      this.#broker(receiverOf(this.#reader.follower, node, null));
  }

  #called(node: MethodCall): void {
    const method = node.expression.name.text;
    if (method === "subscriber") this.#declared(node, "receive");
    else if (method === "publisher") this.#declared(node, "send");
    else if (method === "include") this.#included(node);
    else if (method === "publish" || method === "request") this.#sent(node);
  }

  #broker(receiver: Receiver | null): void {
    if (receiver === null || this.#brokers.has(receiver.root.key)) return;
    const { key, made, protocol, node } = receiver.root;
    this.#brokers.set(key, {
      key,
      file: node.getSourceFile().fileName,
      made,
      protocol,
      name:
        keptIn(node) ??
        (ts.isParameter(node) && ts.isIdentifier(node.name) ? node.name.text : undefined),
      address: serverAddress(this.#reader.follower, node, protocol),
      place: placeOf(node, this.#reader.workspace.disk),
    });
  }

  #app(node: ts.NewExpression): AppFound[] {
    const { follower, callers, workspace } = this.#reader;
    const environments = parameterised(node, follower) ? callers.environments(node) : [null];
    return environments.slice(0, 1).map((env) => {
      const brokers: string[] = [];
      let title: string | null = null;
      for (const argument of node.arguments ?? []) {
        const receiver = receiverOf(follower, argument, env);
        if (receiver !== null) {
          this.#broker(receiver);
          brokers.push(receiver.root.key);
          continue;
        }
        const given = optionOf(follower, follower.follow(argument, env), "title");
        const text = given === null ? null : textOf(follower, given.node, given.env);
        if (text?.known === true) title = text.text;
      }
      return {
        key: keyOf(node),
        file: this.#path,
        title,
        brokers,
        exported: exportOfApp(node),
        place: placeOf(node, workspace.disk),
      };
    });
  }

  #declared(node: MethodCall, action: "send" | "receive"): void {
    for (const [index, env] of this.#environmentsOf(node).entries()) {
      const receiver = receiverOf(this.#reader.follower, node.expression.expression, env);
      if (receiver === null) continue;
      this.#broker(receiver);
      const given = argumentsOf(this.#reader.follower, node, env);
      const read =
        action === "receive"
          ? this.#reader.messages.received(given)
          : this.#reader.messages.published(node, given);
      const group = optionOf(this.#reader.follower, given.options, "group");
      const groupText =
        group === null ? null : textOf(this.#reader.follower, group.node, group.env);
      this.#operations.push({
        ...this.#operation(node, action, receiver, given.address, env, index),
        group: groupText?.known === true ? groupText.text : undefined,
        message: read.message,
        reply: read.reply,
        declared: read.declared,
        targets: this.#targets(optionOf(this.#reader.follower, given.options, "publish")),
      });
    }
  }

  /** `broker.publish("x", …)` is a send operation of its own; `invoices.publish(…)` is a use of a declared one. */
  #sent(node: MethodCall): void {
    const { follower, messages } = this.#reader;
    const target = follower.follow(node.expression.expression);
    if (target.kind === "node" && ts.isCallExpression(target.node) && isPublisher(target.node)) {
      for (const handler of this.#handlersAround(node))
        this.#uses.push({ handler, operation: keyOf(target.node) });
      return;
    }
    for (const [index, env] of this.#environmentsOf(node).entries()) {
      const receiver = receiverOf(follower, node.expression.expression, env);
      if (receiver === null) continue;
      this.#broker(receiver);
      const read = messages.sent(node, env);
      const operation = this.#operation(node, "send", receiver, node.arguments[0], env, index);
      this.#operations.push({
        ...operation,
        group: undefined,
        message: read.message,
        reply: read.reply,
        declared: false,
        targets: [],
      });
      for (const handler of this.#handlersAround(node))
        this.#uses.push({ handler, operation: operation.key });
    }
  }

  #operation(
    node: MethodCall,
    action: "send" | "receive",
    receiver: Receiver,
    address: ts.Expression | undefined,
    env: Env | null,
    index: number,
  ) {
    const text = address === undefined ? null : textOf(this.#reader.follower, address, env);
    return {
      key: index === 0 ? keyOf(node) : `${keyOf(node)}:${index}`,
      file: this.#path,
      action,
      on: onOf(receiver),
      address: text?.known === true ? text.text : null,
      expression: address?.getText() ?? "",
      name: keptIn(node),
      place: placeOf(node, this.#reader.workspace.disk),
    };
  }

  #included(node: MethodCall): void {
    const { follower } = this.#reader;
    for (const env of this.#environmentsOf(node)) {
      const into = receiverOf(follower, node.expression.expression, env);
      if (into === null) continue;
      for (const argument of node.arguments) {
        const router = receiverOf(follower, argument, env);
        if (router === null) continue;
        this.#broker(into);
        this.#broker(router);
        this.#includes.push({ into: onOf(into), router: onOf(router) });
      }
    }
  }

  /** Usually one; several where a function around it is called several times with other brokers or addresses. */
  #environmentsOf(node: MethodCall): (Env | null)[] {
    const { follower, callers } = this.#reader;
    const receiver = receiverOf(follower, node.expression.expression, null);
    const [address] = node.arguments;
    const settled =
      receiver !== null && receiver.root.made !== "parameter" && receiver.prefix !== null;
    if (settled && (address === undefined || textOf(follower, address, null).known)) return [null];
    return callers.environments(node);
  }

  #targets(given: Bound | null): string[] {
    if (given === null) return [];
    const found = this.#reader.follower.follow(given.node, given.env);
    if (found.kind !== "node") return [];
    if (ts.isArrayLiteralExpression(found.node))
      return found.node.elements.flatMap((element) =>
        this.#targets({ node: element, env: found.env }),
      );
    return ts.isCallExpression(found.node) && isPublisher(found.node) ? [keyOf(found.node)] : [];
  }

  /** The subscribers whose handler a node is in, or whose handler calls the function it is in. */
  #handlersAround(node: ts.Node, distance = 0): string[] {
    for (let at = node.parent; at !== undefined; at = at.parent) {
      if (!ts.isFunctionLike(at)) continue;
      const subscriber = subscriberOf(at);
      if (subscriber !== null) return [keyOf(subscriber)];
      if (!ts.isFunctionDeclaration(at) && !ts.isVariableDeclaration(at.parent)) continue;
      const named = this.#reader.callers.handledBy(at);
      if (named.length > 0) return named.map(keyOf);
      if (distance < 3)
        return this.#reader.callers
          .callsOf(at)
          .flatMap((call) => this.#handlersAround(call, distance + 1));
    }
    return [];
  }
}

function onOf({ root, prefix }: Receiver): On {
  return { root: root.key, prefix };
}

function isPublisher(node: ts.CallExpression): boolean {
  return (
    ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "publisher"
  );
}

/** The `.subscriber(…)` call that a function is written into. */
function subscriberOf(node: ts.Node): ts.CallExpression | null {
  const { parent } = node;
  const takes = ts.isCallExpression(parent) && parent.arguments.includes(node as ts.Expression);
  return takes &&
    ts.isPropertyAccessExpression(parent.expression) &&
    parent.expression.name.text === "subscriber"
    ? parent
    : null;
}

/** Whether an App's brokers or title come from the parameters of the function around it. */
function parameterised(node: ts.NewExpression, follower: Follower): boolean {
  return (node.arguments ?? []).some((argument) => {
    const found = follower.follow(argument);
    return (
      found.kind !== "node" ||
      ts.isParameter(found.node) ||
      ts.isObjectLiteralExpression(found.node)
    );
  });
}

function exportOfApp(node: ts.NewExpression): AppFound["exported"] {
  const maker = ts.findAncestor(
    node,
    (at): at is ts.FunctionLikeDeclaration =>
      ts.isFunctionDeclaration(at) || ts.isArrowFunction(at) || ts.isFunctionExpression(at),
  );
  const holder = maker ?? node;
  const declared = ts.isFunctionDeclaration(holder)
    ? holder
    : (ts.findAncestor(holder, ts.isVariableDeclaration) ?? holder);
  const name = exportedNameOf(declared) ?? exportedNameOf(holder);
  return name === null ? null : { name, factory: maker !== undefined };
}

/** Where a broker connects to: what it is given, else what the environment says, else its default. */
function serverAddress(
  follower: Follower,
  node: ts.Node,
  protocol: BrokerFound["protocol"],
): ServerAddress {
  const environment: ServerAddress = {
    kind: "environment",
    variable: `MILLRACE_${protocol.toUpperCase()}_URL`,
    default: defaultUrls[protocol],
  };
  const [first] = ts.isNewExpression(node) ? (node.arguments ?? []) : [];
  if (first === undefined) return environment;
  const options = follower.follow(first);
  const isOptions = options.kind === "node" && ts.isObjectLiteralExpression(options.node);
  const given = isOptions ? optionOf(follower, options, "url") : { node: first, env: null };
  if (given === null) return environment;
  const url = textOf(follower, given.node, given.env);
  if (url.variable !== undefined)
    return url.known
      ? { kind: "environment", variable: url.variable, default: url.text }
      : { kind: "environment", variable: url.variable };
  return url.known
    ? { kind: "static", url: url.text }
    : { kind: "dynamic", expression: given.node.getText() };
}
