export { NatsBroker, NatsRouter } from "./broker.ts";
export { jetstream, kv, objects, type DurableAt, type JetStreamAt } from "./channels.ts";
export type { NatsClient } from "./driver.ts";
export type { NatsKind, NatsOptions, NatsTls, ObjectMessage, StreamMessage } from "./options.ts";
export type {
  From,
  KvDeclaration,
  KvPutOptions,
  KvWatchOptions,
  ObjectChange,
  ObjectsWatchOptions,
  ObjectStoreDeclaration,
  OrderedOptions,
  PullOptions,
  PushOptions,
  StreamDeclaration,
  StreamPublishOptions,
} from "./stream-options.ts";
