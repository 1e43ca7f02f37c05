/** RabbitMQ, written here, claiming 3.13: AMQP 0-9-1 with its extensions. https://www.rabbitmq.com/docs/specification */
import type { Protocol, ProtocolKind } from "../protocol.ts";
import { managementPort } from "./management/port.ts";
import { createBroker } from "./model/broker.ts";
import { RabbitmqSession } from "./session/session.ts";
import { createWorkbench } from "./session/workbench.ts";

export const rabbitmq: ProtocolKind = {
  name: "rabbitmq",
  defaultPort: 5672,
  scheme: "amqp://",
  tls: { scheme: "amqps://", defaultPort: 5671 },
  async open(context): Promise<Protocol> {
    const broker = createBroker(context);
    const publish = createWorkbench(context, broker);
    return {
      accept: (connection) => new RabbitmqSession(broker, context, connection),
      publish: async (message) => publish(message),
      snapshot: () => broker.snapshot(),
      restore: (snapshot, time) => broker.restore(snapshot, time),
      close: async () => broker.close(),
      further: [managementPort(broker)],
    };
  },
};
