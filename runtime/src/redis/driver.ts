/**
 * Redis by the package "ioredis" (6): the only file that imports it.
 *
 * One connection publishes and settles, one receives what channels bring, and each subscriber of a list or stream has one
 * of its own, since it waits there for messages. The client is told to queue, repeat and subscribe nothing by itself: what
 * is sent while the connection is lost waits here, and what may have been done is not done again.
 */
import { hostname } from "node:os";
import type { Cluster, ClusterOptions, Redis, RedisOptions as ClientOptions } from "ioredis";
import type {
  ActiveSubscription,
  Connect,
  Driver,
  DriverContext,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import {
  ClientMissingError,
  ConnectError,
  messageOf,
  PublishError,
  RequestError,
} from "../errors.ts";
import { subscribeChannel } from "./channel.ts";
import { createClients, createDuplicates, type Clients } from "./clients.ts";
import { Hub } from "./hub.ts";
import { Link, type Opening } from "./link.ts";
import { writeMessage, type Answer } from "./message.ts";
import type { RedisOptions } from "./options.ts";
import { publishTo } from "./publishing.ts";
import { Replies } from "./replies.ts";
import type { Waiting } from "./reader.ts";
import { subscribeReliableList } from "./reliable-list.ts";
import { subscribeList } from "./list.ts";
import { Sender } from "./sender.ts";
import { subscribeGroup } from "./stream-group.ts";
import { subscribeStream } from "./stream.ts";

/** A client of the package "ioredis". */
export type RedisClient = Redis | Cluster;
export type { ClientOptions, Cluster, ClusterOptions, Redis };
/** What is used of the package; its own overloads for RESP3 replies do not go with exactOptionalPropertyTypes. */
export interface Package {
  readonly Redis: new (options: ClientOptions) => Redis;
  readonly Cluster: new (
    nodes: { host: string; port: number }[],
    options: ClusterOptions,
  ) => Cluster;
}

/** Connects with these options; see {@link RedisOptions}. `url` gives the address when it is needed. */
export function connectRedis(options: RedisOptions, url: () => string): Connect {
  return async (context) => {
    const ioredis = (await import("ioredis").catch((cause: unknown) => {
      throw new ClientMissingError("ioredis", { cause });
    })) as unknown as Package;
    const name = options.name ?? context.clientName;
    const opening = { context, timeout: options.connectTimeout ?? 5000, use: "publishing" };
    if (options.client !== undefined && context.url === undefined) {
      const clients = createDuplicates(ioredis, options.client, options, name);
      const main = await Link.adopt(options.client, { ...opening, address: clients.address });
      return new RedisDriver(context, options, clients, main);
    }
    // Tests put another server in the place of whatever was configured.
    const { sentinel: _, cluster: __, ...alone } = options;
    const clients = createClients(
      ioredis,
      context.url === undefined ? options : alone,
      context.url ?? url(),
      name,
    );
    const main = await Link.open({
      ...opening,
      address: clients.address,
      make: (delay) => clients.commands(delay),
    });
    return new RedisDriver(context, options, clients, main);
  };
}

export class RedisDriver implements Driver {
  readonly #context: DriverContext;
  readonly #options: RedisOptions;
  readonly #clients: Clients;
  readonly #sender: Sender;
  readonly #hub: Hub;
  readonly #replies: Replies;
  readonly #links = new Set<Link>();
  readonly #releases = new Set<() => Promise<void>>();
  readonly #name: string;
  /** Channels of a cluster are published over one node, which keeps their order. */
  #channelSender: Promise<Sender> | undefined;

  constructor(context: DriverContext, options: RedisOptions, clients: Clients, main: Link) {
    this.#context = context;
    this.#name = options.name ?? context.clientName;
    this.#options = options;
    this.#clients = clients;
    this.#sender = new Sender(main, options.publishTimeout ?? 10_000);
    this.#hub = new Hub((prepare) =>
      this.#open("channels", (delay) => clients.channels(delay), prepare),
    );
    this.#replies = new Replies(this.#hub, this.#answer);
    this.#add(main);
    context.onState("connected");
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    const { address, channel } = request;
    const { logger } = this.#context;
    if (channel === undefined || channel.type === "pattern")
      return subscribeChannel(request, this.#hub, this.#answer, logger);
    const ofList = channel.type === "list" || channel.type === "reliable-list";
    const kind = ofList ? "list" : "stream";
    const key = address.template;
    await this.#expect(key, kind);
    const waiting = await this.#openWaiting(`the ${kind} "${key}"`);
    const given = (channel.options as { consumer?: string }).consumer;
    const consumer = {
      name: given ?? `${this.#name}@${hostname()}`,
      exact: given !== undefined,
      cluster: this.#clients.cluster,
    };
    const common = [this.#sender, this.#answer, logger, consumer] as const;
    try {
      if (channel.type === "list") return subscribeList(request, waiting, this.#answer, logger);
      if (channel.type === "stream")
        return await subscribeStream(request, waiting, this.#sender, this.#answer, logger);
      const active = await (channel.type === "reliable-list"
        ? subscribeReliableList(request, waiting, ...common)
        : subscribeGroup(request, waiting, ...common));
      this.#releases.add(active.release);
      return active;
    } catch (cause) {
      waiting.link.end();
      throw new ConnectError(`cannot read the ${kind} "${key}": ${messageOf(cause)}`, { cause });
    }
  }

  async publish(message: Outgoing): Promise<void> {
    await this.#publish(message);
  }

  async request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    const { address } = message;
    if (this.#options.envelope === "none") {
      throw new RequestError(
        "unsupported",
        `"${address}" cannot be asked: without an envelope a message has no room for where the answer goes; leave out \`envelope: "none"\``,
      );
    }
    return this.#replies.ask(message, timeout, async (replyTo) => {
      const receivers = await this.#publish(message, replyTo);
      // A node of a cluster knows only its own.
      if (receivers === 0 && !this.#clients.cluster) {
        throw new RequestError(
          "no-responders",
          `nobody answers "${address}": start the service that does`,
        );
      }
    });
  }

  /** Nothing waits here: a publish resolves when Redis has answered. */
  async flush(): Promise<void> {}

  async close(): Promise<void> {
    // Those that were not drained in time: their names are free, so that what they had in hand is found soon.
    await Promise.all([...this.#releases].map((release) => release()));
    this.#releases.clear();
    this.#hub.end();
    const links = [...this.#links];
    this.#links.clear();
    for (const link of links) link.end();
    this.#context.onState("closed");
  }

  /** Resolves with how many clients received it, where it went to a channel. */
  async #publish(message: Outgoing, replyTo?: string): Promise<number | undefined> {
    message.signal?.throwIfAborted();
    const data = writeMessage(message, this.#options.envelope ?? "binary", replyTo);
    const toChannel = message.channel === undefined;
    return publishTo(message, data, toChannel ? await this.#forChannels() : this.#sender);
  }

  readonly #answer: Answer = async (replyTo, answer) => {
    const sender = await this.#forChannels();
    const data = writeMessage(answer, this.#options.envelope ?? "binary");
    await sender.send((client) => client.publish(replyTo, data), {
      what: `answer to "${replyTo}"`,
    });
  };

  #forChannels(): Promise<Sender> | Sender {
    if (!this.#clients.cluster) return this.#sender;
    this.#channelSender ??= this.#open("publishing to channels", (delay) =>
      this.#clients.channels(delay),
    )
      .then((link) => new Sender(link, this.#options.publishTimeout ?? 10_000))
      .catch((cause: unknown) => {
        this.#channelSender = undefined;
        throw cause instanceof ConnectError
          ? new PublishError(cause.message, { cause })
          : (cause as Error);
      });
    return this.#channelSender;
  }

  async #open(
    use: string,
    make: Opening["make"],
    prepare?: NonNullable<Opening["prepare"]>,
  ): Promise<Link> {
    const link = await Link.open({
      context: this.#context,
      address: this.#clients.address,
      use,
      timeout: this.#options.connectTimeout ?? 5000,
      make,
      ...(prepare === undefined ? {} : { prepare }),
    });
    this.#add(link);
    return link;
  }

  #add(link: Link): void {
    this.#links.add(link);
    link.onChange = () => this.#changed();
    link.onEnd = () => {
      if (this.#links.delete(link)) this.#changed();
    };
    if (link.lost) this.#changed();
  }

  /** @throws {ConnectError} where the key holds something else. */
  async #expect(key: string, kind: "list" | "stream"): Promise<void> {
    const found = await this.#sender
      .send((client) => client.type(key), { what: `look at "${key}"`, repeatable: true })
      // Not permitted, perhaps; reading tells.
      .catch(() => "none");
    if (found !== "none" && found !== kind)
      throw new ConnectError(
        `the key "${key}" holds a ${found}, not a ${kind}: name another key, or delete it`,
      );
  }

  async #openWaiting(use: string): Promise<Waiting> {
    const { cluster } = this.#clients;
    let id: number | undefined;
    const link = await this.#open(
      use,
      (delay) => this.#clients.commands(delay),
      async (client) => {
        id = undefined;
        // On a cluster nobody knows by which of its connections the client will wait.
        if (!cluster) id = Number(await client.client("ID").catch(() => undefined)) || undefined;
      },
    );
    return {
      link,
      block: cluster || id === undefined ? 1000 : 5000,
      unblock: async () => {
        const waits = id;
        if (waits === undefined || link.lost) return;
        const what = `stop waiting for ${use}`;
        await this.#sender.send((client) => client.client("UNBLOCK", waits), {
          what,
          repeatable: true,
          timeout: 1000,
        });
      },
    };
  }

  #changed(): void {
    const lost = [...this.#links].find((link) => link.lost);
    this.#context.onState(lost === undefined ? "connected" : "reconnecting", lost?.cause);
  }
}
