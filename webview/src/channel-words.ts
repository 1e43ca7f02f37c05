/** What a channel is called and what it is, in words: the same on its card, in the panel, in lists and in the search. */
import type { Channel, ChannelKind, ProtocolName } from "@millrace/workbench/protocol";

/** As the brokers' makers write them. */
export const PROTOCOL_NAMES: Record<ProtocolName, string> = {
  kafka: "Kafka",
  rabbitmq: "RabbitMQ",
  nats: "NATS",
  redis: "Redis",
  mqtt: "MQTT",
};

/** What a plain address means on each broker. */
const PLAIN: Record<ProtocolName, string> = {
  kafka: "topic",
  rabbitmq: "routing key",
  nats: "subject",
  redis: "channel",
  mqtt: "topic",
};

const KINDS: Record<ChannelKind, string> = {
  queue: "queue",
  pattern: "pattern",
  list: "list",
  stream: "stream",
  kv: "key-value",
  objects: "objects",
};

/** Where plain addresses of RabbitMQ are when nobody says otherwise. */
const AMQ_TOPIC = "amq.topic";

/** Its address, after the bucket it is in; the source text of one that could not be resolved. */
export function channelName(channel: Channel): string {
  const { address, bucket, expression } = channel;
  if (address === null) return expression ?? "dynamic address";
  return bucket === undefined ? address : `${bucket}/${address}`;
}

/** In a line under its name: `Kafka`, `Redis stream`, `RabbitMQ · events`. */
export function channelLabel({ protocol, kind, exchange }: Channel): string {
  const name = PROTOCOL_NAMES[protocol];
  if (kind !== undefined) return `${name} ${KINDS[kind]}`;
  return exchange === undefined || exchange.name === AMQ_TOPIC
    ? name
    : `${name} · ${exchange.name}`;
}

/** In full: `Kafka topic`, `RabbitMQ routing key`. */
export function channelWord(protocol: ProtocolName, kind: ChannelKind | undefined): string {
  return `${PROTOCOL_NAMES[protocol]} ${kind === undefined ? PLAIN[protocol] : KINDS[kind]}`;
}
