/** kafkajs as the client of {@link Lease}: its own way of joining, of choosing partitions, of telling what happens. */
import { DeclarationError } from "../errors.ts";
import { fixedAssigner, groupAssigners } from "./assigner.ts";
import type {
  Consumer,
  ConsumerEvents,
  ConsumerOptions,
  Lease,
  NewTopic,
  Producer,
  Retry,
} from "./client.ts";
import type { ConsumerConfig, KafkajsClient, KafkajsConsumer, KafkaPackage } from "./driver.ts";
import { typeOf } from "./failure.ts";
import { oncePerMessage } from "./partitioner.ts";

/** So many partitions are handed over at once. */
const AT_ONCE = 64;

export function kafkajsLease(
  kafka: KafkajsClient,
  kafkajs: KafkaPackage,
  retry: Retry,
  release: () => void = () => {},
): Lease {
  return {
    release,
    admin({ once = false } = {}) {
      const admin = kafka.admin(once ? { retry: { retries: 0 } } : undefined);
      return Object.assign(admin, {
        createTopic: async (topic: NewTopic) => {
          await admin.createTopics({ topics: [topic], waitForLeaders: true });
        },
      });
    },
    producer({ idempotent, auto }) {
      const producer = kafka.producer({
        idempotent,
        allowAutoTopicCreation: auto,
        createPartitioner: oncePerMessage(kafkajs.Partitioners.DefaultPartitioner),
        retry,
      });
      return {
        connect: () => producer.connect(),
        disconnect: () => producer.disconnect(),
        async send(topic, messages, { acks, compression }) {
          await producer.sendBatch({
            acks: acks === "all" ? -1 : acks === "leader" ? 1 : 0,
            compression: kafkajs.CompressionTypes[COMPRESSION[compression]],
            topicMessages: [{ topic, messages: [...messages] }],
          });
          return new Map();
        },
      } satisfies Producer;
    },
    consumer: (options, events) => consumerOf(kafka, kafkajs, retry, options, events),
    async provoke(topic) {
      const consumer = kafka.consumer({ groupId: "millrace-topics", allowAutoTopicCreation: true });
      try {
        await consumer.connect();
        // Never run, so it joins no group.
        await consumer.subscribe({ topics: [topic] });
      } catch (error) {
        if (!/UNKNOWN_TOPIC|LEADER_NOT/.test(typeOf(error) ?? "")) throw error;
      } finally {
        await consumer.disconnect().catch(() => undefined);
      }
    },
  };
}

function consumerOf(
  kafka: KafkajsClient,
  kafkajs: KafkaPackage,
  retry: Retry,
  options: ConsumerOptions,
  events: ConsumerEvents,
): Consumer {
  const consumer = kafka.consumer({
    ...configOf(kafkajs, options, () => events.mayJoin()),
    retry: { ...retry, restartOnFailure: async () => false },
  });
  if (!hasEvents(consumer))
    throw new DeclarationError(
      "the client that was passed in has consumers without kafkajs' events, and is not Confluent's either: pass a Kafka of one of these",
    );
  let crash: Error | undefined;
  let starting = false;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    void events.assigned(payload.memberAssignment);
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, lastOffset, batchSize } = payload;
    if (batchSize === 0) events.passed(topic, partition, Number(lastOffset) + 1);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crash = payload.error;
    // Whoever called `start` is told.
    if (!starting) events.crashed(payload.error);
  });
  return {
    async start(topics) {
      starting = true;
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: AT_ONCE,
          eachBatch: (payload) => events.batch(payload),
        });
        if (crash !== undefined) throw crash;
      } finally {
        starting = false;
      }
    },
    commitOffsets: (offsets) => consumer.commitOffsets(offsets),
    seek: (to) => consumer.seek(to),
    pause: (what) => consumer.pause(what),
    resume: (what) => consumer.resume(what),
    disconnect: () => consumer.disconnect(),
  };
}

function configOf(
  { AssignerProtocol }: KafkaPackage,
  { group, options, fixed }: ConsumerOptions,
  mayJoin: () => boolean,
): ConsumerConfig {
  const { sessionTimeout, heartbeatInterval } = options;
  return {
    groupId: group,
    partitionAssigners:
      fixed === undefined
        ? groupAssigners(AssignerProtocol, mayJoin, options.groupInstanceId)
        : fixedAssigner(AssignerProtocol, fixed.topic, fixed.partitions, mayJoin),
    sessionTimeout: sessionTimeout ?? 30_000,
    rebalanceTimeout: options.rebalanceTimeout ?? 60_000,
    ...(heartbeatInterval === undefined ? {} : { heartbeatInterval }),
    maxWaitTimeInMs: options.maxWait ?? 500,
    readUncommitted: options.isolation === "read_uncommitted",
    allowAutoTopicCreation: false,
    ...(options.minBytes === undefined ? {} : { minBytes: options.minBytes }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    ...(options.maxBytesPerPartition === undefined
      ? {}
      : { maxBytesPerPartition: options.maxBytesPerPartition }),
    ...(options.rack === undefined ? {} : { rackId: options.rack }),
  };
}

/** Some have the names, and throw. */
function hasEvents(consumer: KafkajsConsumer): boolean {
  try {
    return typeof consumer.on === "function" && consumer.events.GROUP_JOIN !== undefined;
  } catch {
    return false;
  }
}

const COMPRESSION = {
  none: "None",
  gzip: "GZIP",
  snappy: "Snappy",
  lz4: "LZ4",
  zstd: "ZSTD",
} as const;
