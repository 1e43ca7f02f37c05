/** As the brokers' makers write them. */
import type { ProtocolName } from "../topology.ts";

export const protocolNames: Readonly<Record<ProtocolName, string>> = {
  kafka: "Kafka",
  rabbitmq: "RabbitMQ",
  nats: "NATS",
  redis: "Redis",
  mqtt: "MQTT",
};

/** `A`, `A and B`, `A, B and C`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
