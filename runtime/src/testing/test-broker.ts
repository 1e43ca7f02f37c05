import { randomUUID } from "node:crypto";
import { App } from "../app.ts";
import { connectionOf, type AnyBroker } from "../broker.ts";
import { startEmulator } from "../companions.ts";
import { channelOf, isChannel, nameOf, type Channel } from "../channel.ts";
import type { Connection } from "../connection.ts";
import { inChain } from "../context.ts";
import type { Connect, Driver, Outgoing } from "../driver.ts";
import { DeclarationError } from "../errors.ts";
import { createLogger } from "../logger.ts";
import { MemorySpace } from "../memory/driver.ts";
import type { PublishOptions, Requester, Sender, SendOptions, Target } from "../publisher.ts";
import { routingOf, type Provider } from "../scope.ts";
import { continueTrace } from "../trace.ts";
import { TEST_HEADER } from "./header.ts";
import { Outstanding } from "./outstanding.ts";

/** Where and how the app under test runs. */
export interface TestOptions {
  /**
   * `memory` (default): in process, under a millisecond. `emulator`: the real client over the real protocol, from
   * `@millrace/emulator`. `real`: the broker's own address.
   */
  readonly on?: "memory" | "emulator" | "real";
  /** Dependencies instead of those of `provide`, by name. A value that is a function is called as a provider. */
  readonly provide?: Readonly<Record<string, unknown>>;
  /** How long a publish waits for what it set off, in ms. Default 5000. */
  readonly timeout?: number;
}

type TestPublishOptions = PublishOptions & { readonly params?: Readonly<Record<string, string>> };

/** An app under test. */
export interface TestBroker extends AsyncDisposable {
  /**
   * Publishes to an address or channel, or through a publisher. Resolves when every subscriber of the app under test that it set
   * off, over all steps, has settled; nothing matching resolves at once.
   * @throws the handler's error; {DeadlineError} naming what is outstanding.
   */
  publish<Message>(
    target: string | Channel | Target<Message>,
    message: Message,
    options?: TestPublishOptions,
  ): Promise<void>;
  /** Sends a request, waits as `publish` does, and gives the answer. */
  request<Message, Reply>(
    target: Target<Message> & Requester<Message, string, object, Reply>,
    message: Message,
    options?: TestPublishOptions,
  ): Promise<Reply>;
  request(
    target: string | Channel,
    message: unknown,
    options?: TestPublishOptions,
  ): Promise<unknown>;
  /**
   * Resolves when everything that the code under test published by itself (a hook, a timer, a plain
   * `invoices.publish(…)` in the test) has settled; throws as `publish` does.
   */
  settled(): Promise<void>;
  /** Stops the app and forgets what was recorded last. */
  close(): Promise<void>;
}

/**
 * Starts a broker, several brokers or an app for a test, and records `calls`, `results` and `published`.
 * @example await using t = await testBroker(broker, { on: "memory" });
 * @throws {ConnectError} on `emulator` and `real`; {ClientMissingError} where `@millrace/emulator` is not installed.
 */
export async function testBroker(
  target: AnyBroker | readonly AnyBroker[] | App,
  options: TestOptions = {},
): Promise<TestBroker> {
  const app =
    target instanceof App
      ? target
      : new App(
          ...(Array.isArray(target)
            ? (target as [AnyBroker, ...AnyBroker[]])
            : ([target] as [AnyBroker])),
        );
  const connections = app.brokers.map(connectionOf);
  const outstanding = new Outstanding();
  const ambient = randomUUID();
  const timeout = options.timeout ?? 5000;
  if (connections.some((connection) => connection.observer !== undefined))
    throw new DeclarationError(
      "this broker is already under test: close the other testBroker first",
    );

  const rung = await openRung(options.on ?? "memory", connections);
  const restore = connections.map((connection) => {
    const connect = rung.connect(connection);
    // Brokers of one protocol talk to each other.
    const peers = connections.filter(({ kind }) => kind.protocol === connection.kind.protocol);
    return observe(connection, outstanding, options.provide ?? {}, async (context) =>
      counting(await connect(context), ambient, (message) => outstanding.add(peers, message)),
    );
  });
  const end = async () => {
    await app.stop();
    for (const undo of restore) undo();
    await rung.close();
  };
  try {
    await app.start({
      logger: createLogger({ level: process.env["LOG_LEVEL"] === undefined ? "silent" : "debug" }),
    });
  } catch (error) {
    await end();
    throw error;
  }

  const senderOf = (to: string | Channel | Target<never>): Sender =>
    typeof to === "string" || isChannel(to)
      ? (connections.find((each) => listens(each, to)) ?? (connections[0] as Connection)).senderFor(
          to,
        )
      : (to as unknown as Sender);

  async function run<Result>(send: (id: string) => Promise<Result>): Promise<Result> {
    const id = randomUUID();
    const chain = {
      correlationId: id,
      traceparent: continueTrace().traceparent,
      baggage: { [TEST_HEADER]: id },
    };
    let result: Result;
    try {
      result = await inChain(chain, () => send(id));
    } catch (error) {
      // A request fails because the handler did: the handler's error says more.
      await outstanding.wait(id, timeout);
      throw error;
    }
    await outstanding.wait(id, timeout);
    return result;
  }

  return {
    publish: (to, message, given) =>
      run(() =>
        senderOf(to as string | Channel | Target<never>).publish(message, given as SendOptions),
      ),
    request: (to: string | Channel | Target<never>, message: unknown, given?: TestPublishOptions) =>
      run(() => senderOf(to).request(message, given)) as Promise<never>,
    settled: () => outstanding.wait(ambient, timeout),
    close: end,
    [Symbol.asyncDispose]: end,
  };
}

/** Whether a subscriber of this connection takes messages of an address or channel. */
function listens({ scope, kind }: Connection, to: string | Channel): boolean {
  const address = nameOf(to);
  const channel = channelOf(to);
  const message = { address, payload: new Uint8Array(), headers: {}, ...(channel && { channel }) };
  return [...scope.all()].some((each) => {
    const subscribable = each.scope.subscribable(each);
    const same = channelOf(each.on)?.type === channel?.type;
    return (
      (same && subscribable.address.template === address) ||
      routingOf(kind).matches(subscribable, message)
    );
  });
}

/** Puts the rung's driver and our eyes into a connection. Returns how to take them out. */
function observe(
  connection: Connection,
  outstanding: Outstanding,
  provide: Readonly<Record<string, unknown>>,
  connect: Connect,
): () => void {
  const before = connection.connect;
  connection.connect = connect;
  for (const declaration of connection.scope.all()) {
    declaration.calls.length = 0;
    declaration.results.length = 0;
  }
  for (const scope of connection.scope.tree()) {
    for (const sender of scope.senders) sender.published.length = 0;
  }
  connection.observer = {
    providers: Object.fromEntries(
      Object.entries(provide).map(([name, value]): [string, Provider] => [
        name,
        typeof value === "function" ? (value as Provider) : () => value,
      ]),
    ),
    sent(sender, message) {
      sender.published.push(message);
    },
    testIdOf: (declaration, incoming) => outstanding.testIdOf(declaration, incoming),
    settled(declaration, incoming, outcome) {
      if ("value" in outcome) declaration.calls.push(outcome.value);
      if (outcome.kind === "handled") declaration.results.push(outcome.result);
      outstanding.settle(declaration, incoming, "error" in outcome ? outcome.error : undefined);
    },
  };
  return () => {
    connection.connect = before;
    connection.observer = undefined;
  };
}

/** Counts each message before it is sent. One that no publish of the test set off belongs to `ambient`. */
function counting(
  driver: Driver,
  ambient: string,
  count: (message: Outgoing) => () => void,
): Driver {
  async function counted<Result>(
    message: Outgoing,
    send: (message: Outgoing) => Promise<Result>,
  ): Promise<Result> {
    const marked = { ...message, headers: { [TEST_HEADER]: ambient, ...message.headers } };
    const takeBack = count(marked);
    try {
      return await send(marked);
    } catch (error) {
      takeBack();
      throw error;
    }
  }
  return {
    subscribe: (request) => driver.subscribe(request),
    flush: () => driver.flush(),
    close: () => driver.close(),
    publish: (message) => counted(message, (marked) => driver.publish(marked)),
    request: (message, options) => counted(message, (marked) => driver.request(marked, options)),
  };
}

interface Rung {
  connect(connection: Connection): Connect;
  close(): Promise<void>;
}

async function openRung(
  on: "memory" | "emulator" | "real",
  connections: readonly Connection[],
): Promise<Rung> {
  const own = new Map(connections.map((connection) => [connection, connection.connect]));
  const connectOwn = (connection: Connection, url?: string): Connect => {
    const connect = own.get(connection) as Connect;
    return (context) => connect(url === undefined ? context : { ...context, url });
  };
  if (on === "real")
    return { connect: (connection) => connectOwn(connection), close: async () => {} };
  if (on === "emulator") {
    const protocols = [...new Set(connections.map(({ kind }) => kind.protocol))].filter(
      (protocol) => protocol !== "memory",
    );
    const emulator = await startEmulator({
      ports: Object.fromEntries(protocols.map((protocol) => [protocol, 0])),
      only: protocols,
    });
    const urls = new Map<string, string>(
      emulator.servers.map(({ protocol, url }) => [protocol, url]),
    );
    return {
      connect: (connection) => connectOwn(connection, urls.get(connection.kind.protocol)),
      close: () => emulator.close(),
    };
  }
  const spaces = new Map(connections.map(({ kind }) => [kind.protocol, new MemorySpace()]));
  return {
    connect: ({ kind }) =>
      (spaces.get(kind.protocol) as MemorySpace).connect({
        redelivers: kind.redelivers,
        ...(kind.routing === undefined ? {} : { routing: kind.routing }),
      }),
    close: async () => {},
  };
}
