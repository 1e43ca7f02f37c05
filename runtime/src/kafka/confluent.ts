/**
 * Confluent's client (`KafkaJS.Kafka` of @confluentinc/kafka-javascript) as the client of {@link Lease}. It has the names
 * of kafkajs' interface, and other habits: settings in a block `kafkaJS` when a client is made, no events, no assigners in
 * JavaScript. It tells of rebalances by `rebalance_cb`, before they come into force, so positions are given with the assignment;
 * of lost connections by its statistics; of what keeps a member out of its group only to its logger.
 *
 * Nothing of the package is imported: what is used of it is stated here.
 */
import type { Admin, Clients, Lease, Watch } from "./client.ts";
import { confluentConsumer, type ConfluentConsumer } from "./confluent-consumer.ts";
import { asKafkasError } from "./confluent-failure.ts";
import type { KafkaClient } from "./driver.ts";
import { loggerTo, type ConfluentLogger } from "./confluent-logger.ts";
import { confluentProducer, type ConfluentProducer } from "./confluent-producer.ts";

/** What is used of Confluent's `Kafka`. */
export interface ConfluentClient {
  admin(config?: object): ConfluentAdmin;
  consumer(config?: object): ConfluentConsumer;
  producer(config?: object): ConfluentProducer & { dependentAdmin(): ConfluentAdmin };
}

interface ConfluentAdmin {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  listTopics(how?: { timeout?: number }): Promise<string[]>;
  fetchTopicMetadata(of?: {
    topics?: string[];
  }): Promise<{ partitions: { partitionId: number }[] }[] | { topics: unknown[] }>;
  fetchTopicOffsets: Admin["fetchTopicOffsets"];
  fetchTopicOffsetsByTimestamp: Admin["fetchTopicOffsetsByTimestamp"];
  fetchOffsets: Admin["fetchOffsets"];
  createTopics(of: { topics: object[] }): Promise<boolean>;
  deleteGroups(groups: string[]): Promise<unknown>;
}

/** `logLevel.ERROR`. */
const ERRORS = 1;

/** How long a broker may take to make a topic that was asked for. */
const MAKING = 2000;

/** Tells it from kafkajs, which reads no block `kafkaJS` and misses the group. Connects to nothing. */
export function isConfluents(client: KafkaClient): client is ConfluentClient {
  try {
    const consumer: object = client.consumer({ kafkaJS: { groupId: "millrace" } } as never);
    return "dependentAdmin" in consumer;
  } catch {
    return false;
  }
}

export function confluentClients(shown: string, make: () => ConfluentClient): Clients {
  let owners: ConfluentLogger | undefined;
  return {
    shown,
    sharesGroups: true,
    open: () => leaseOf(make(), () => owners),
    async watch(lost) {
      const { logger, ...watch } = await sentinel(make(), lost);
      owners = logger;
      return watch;
    },
  };
}

function leaseOf(kafka: ConfluentClient, owners: () => ConfluentLogger | undefined): Lease {
  return {
    release() {},
    admin: () => adminOf(kafka),
    producer: (options) => confluentProducer((config) => kafka.producer(config), options),
    consumer: (options, events) =>
      confluentConsumer((config) => kafka.consumer(config), options, events, owners),
    provoke: (topic) => provoke(kafka, topic),
  };
}

function adminOf(kafka: ConfluentClient): Admin {
  // Its errors only say that it cannot connect, and late; what it logs at once says why.
  let said = "";
  let refuse: (error: Error) => void = () => {};
  const refused = new Promise<never>((_, reject) => (refuse = reject));
  refused.catch(() => undefined);
  const logger = loggerTo((text) => {
    said ||= text;
    if (/SASL|authentication/i.test(text)) refuse(new Error(text));
  });
  const admin = kafka.admin({ kafkaJS: { logger, logLevel: ERRORS } });
  const asked = async <Answer>(question: Promise<Answer>): Promise<Answer> => {
    try {
      return await question;
    } catch (error) {
      throw asKafkasError(error, said);
    }
  };
  return {
    // Made without a word to the broker: that it answers shows with the first question.
    async connect() {
      await asked(admin.connect());
      await asked(Promise.race([refused, admin.listTopics()]));
    },
    disconnect: () => admin.disconnect(),
    listTopics: () => asked(admin.listTopics()),
    async fetchTopicMetadata(of) {
      const found = await asked(admin.fetchTopicMetadata(of));
      return { topics: Array.isArray(found) ? found : [] };
    },
    fetchTopicOffsets: (topic) => asked(admin.fetchTopicOffsets(topic)),
    fetchTopicOffsetsByTimestamp: (topic, timestamp) =>
      asked(admin.fetchTopicOffsetsByTimestamp(topic, timestamp)),
    fetchOffsets: (of) => asked(admin.fetchOffsets(of)),
    async createTopic(topic) {
      await asked(admin.createTopics({ topics: [topic] }));
    },
    deleteGroups: (groups) => asked(admin.deleteGroups(groups)),
  };
}

/**
 * A producer asks where a topic is before it sends, and its question makes the broker create it. This message then leaves
 * for nowhere: no topic has that many partitions.
 */
async function provoke(kafka: ConfluentClient, topic: string): Promise<void> {
  const producer = kafka.producer({
    kafkaJS: { allowAutoTopicCreation: true, logger: loggerTo() },
    "delivery.timeout.ms": MAKING,
  });
  try {
    await producer.connect();
    await producer
      .send({ topic, messages: [{ value: null, partition: 2 ** 31 - 1 }] })
      .catch(() => undefined);
  } catch (error) {
    throw asKafkasError(error);
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
}

interface Statistics {
  readonly brokers?: Readonly<Record<string, { readonly disconnects?: number }>>;
}

/** One client whose only purpose is to be connected. Its statistics count what it lost, once a second. */
async function sentinel(
  kafka: ConfluentClient,
  lost: (cause: Error) => void,
): Promise<Watch & { readonly logger: ConfluentLogger }> {
  let before = 0;
  const producer = kafka.producer({
    "statistics.interval.ms": 1000,
    "reconnect.backoff.max.ms": 1000,
    stats_cb({ message }: { message: string }) {
      const { brokers = {} } = JSON.parse(message) as Statistics;
      let now = 0;
      for (const { disconnects = 0 } of Object.values(brokers)) now += disconnects;
      if (now > before) lost(new Error("a connection was closed"));
      before = now;
    },
  });
  try {
    await producer.connect();
    const admin = producer.dependentAdmin();
    await admin.connect();
    return {
      logger: producer.logger(),
      // By its own connection: it has one again then, which it can lose.
      probe: async () => void (await admin.listTopics()),
      stop: () => void producer.disconnect().catch(() => undefined),
    };
  } catch (error) {
    throw asKafkasError(error);
  }
}
