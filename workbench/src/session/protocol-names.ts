/** As the brokers' makers write them. */
import type { ProtocolName } from "../topology.ts";

export const protocolNames: Readonly<Record<ProtocolName, string>> = {
  kafka: "Kafka",
  rabbitmq: "RabbitMQ",
  nats: "NATS",
  redis: "Redis",
  mqtt: "MQTT",
};
