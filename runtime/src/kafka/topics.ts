/** Which topics there are, how missing ones come to be, and where in them to begin. */
import { setTimeout as pause } from "node:timers/promises";
import { ConnectError, PublishError } from "../errors.ts";
import { isTopicName } from "./channels.ts";
import type { Admin, Clients } from "./client.ts";
import { reasonOf, typeOf } from "./failure.ts";
import type { KafkaPartitionsOptions, KafkaTopics } from "./options.ts";

/** Where each partition of a topic is, by its number. */
export type Offsets = ReadonlyMap<number, number>;

export type From = NonNullable<KafkaPartitionsOptions["from"]>;

/** How long a topic that the broker makes by itself may take to be there. */
const MAKING = 5000;

export class Topics {
  readonly #clients: Clients;
  readonly #creation: KafkaTopics | undefined;
  readonly #known = new Set<string>();

  constructor(clients: Clients, creation: KafkaTopics | undefined) {
    this.#clients = clients;
    this.#creation = creation;
  }

  /** Whether clients may ask the broker to make topics by itself. */
  get auto(): boolean {
    return this.#creation === undefined;
  }

  /** Asks the cluster with a client that is made for the purpose: a lasting one would ask for every topic it ever saw. */
  async ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const lease = this.#clients.open({ initialRetryTime: 100, maxRetryTime: 500, retries: 3 });
    const admin = lease.admin();
    try {
      await admin.connect();
      return await question(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
      lease.release();
    }
  }

  /** The topics that are wanted. */
  async matching(wanted: (topic: string) => boolean): Promise<string[]> {
    const topics = await this.ask((admin) => admin.listTopics());
    return topics.filter((topic) => !topic.startsWith("__") && wanted(topic)).sort();
  }

  /** The numbers of a topic's partitions; none where there is no such topic. */
  partitions(topic: string): Promise<number[]> {
    return this.ask(async (admin) => {
      try {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return (topics[0]?.partitions ?? []).map(({ partitionId }) => partitionId);
      } catch (error) {
        if (typeOf(error) === "UNKNOWN_TOPIC_OR_PARTITION") return [];
        throw error;
      }
    });
  }

  /**
   * Resolves with the partitions when the topic is there, made where that was asked for.
   * @throws {ConnectError} where it is not and nobody makes it, with what to do.
   */
  async ensure(topic: string): Promise<number[]> {
    const found = await this.partitions(topic);
    if (found.length > 0) return found;
    if (this.#creation?.create === true) await this.#create(topic);
    else if (this.#creation === undefined) await this.#provoke(topic);
    const late = performance.now() + MAKING;
    while (this.#creation?.create !== false && performance.now() < late) {
      const made = await this.partitions(topic);
      if (made.length > 0) return made;
      await pause(50);
    }
    throw new ConnectError(missing(topic));
  }

  /** Before the first message to a topic, where we make topics. */
  async prepare(topic: string): Promise<void> {
    if (!isTopicName(topic))
      throw new PublishError(
        `"${topic}" is no name for a topic: use letters, digits, ".", "_" and "-", at most 249`,
      );
    if (this.#creation?.create !== true || this.#known.has(topic)) return;
    if ((await this.partitions(topic)).length === 0) await this.#create(topic);
    if (this.#known.size < 10_000) this.#known.add(topic);
  }

  /** Where each partition would begin. */
  begin(topic: string, from: From): Promise<Offsets> {
    return this.ask(async (admin) => {
      if (typeof from === "object" && "timestamp" in from) {
        const at = await admin.fetchTopicOffsetsByTimestamp(topic, Number(from.timestamp));
        return new Map(at.map(({ partition, offset }) => [partition, Number(offset)]));
      }
      const at = await admin.fetchTopicOffsets(topic);
      return new Map(
        at.map(({ partition, low, high }) => [
          partition,
          from === "earliest"
            ? Number(low)
            : from === "latest"
              ? Number(high)
              : Math.min(Math.max(from.offset, Number(low)), Number(high)),
        ]),
      );
    });
  }

  /** What a group has committed, by topic; -1 where it has nothing. */
  committed(group: string, topics: readonly string[]): Promise<ReadonlyMap<string, Offsets>> {
    return this.ask(async (admin) => {
      const found = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
      return new Map(
        found.map(({ topic, partitions }) => [
          topic,
          new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
        ]),
      );
    });
  }

  /** A group of one that nobody needs any longer. It would go by itself in time, and we may not be allowed to. */
  async forgetGroup(group: string): Promise<void> {
    await this.ask((admin) => admin.deleteGroups([group])).catch(() => undefined);
  }

  /** The broker creates it by itself, where it does so. */
  async #provoke(topic: string): Promise<void> {
    const lease = this.#clients.open({ initialRetryTime: 50, maxRetryTime: 500, retries: 6 });
    try {
      await lease.provoke(topic);
    } finally {
      lease.release();
    }
  }

  async #create(topic: string): Promise<void> {
    const { partitions, replicationFactor, config } = this.#creation ?? {};
    const made = {
      topic,
      ...(partitions === undefined ? {} : { numPartitions: partitions }),
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
    };
    try {
      await this.ask((admin) => admin.createTopic(made));
    } catch (cause) {
      throw new ConnectError(
        `could not create the topic "${topic}" (\`topics: { create: true }\`): ${reasonOf(cause)}`,
        { cause },
      );
    }
  }
}

export const missing = (topic: string): string =>
  `there is no topic "${topic}", and nobody makes it: create it, or give KafkaBroker \`topics: { create: true }\``;
