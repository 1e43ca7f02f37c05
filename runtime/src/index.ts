/** Declared subscribers and publishers for message brokers. */
export {
  App,
  type AppOptions,
  type Health,
  type Hook,
  type HookContext,
  type StartOptions,
  type StopOptions,
  type SubscriberInfo,
} from "./app.ts";
export type { AnyBroker, Broker } from "./broker.ts";
export type { Codec } from "./codec.ts";
export type { EmulatorCompanion, WorkbenchCompanion } from "./companions.ts";
export type { Channel } from "./channel.ts";
export type { Consumer, Taken } from "./consumer.ts";
export type { BatchContext, Context } from "./context.ts";
export {
  AckMessage,
  AddressError,
  ClientMissingError,
  ConnectError,
  DeadlineError,
  DeclarationError,
  DecodeError,
  MillraceError,
  NackMessage,
  PublishError,
  RejectMessage,
  RequestError,
  ValidationError,
} from "./errors.ts";
export { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
export type { AckPolicy, ReceivedMessage, SettleableMessage } from "./message.ts";
export type { PublishOptions, Publisher, Requester } from "./publisher.ts";
export type { Router } from "./router.ts";
export { type AnySchema, type } from "./schema.ts";
export type { Middleware } from "./scope.ts";
export type { Subscriber } from "./subscriber.ts";
export { testBroker, type TestBroker, type TestOptions } from "./testing/index.ts";
