export { KafkaBroker, KafkaRouter } from "./broker.ts";
export { partitions, pattern } from "./channels.ts";
export type { KafkaClient } from "./driver.ts";
export type {
  KafkaAcks,
  KafkaCodec,
  KafkaCompression,
  KafkaFetchOptions,
  KafkaFrom,
  KafkaKind,
  KafkaOptions,
  KafkaPartitionsOptions,
  KafkaPublishOptions,
  KafkaRawMessage,
  KafkaSasl,
  KafkaSubscriberOptions,
  KafkaTopics,
} from "./options.ts";
