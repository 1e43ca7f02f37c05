/** What the analysis knows by the module it is imported from. A new broker is a row here. */
import type { ProtocolName } from "../topology.ts";

export type Recognised =
  | { readonly what: "broker" | "router"; readonly protocol: ProtocolName }
  | { readonly what: "app" }
  | { readonly what: "type" }
  /** A function that makes a channel that is more than an address: `queue("q")`. */
  | { readonly what: "channel"; readonly protocol: ProtocolName; readonly made: string }
  /** RabbitMQ: a function that makes an exchange: `topic("events")`. */
  | { readonly what: "exchange"; readonly made: string };

const modules: Readonly<Record<string, Readonly<Record<string, Recognised>>>> = {
  millrace: { App: { what: "app" }, type: { what: "type" } },
  "millrace/kafka": broker("Kafka", "kafka", "pattern", "partitions"),
  "millrace/rabbitmq": {
    ...broker("Rabbitmq", "rabbitmq", "queue"),
    ...exchanges("topic", "direct", "fanout", "headers", "exchange"),
  },
  "millrace/nats": broker("Nats", "nats", "jetstream", "kv", "objects"),
  "millrace/redis": broker("Redis", "redis", "pattern", "list", "stream"),
  "millrace/mqtt": broker("Mqtt", "mqtt"),
};

/** Where a broker is without an address of its own: the environment's, else this. */
export const defaultUrls: Readonly<Record<ProtocolName, string>> = {
  kafka: "localhost:9092",
  rabbitmq: "amqp://localhost:5672",
  nats: "nats://localhost:4222",
  redis: "redis://localhost:6379",
  mqtt: "mqtt://localhost:1883",
};

/** Clients whose code is not read yet: they are named, so that a workspace of them does not appear empty. */
export const rawClients: readonly string[] = [
  "kafkajs",
  "amqplib",
  "nats",
  "ioredis",
  "mqtt",
  "@nestjs/microservices",
];

/** Packages with large types that no payload is made of: the checker does without them. */
export const withoutPayloads: ReadonlySet<string> = new Set([...rawClients, "pino"]);

/** What `name` is when imported from `module`. */
export function recognise(module: string, name: string): Recognised | undefined {
  const names = modules[module];
  return names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined;
}

/** Whether a module is one of millrace's own: it is known by its name, whether it is installed or not. */
export function isMillrace(module: string): boolean {
  return module === "millrace" || module.startsWith("millrace/");
}

function broker(
  prefix: string,
  protocol: ProtocolName,
  ...channels: readonly string[]
): Record<string, Recognised> {
  return {
    [`${prefix}Broker`]: { what: "broker", protocol },
    [`${prefix}Router`]: { what: "router", protocol },
    ...Object.fromEntries(
      channels.map((made): [string, Recognised] => [made, { what: "channel", protocol, made }]),
    ),
  };
}

function exchanges(...names: readonly string[]): Record<string, Recognised> {
  return Object.fromEntries(
    names.map((made): [string, Recognised] => [made, { what: "exchange", made }]),
  );
}
