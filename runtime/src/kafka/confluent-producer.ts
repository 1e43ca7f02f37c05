/** Confluent's producers: acks and compression belong to the producer, so there is one for each pair that is used. */
import type { Producer, ProducerOptions } from "./client.ts";
import { asKafkasError } from "./confluent-failure.ts";
import type { ConfluentLogger } from "./confluent-logger.ts";
import type { Message } from "./driver.ts";
import type { KafkaAcks, KafkaCompression } from "./options.ts";
import { NoSuchPartition } from "./partitioner.ts";

export interface ConfluentProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  logger(): ConfluentLogger;
  send(record: { topic: string; messages: ConfluentMessage[] }): Promise<unknown>;
}

type ConfluentMessage = Pick<Message, "key" | "value" | "partition" | "headers" | "timestamp">;

export function confluentProducer(
  make: (config: object) => ConfluentProducer,
  { idempotent, auto, timeout }: ProducerOptions,
): Producer {
  const open = new Map<string, Promise<ConfluentProducer>>();

  async function connect(
    acks: KafkaAcks,
    compression: KafkaCompression,
  ): Promise<ConfluentProducer> {
    const producer = make({
      kafkaJS: {
        idempotent,
        acks: acks === "all" ? -1 : acks === "leader" ? 1 : 0,
        compression,
        allowAutoTopicCreation: auto,
        // What was sent again must not come behind what was sent after it; idempotent ones see to that themselves.
        ...(idempotent ? {} : { maxInFlightRequests: 1 }),
      },
      // It keeps messages through an outage. None may leave after its publish has failed for long.
      "delivery.timeout.ms": timeout,
      "reconnect.backoff.max.ms": 1000,
      // For so long a topic that nobody knows may be about to be made.
      "topic.metadata.propagation.max.ms": 1000,
      // Without a key another partition each time, as far as chance has it.
      "sticky.partitioning.linger.ms": 0,
    });
    await producer.connect();
    return producer;
  }

  return {
    // With the first message: only then acks and compression are known.
    async connect() {},
    async send(topic, messages, { acks, compression }) {
      const pair = `${acks} ${compression}`;
      let opening = open.get(pair);
      if (opening === undefined) {
        opening = connect(acks, compression);
        open.set(pair, opening);
        opening.catch(() => open.delete(pair));
      }
      const producer = await opening.catch((error: unknown) => {
        throw asKafkasError(error);
      });
      const failed = new Map<Message, Error>();
      await Promise.all(
        messages.map((message) =>
          producer.send({ topic, messages: [copyOf(message)] }).catch((error: unknown) => {
            failed.set(message, failureOf(error, topic, message));
          }),
        ),
      );
      return failed;
    },
    async disconnect() {
      await Promise.allSettled(
        [...open.values()].map(async (opening) => (await opening).disconnect()),
      );
    },
  };
}

/** It writes into what it is given, and takes a buffer of nothing for no value: a tombstone. */
function copyOf(message: Message): ConfluentMessage {
  const empty = message.value !== null && message.value.length === 0;
  return empty ? { ...message, value: NOTHING_OF_SOMETHING } : { ...message };
}

const NOTHING_OF_SOMETHING = Buffer.alloc(1).subarray(1);

function failureOf(error: unknown, topic: string, message: Message): Error {
  const { partition } = message;
  const code = (error as { code?: unknown }).code;
  return code === UNKNOWN_PARTITION && partition !== undefined
    ? new NoSuchPartition(topic, partition, undefined, message)
    : asKafkasError(error);
}

/** librdkafka's ERR__UNKNOWN_PARTITION. */
const UNKNOWN_PARTITION = -190;
