export { RabbitmqBroker, RabbitmqRouter } from "./broker.ts";
export { queue } from "./channels.ts";
export type { DeadLetter, Interval, QueueOptions, QueueType } from "./channels.ts";
export type { ConsumeMessage, RabbitmqClient } from "./driver.ts";
export { direct, exchange, fanout, headers, topic } from "./exchanges.ts";
export type {
  Exchange,
  ExchangeBinding,
  ExchangeOptions,
  ExchangeType,
  HeadersMatch,
} from "./exchanges.ts";
export type {
  ConsumerOptions,
  GroupQueue,
  RabbitmqExchangePublishOptions,
  RabbitmqKind,
  RabbitmqOptions,
  RabbitmqPublishOptions,
  RabbitmqSubscriberOptions,
  RabbitmqTls,
  StreamSubscriberOptions,
} from "./options.ts";
