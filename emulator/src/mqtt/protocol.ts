/** MQTT 3.1, 3.1.1 and 5, as mosquitto 2.0 speaks them. */
import type { Connection, Protocol, ProtocolKind } from "../protocol.ts";
import { Broker } from "./model/broker.ts";
import { createHub } from "./model/hub.ts";
import { restoreSnapshot, takeSnapshot } from "./model/snapshot.ts";
import { MqttConnection, type Server } from "./session/connection.ts";
import { KeepAlives } from "./session/keep-alive.ts";
import { createWorkbench } from "./session/workbench.ts";

/** As for NATS: a client that does not read is cut off before it fills the memory. */
const MAX_PENDING = 64 * 1024 * 1024;
/** What a packet has besides its payload: topic, properties, headers. */
const MAX_OVERHEAD = 128 * 1024;

export const mqtt: ProtocolKind = {
  name: "mqtt",
  defaultPort: 1883,
  scheme: "mqtt://",
  tls: { scheme: "mqtts://", defaultPort: 8883 },
  async open(context): Promise<Protocol> {
    const broker = new Broker(context, createHub());
    const server: Server = {
      broker,
      context,
      keepAlives: new KeepAlives(context.clock),
      maxPending: MAX_PENDING,
      maxPacket: context.maxPayload + MAX_OVERHEAD,
    };
    const publish = createWorkbench(context, broker);
    const accept = (connection: Connection) => new MqttConnection(server, connection);
    return {
      accept,
      further: [
        {
          name: "websocket",
          // Where mosquitto's documentation has it.
          defaultPort: 9001,
          scheme: "ws://",
          async serve({ nextConnection }) {
            const { webSocketServer } = await import("./websocket.ts");
            return webSocketServer({ maxPacket: server.maxPacket, nextConnection, accept });
          },
        },
      ],
      publish: async (message) => publish(message),
      snapshot: () => takeSnapshot(broker),
      restore(snapshot, time) {
        restoreSnapshot(broker, snapshot, context.clock.now() - time, context.journal);
      },
      close: () => broker.close(),
    };
  },
};
