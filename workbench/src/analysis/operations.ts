/** `.subscriber(…)`, `.publisher(…)`, and what is sent directly: `broker.publish("x", …)`, `context.publish("x", …)`. */
import { ts } from "ts-morph";
import { declaredAddress, sentAddress } from "./addresses.ts";
import { type Receiver, receiverOf } from "./brokers.ts";
import type { Reach } from "./callers.ts";
import type { Bound } from "./follow.ts";
import type { OperationFound } from "./found.ts";
import { handlersAround, subscribersOf } from "./handlers.ts";
import { argumentsOf, optionOf } from "./options.ts";
import { keptIn, keyOf, placeOf } from "./places.ts";
import type { Reading } from "./reading.ts";
import { textOf } from "./texts.ts";

export type MethodCall = ts.CallExpression & { readonly expression: ts.PropertyAccessExpression };

export function readDeclaration(
  node: MethodCall,
  action: "send" | "receive",
  reading: Reading,
): void {
  const { follower, messages } = reading.reader;
  for (const [index, reach] of reachesOf(node, node.expression.expression, reading).entries()) {
    const receiver = receiverOf(follower, node.expression.expression, reach.env);
    if (receiver === null) continue;
    const given = argumentsOf(follower, node, reach.env);
    const read = action === "receive" ? messages.received(given) : messages.published(node, given);
    const group = optionOf(follower, given.options, "group");
    reading.meet(receiver);
    reading.operations.push({
      ...placed(node, action, receiver, reach, index, reading),
      address: declaredAddress(follower, given.address, reach.env),
      name: keptIn(node),
      group:
        group === null
          ? undefined
          : (declaredAddress(follower, group.node as ts.Expression, group.env) ?? undefined),
      targets: publishersIn(optionOf(follower, given.options, "publish"), reading),
      ...read,
    });
  }
}

/** A call of `publish` or `request`: on a declared publisher it is a use of it, on a broker a send operation of its own. */
export function readSend(node: MethodCall, reading: Reading): void {
  const { follower } = reading.reader;
  const target = follower.follow(node.expression.expression);
  if (target.kind === "node" && isPublisher(target.node))
    return use(node, keyOf(target.node), reading);
  const subscribers = target.kind === "node" ? contextOf(target.node, reading) : [];
  if (subscribers.length > 0) return readContextPublish(node, subscribers, reading);
  for (const [index, reach] of reachesOf(node, node.expression.expression, reading).entries()) {
    const receiver = receiverOf(follower, node.expression.expression, reach.env);
    if (receiver !== null) send(node, receiver, reach, index, reading);
  }
}

/** `publish("x", …)` where `publish` was taken out of a handler's context. */
export function readBareSend(node: ts.CallExpression, reading: Reading): void {
  if (!ts.isIdentifier(node.expression) || node.expression.text !== "publish") return;
  const binding = reading.reader.follower.bindingOf(node.expression);
  const owner = binding?.parent.parent;
  if (owner === undefined || !ts.isParameter(owner)) return;
  readContextPublish(node, contextOf(owner, reading), reading);
}

/** What a context publishes goes out on the broker that its message came from: to an address, or through a declared publisher. */
function readContextPublish(
  node: ts.CallExpression,
  subscribers: readonly ts.CallExpression[],
  reading: Reading,
): void {
  const { follower } = reading.reader;
  const [first] = node.arguments;
  const target = first === undefined ? null : follower.follow(first);
  if (target?.kind === "node" && isPublisher(target.node))
    return use(node, keyOf(target.node), reading);
  for (const [index, subscriber] of subscribers.entries()) {
    if (!ts.isPropertyAccessExpression(subscriber.expression)) continue;
    const receiver = receiverOf(follower, subscriber.expression.expression, null);
    if (receiver !== null) send(node, receiver, { env: null, site: null }, index, reading);
  }
}

function send(
  node: ts.CallExpression,
  receiver: Receiver,
  reach: Reach,
  index: number,
  reading: Reading,
): void {
  const { follower, messages } = reading.reader;
  const operation: OperationFound = {
    ...placed(node, "send", receiver, reach, index, reading),
    address: sentAddress(follower, node.arguments[0], reach.env, receiver.root.protocol),
    name: keptIn(node),
    group: undefined,
    targets: [],
    ...messages.sent(node, reach.env),
  };
  reading.meet(receiver);
  reading.operations.push(operation);
  use(node, operation.key, reading);
}

function use(node: ts.Node, operation: string, reading: Reading): void {
  for (const subscriber of handlersAround(node, reading.reader.callers))
    reading.uses.push({ handler: keyOf(subscriber), operation });
}

function placed(
  node: ts.CallExpression,
  action: "send" | "receive",
  { root, prefix }: Receiver,
  { site }: Reach,
  index: number,
  reading: Reading,
) {
  return {
    key: index === 0 ? keyOf(node) : `${keyOf(node)}:${index}`,
    site: site === null ? null : keyOf(site),
    file: reading.file,
    action,
    on: { root: root.key, prefix },
    expression: node.arguments[0]?.getText() ?? "",
    place: placeOf(node, reading.reader.workspace.disk),
  };
}

/** One way to reach a declaration is enough, unless its broker or address depends on the function around it. */
export function reachesOf(node: ts.CallExpression, on: ts.Expression, reading: Reading): Reach[] {
  const { follower, callers } = reading.reader;
  const receiver = receiverOf(follower, on, null);
  const [address] = node.arguments;
  const settled =
    receiver !== null && receiver.root.made !== "parameter" && receiver.prefix.text !== null;
  if (settled && (address === undefined || textOf(follower, address, null).known))
    return [{ env: null, site: null }];
  return callers.reaches(node);
}

/** The subscribers whose handlers have this parameter as their second: the context. */
function contextOf(node: ts.Node, reading: Reading): ts.CallExpression[] {
  if (
    !ts.isParameter(node) ||
    !ts.isFunctionLike(node.parent) ||
    node.parent.parameters[1] !== node
  )
    return [];
  return subscribersOf(node.parent, reading.reader.callers);
}

function publishersIn(given: Bound | null, reading: Reading): string[] {
  if (given === null) return [];
  const found = reading.reader.follower.follow(given.node, given.env);
  if (found.kind !== "node") return [];
  if (ts.isArrayLiteralExpression(found.node))
    return found.node.elements.flatMap((node) => publishersIn({ node, env: found.env }, reading));
  return isPublisher(found.node) ? [keyOf(found.node)] : [];
}

function isPublisher(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === "publisher"
  );
}
