/** The protocols that are spoken, and the ports that are opened for them. A further one is a folder and two rows: here and in index.ts. */

export const spokenProtocols: readonly ["nats", "redis", "mqtt", "rabbitmq", "kafka"] = [
  "nats",
  "redis",
  "mqtt",
  "rabbitmq",
  "kafka",
];

/** Ports that a protocol opens beside its own, as options name them. */
export const furtherPorts: readonly [
  "rabbitmq-management",
  "mqtt-websocket",
  "kafka-schema-registry",
] = ["rabbitmq-management", "mqtt-websocket", "kafka-schema-registry"];

/** Ports that they open where there is TLS. NATS has it on its own. */
export const tlsPorts: readonly ["rabbitmq-tls", "mqtt-tls", "redis-tls", "kafka-tls"] = [
  "rabbitmq-tls",
  "mqtt-tls",
  "redis-tls",
  "kafka-tls",
];
