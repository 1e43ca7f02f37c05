/**
 * Kafka by the package "kafkajs": the only file that imports it. What is used of it stands in client.ts; another client
 * that has it may be passed in.
 *
 * Each subscriber has a consumer of its own. The client fetches, keeps the membership and encodes; where to read from, what is
 * committed, what is handed over again and when a member comes back is decided here, in subscription.ts and member.ts.
 */
import { randomUUID } from "node:crypto";
import type {
  AssignerProtocol as AssignerProtocolValue,
  Cluster,
  Consumer,
  ConsumerConfig,
  ICustomPartitioner,
  IHeaders,
  ISocketFactory,
  Kafka,
  KafkaConfig,
  KafkaMessage,
  Mechanism,
  Message,
  PartitionAssigner,
} from "kafkajs";
import { within } from "../abortable.ts";
import { parseAddress } from "../address.ts";
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
  DeclarationError,
  MillraceError,
  PublishError,
} from "../errors.ts";
import { isTopicName, TOPIC_NAMES } from "./channels.ts";
import type { Clients, ConsumerOptions } from "./client.ts";
import { givenClients, ownClients } from "./clients.ts";
import { register } from "./codecs.ts";
import type { ConfluentClient } from "./confluent.ts";
import { reasonOf, typeOf } from "./failure.ts";
import { Following } from "./following.ts";
import { Link } from "./link.ts";
import { Member } from "./member.ts";
import { writeMessage } from "./message.ts";
import type { KafkaOptions, KafkaPublishOptions, KafkaSubscriberOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import { probe, reach } from "./reaching.ts";
import { answerHeaders, Replies } from "./replies.ts";
import { intervalOf, Subscription, type Answer } from "./subscription.ts";
import { Topics } from "./topics.ts";

export type {
  Cluster,
  Consumer as KafkajsConsumer,
  ConsumerConfig,
  ICustomPartitioner,
  IHeaders,
  ISocketFactory,
  KafkaConfig,
  KafkaMessage,
  Mechanism,
  Message,
  PartitionAssigner,
};
export type KafkaPackage = typeof import("kafkajs") & { default: typeof import("kafkajs") };
export type AssignerProtocol = typeof AssignerProtocolValue;

export type KafkajsClient = Pick<Kafka, "admin" | "consumer" | "producer">;

/** What may be passed in: a `Kafka` of kafkajs, or Confluent's `KafkaJS.Kafka`. */
export type KafkaClient = KafkajsClient | ConfluentClient;

/** How long a group may take to let a new member in: its others may have handlers to end. */
const JOINING = 90_000;

/** Connects with these options; see {@link KafkaOptions}. `url` gives the address when it is needed. */
export function connectKafka(options: KafkaOptions, url: () => string): Connect {
  return async (context) => {
    const name = options.name ?? context.clientName;
    const link = new Link(context);
    const clients =
      options.client === undefined
        ? ownClients(
            await load(options),
            { ...options, name, url: context.url ?? url() },
            (opened) => link.sockets(opened),
          )
        : await givenClients(options.client, options.codecs, () => load(options));
    await reach(clients, options.connectTimeout ?? 5000);
    await link.begin(clients, () => probe(clients));
    const driver = new KafkaDriver(clients, link, context, { ...options, name });
    if (options.replyTopic !== undefined)
      await driver.listen().catch(async (error: unknown) => {
        await driver.close();
        throw error;
      });
    return driver;
  };
}

async function load({ codecs }: KafkaOptions): Promise<KafkaPackage> {
  const kafkajs = (await import("kafkajs").catch((cause: unknown) => {
    throw new ClientMissingError("kafkajs", { cause });
  })) as KafkaPackage;
  register(kafkajs, codecs);
  return kafkajs;
}

class KafkaDriver implements Driver {
  readonly #clients: Clients;
  readonly #link: Link;
  readonly #context: DriverContext;
  readonly #options: KafkaOptions & { readonly name: string };
  readonly #topics: Topics;
  readonly #outbox: Outbox;
  readonly #replies: Replies;
  readonly #subscriptions = new Set<Subscription>();
  /** In which this client has a member. */
  readonly #groups = new Set<string>();
  readonly #following: Following;

  constructor(
    clients: Clients,
    link: Link,
    context: DriverContext,
    options: KafkaOptions & { readonly name: string },
  ) {
    this.#clients = clients;
    this.#link = link;
    this.#context = context;
    this.#options = options;
    this.#topics = new Topics(clients, options.topics);
    this.#outbox = new Outbox(clients, this.#topics, link, options);
    this.#following = new Following({
      topics: this.#topics,
      link,
      logger: context.logger,
      interval: options.topicRefresh ?? 5000,
    });
    const topic = options.replyTopic ?? `${options.name.replaceAll(/[^\w.-]/g, "-")}.replies`;
    this.#replies = new Replies(topic, (deliver) =>
      this.subscribe({
        address: parseAddress(topic, TOPIC_NAMES),
        concurrency: 1000,
        options: {},
        deliver,
      }),
    );
  }

  /** Begins to listen for answers. */
  async listen(): Promise<void> {
    await this.#replies.listen();
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    const { template } = request.address;
    const group = request.group ?? `${this.#options.name}-${randomUUID().slice(0, 8)}`;
    if (!this.#clients.sharesGroups && this.#groups.has(group))
      throw new DeclarationError(
        `the subscriber of "${template}" shares the group "${group}" with another one, and kafkajs cannot have both in one client: give KafkaBroker \`client: () => new Kafka(…)\``,
      );
    this.#groups.add(group);
    const found = await this.#find(request).catch((cause: unknown) => {
      throw refusal(template, cause);
    });
    const subscription = new Subscription({
      request,
      context: this.#context,
      topics: this.#topics,
      group: request.group,
      present: new Set(
        [...found].flatMap(([topic, numbers]) => numbers.map((number) => `${topic}/${number}`)),
      ),
      respond: (topic, asked, answer) => this.#respond(topic, asked, answer),
    });
    let topics: readonly string[] = [...found.keys()];
    const member = new Member(this.#clients, this.#link, {
      reading: readingOf(request, group),
      topics: () => topics,
      mayJoin: () => subscription.mayJoin(),
      assigned: (assignment) => subscription.assigned(assignment),
      batch: (payload) => subscription.batch(payload),
      passed: (topic, partition, upTo) => subscription.passed(topic, partition, upTo),
      retire: () => subscription.retire(),
      lost: (error) => {
        subscription.lost(error);
        if (typeOf(error) === undefined) this.#link.lost(error);
      },
    });
    subscription.member = member;
    this.#subscriptions.add(subscription);
    try {
      await member.begin();
      const late = () => new ConnectError(`it was not let in within ${JOINING} ms`);
      await within(subscription.inForce, JOINING, late);
    } catch (cause) {
      this.#subscriptions.delete(subscription);
      this.#groups.delete(group);
      await subscription.end();
      throw refusal(template, cause);
    }
    const followed = request.address.wild
      ? this.#following.follow(request.address, topics, async (now) => {
          topics = now;
          await member.renew();
        })
      : undefined;
    return {
      redelivers: true,
      problem: () => subscription.problem(),
      drain: async () => {
        followed?.();
        await subscription.drain();
        this.#subscriptions.delete(subscription);
        this.#groups.delete(group);
        if (request.group === undefined && this.#link.back === undefined)
          await this.#topics.forgetGroup(group);
      },
    };
  }

  async publish(message: Outgoing): Promise<void> {
    const { address, signal } = message;
    signal?.throwIfAborted();
    if (!isTopicName(address))
      throw new PublishError(
        `"${address}" is no name for a topic: use letters, digits, ".", "_" and "-", at most 249`,
      );
    const own = (message.options ?? {}) as KafkaPublishOptions;
    const acks = own.acks ?? this.#options.acks ?? "all";
    if (this.#options.idempotent === true && acks !== "all")
      throw new PublishError(`an idempotent producer needs acks "all", not "${acks}"`);
    const compression = own.compression ?? this.#options.compression ?? "none";
    await this.#outbox.send(address, writeMessage(message), { acks, compression, signal });
    this.#following.sentTo(address);
  }

  request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    return this.#replies.ask(message, timeout, (ready) => this.publish(ready));
  }

  flush(): Promise<void> {
    return this.#outbox.flush();
  }

  async close(): Promise<void> {
    this.#following.close();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.end()));
    await this.#outbox.close();
    this.#link.close();
  }

  /** The partitions of what is there of the wanted topics. */
  async #find({ address, channel }: SubscribeRequest): Promise<Map<string, readonly number[]>> {
    if (address.wild) {
      const topics = await this.#topics.matching((topic) => address.match(topic) !== null);
      const found = new Map<string, readonly number[]>();
      for (const topic of topics) found.set(topic, await this.#topics.partitions(topic));
      return found;
    }
    const there = await this.#topics.ensure(address.pattern);
    if (channel?.type === "partitions") {
      const { partitions } = channel.options as { partitions: readonly number[] };
      const absent = partitions.filter((number) => !there.includes(number));
      if (absent.length > 0)
        throw new DeclarationError(
          `"${address.pattern}" has ${there.length} partitions, numbered from 0, so there is no ${absent.join(", ")}`,
        );
    }
    return new Map([[address.pattern, there]]);
  }

  async #respond(topic: string, request: Incoming, answer: Answer): Promise<void> {
    await this.publish({
      address: topic,
      payload: answer.payload,
      headers: answerHeaders(request.headers, answer.headers),
    });
  }
}

function readingOf(
  { address, channel, options }: SubscribeRequest,
  group: string,
): ConsumerOptions {
  const own = options as KafkaSubscriberOptions;
  const { partitions } = (channel?.options ?? {}) as { partitions?: readonly number[] };
  return {
    group,
    options: { ...own, heartbeatInterval: intervalOf(own) },
    fixed: partitions === undefined ? undefined : { topic: address.pattern, partitions },
  };
}

function refusal(address: string, cause: unknown): Error {
  if (cause instanceof DeclarationError) return cause;
  const type = typeOf(cause);
  const remedy =
    type === "GROUP_AUTHORIZATION_FAILED" || type === "TOPIC_AUTHORIZATION_FAILED"
      ? ": give the user READ on its topics and its group"
      : type === "INCONSISTENT_GROUP_PROTOCOL"
        ? ": its group has members that share partitions out in another way; name another group"
        : "";
  const why = cause instanceof MillraceError ? cause.message : reasonOf(cause);
  return new ConnectError(`cannot subscribe to "${address}": ${why}${remedy}`, { cause });
}
