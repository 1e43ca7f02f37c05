/** Confluent's consumer as a member of its group. librdkafka joins, stays and comes back by itself; it never crashes. */
import type { Assigned, Consumer, ConsumerEvents, ConsumerOptions, Fetched } from "./client.ts";
import { asKafkasError, whatKeepsOut } from "./confluent-failure.ts";
import { loggerTo, type ConfluentLogger } from "./confluent-logger.ts";
import type { KafkaSubscriberOptions } from "./options.ts";

export interface ConfluentConsumer extends Omit<Consumer, "start"> {
  connect(): Promise<void>;
  subscribe(to: { topics: string[] }): Promise<void>;
  run(how: {
    eachBatchAutoResolve: boolean;
    partitionsConsumedConcurrently: number;
    eachBatch(payload: ConfluentBatch): Promise<void>;
  }): Promise<void>;
}

type ConfluentBatch = Fetched & { resolveOffset(offset: string): void };

interface Place {
  topic: string;
  partition: number;
  offset?: number;
}

interface Coming {
  readonly offsets: Map<string, number>;
  readonly after: (() => void)[];
}

interface Joined {
  resolve(): void;
  reject(error: Error): void;
}

interface Change {
  assign(partitions: Place[]): void;
}

/** librdkafka's ERR__ASSIGN_PARTITIONS. */
const ASSIGN = -175;

/** So many partitions are handed over at once. */
const AT_ONCE = 64;

export function confluentConsumer(
  make: (config: object) => ConfluentConsumer,
  { group, options, fixed }: ConsumerOptions,
  events: ConsumerEvents,
  owners: () => ConfluentLogger | undefined,
): Consumer {
  /** Present while an assignment is about to come into force: where its partitions go on, and what is to be done then. */
  let coming: Coming | undefined;
  let joined: Joined | undefined;
  let ended = false;

  async function rebalance(
    { code }: { code: number },
    partitions: Place[],
    change: Change,
  ): Promise<void> {
    if (ended) return;
    if (code !== ASSIGN) return events.retire();
    const ours =
      fixed === undefined
        ? partitions
        : fixed.partitions.map((partition) => ({ topic: fixed.topic, partition }));
    const { offsets, after }: Coming = { offsets: new Map(), after: [] };
    coming = { offsets, after };
    await events.assigned(byTopic(ours));
    coming = undefined;
    change.assign(
      ours.map((place) => {
        const offset = offsets.get(idOf(place));
        return offset === undefined ? place : { ...place, offset };
      }),
    );
    for (const what of after) what();
    joined?.resolve();
  }

  function heard(text: string): void {
    const error = whatKeepsOut(text);
    if (error === undefined || ended) return;
    if (joined === undefined) events.crashed(error);
    else joined.reject(error);
  }

  const consumer = make({
    ...configOf(options),
    rebalance_cb: rebalance,
    kafkaJS: {
      groupId: group,
      fromBeginning: true,
      autoCommit: false,
      allowAutoTopicCreation: false,
      // Half of what it is: Confluent's client doubles it.
      rebalanceTimeout:
        Math.max(options.rebalanceTimeout ?? 60_000, options.sessionTimeout ?? 30_000) / 2,
      logger: loggerTo(heard, owners),
    },
  });
  const later = (what: () => void) =>
    coming === undefined ? what() : void coming.after.push(what);
  return {
    async start(topics) {
      // It cannot wish for nothing; nor is there anything to share then.
      if (topics.length === 0) return events.assigned({});
      const inGroup = new Promise<void>((resolve, reject) => (joined = { resolve, reject }));
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics] });
        await consumer.run({
          // What it gives us is ours: where it has to go back to, it is told.
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: AT_ONCE,
          eachBatch: async (payload) => {
            payload.resolveOffset(payload.batch.lastOffset());
            await events.batch(fetched(payload));
          },
        });
      } catch (error) {
        throw asKafkasError(error);
      }
      await inGroup;
      joined = undefined;
    },
    commitOffsets: (offsets) =>
      consumer.commitOffsets(offsets).catch((error: unknown) => {
        throw asKafkasError(error);
      }),
    seek(to) {
      if (coming === undefined) consumer.seek(to);
      else coming.offsets.set(idOf(to), Number(to.offset));
    },
    pause: (what) => later(() => consumer.pause(what)),
    resume: (what) => later(() => consumer.resume(what)),
    async disconnect() {
      ended = true;
      joined?.resolve();
      await consumer.disconnect();
    },
  };
}

/** librdkafka's own settings: some of kafkajs' names mean others there. */
function configOf(options: KafkaSubscriberOptions): object {
  const given = {
    "session.timeout.ms": options.sessionTimeout ?? 30_000,
    "heartbeat.interval.ms": options.heartbeatInterval,
    "group.instance.id": options.groupInstanceId,
    "fetch.wait.max.ms": options.maxWait ?? 500,
    "fetch.min.bytes": options.minBytes,
    "fetch.max.bytes": options.maxBytes,
    "max.partition.fetch.bytes": options.maxBytesPerPartition,
    "isolation.level": options.isolation ?? "read_committed",
    "client.rack": options.rack,
    // The same as of kafkajs' consumers, so that they may share a group.
    "partition.assignment.strategy": "roundrobin,range",
    "reconnect.backoff.max.ms": 1000,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function fetched(payload: ConfluentBatch): Fetched {
  const { batch } = payload;
  const unknown = Number(batch.highWatermark) < 0;
  return {
    batch: unknown ? Object.assign(batch, { highWatermark: "Infinity" }) : batch,
    heartbeat: () => payload.heartbeat(),
    isStale: () => payload.isStale(),
  };
}

function byTopic(places: readonly Place[]): Assigned {
  const found: Record<string, number[]> = {};
  for (const { topic, partition } of places) (found[topic] ??= []).push(partition);
  return found;
}

const idOf = ({ topic, partition }: Place | { topic: string; partition: number }): string =>
  `${topic}/${partition}`;
