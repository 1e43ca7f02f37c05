export { RedisBroker, RedisRouter } from "./broker.ts";
export { list, pattern, stream } from "./channels.ts";
export type { ListOptions, StreamOptions, StreamPublisherOptions, Trim } from "./channels.ts";
export type { RedisClient } from "./driver.ts";
export type { Envelope } from "./envelope.ts";
export type {
  RedisChannelMessage,
  RedisKind,
  RedisListMessage,
  RedisOptions,
  RedisStreamEntry,
  RedisTls,
} from "./options.ts";
