/** `.subscriber(…)`, `.publisher(…)`, and what is sent directly: `broker.publish("x", …)`, `context.publish("x", …)`. */
import { ts } from "ts-morph";
import { declaredAddress, sentAddress } from "./addresses.ts";
import { type Receiver, receiverOf } from "./brokers.ts";
import type { Reach } from "./callers.ts";
import { deadLetterOf, isSettled, type Named, readChannel } from "./channels.ts";
import { exchangeOption, textOption } from "./exchanges.ts";
import type { Bound, Follower, Found } from "./follow.ts";
import type { OperationFound } from "./found.ts";
import { handlersAround, subscribersOf } from "./handlers.ts";
import { argumentsOf, optionOf } from "./options.ts";
import { keptIn, keyOf, placeOf } from "./places.ts";
import type { Reading } from "./reading.ts";
import { textsOf } from "./texts.ts";

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
    const named = readChannel(follower, given.address, reach.env, (address, env) =>
      declaredAddress(follower, address, env),
    );
    const group =
      action === "receive"
        ? (textOption(follower, given.options, "group") ?? named.group)
        : undefined;
    reading.meet(receiver);
    reading.operations.push({
      ...placed(node, action, receiver, reach, index, reading),
      ...onExchange(
        follower,
        withSubjects(follower, named, given.options),
        receiver,
        action,
        given.options,
      ),
      name: keptIn(node),
      group,
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
  const [address, , given] = node.arguments;
  const { protocol } = receiver.root;
  const named = readChannel(follower, address, reach.env, (each, env) =>
    sentAddress(follower, each, env, protocol),
  );
  const options = given === undefined ? null : follower.follow(given, reach.env);
  const operation: OperationFound = {
    ...placed(node, "send", receiver, reach, index, reading),
    ...onExchange(follower, named, receiver, "send", options),
    name: keptIn(node),
    group: undefined,
    targets: [],
    ...messages.sent(node, reach.env),
  };
  reading.meet(receiver);
  reading.operations.push(operation);
  use(node, operation.key, reading);
}

/** A subscriber of a stream may take more of its subjects than the one it names first. */
function withSubjects(follower: Follower, named: Named, options: Found | null): Named {
  const given = named.channel.stream === undefined ? null : optionOf(follower, options, "subjects");
  const subjects = given === null ? [] : textsOf(follower, given.node, given.env);
  return subjects.length === 0 ? named : { ...named, channel: { ...named.channel, subjects } };
}

/** Where a plain address of RabbitMQ is, by the declaration's own options. */
function onExchange(
  follower: Follower,
  { address, channel }: Named,
  { root }: Receiver,
  action: "send" | "receive",
  options: Found | null,
): Pick<OperationFound, "address" | "channel"> & { expression?: string } {
  if (root.protocol !== "rabbitmq" || channel.kind !== undefined) return { address, channel };
  const exchange = exchangeOption(follower, options, "exchange");
  // An exchange that is not known is nowhere, whatever the key.
  if (exchange === null) {
    const written = optionOf(follower, options, "exchange")?.node.getText() ?? "";
    const key = address === null ? "a routing key" : JSON.stringify(address);
    return { address: null, channel, expression: `${key} on the exchange ${written}` };
  }
  const queue = optionOf(follower, options, "queue");
  const deadLetter =
    queue === null ? undefined : deadLetterOf(follower, follower.follow(queue.node, queue.env));
  const key = action === "receive" ? textOption(follower, options, "bindKey") : undefined;
  return {
    address: exchange?.routing === "any" ? address : (key ?? address),
    channel: {
      ...(exchange === undefined ? {} : { exchange }),
      ...(deadLetter === undefined ? {} : { deadLetter }),
    },
  };
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
  if (settled && (address === undefined || isSettled(follower, address)))
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
