/** MQTT by aedes: 3.1.1 is promised; what of MQTT 5 is open stands in test/emulator/mqtt-gaps.ts. */
import { type Credentials, type Protocol, type ProtocolKind, WORKBENCH } from "../protocol.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import { type BrokerPacket, createBroker } from "./broker.ts";
import { Clients } from "./model/clients.ts";
import { MqttSession, type Server } from "./session/session.ts";
import { propertyHeaders } from "./wire/properties.ts";

/** As for NATS: a client that does not read is cut off before it fills the memory. */
const MAX_PENDING = 64 * 1024 * 1024;
/** What a packet has besides its payload: topic, properties, headers. */
const MAX_OVERHEAD = 128 * 1024;

/** As mosquitto says who it is; also how a test knows that this is no real broker. */
const systemVersion = {
  topic: "$SYS/broker/version",
  payload: Buffer.from(`${SERVER_NAME} ${VERSION}`),
  qos: 0,
  retain: true,
} as const;

export const mqtt: ProtocolKind = {
  name: "mqtt",
  defaultPort: 1883,
  scheme: "mqtt://",
  async open(context): Promise<Protocol> {
    const { journal } = context;
    const sessions = new WeakMap<object, MqttSession>();
    const maxPacket = context.maxPayload + MAX_OVERHEAD;

    const broker = createBroker(
      {
        authenticate: (user, password) =>
          context.auth === null || accepts(context.auth, user, password),
        published(packet, stream) {
          const message = journal.nextMessage();
          const client = stream === null ? WORKBENCH : (sessions.get(stream)?.client ?? null);
          journal.record({ kind: "published", ...entry(packet, message), client });
          return message;
        },
        routed(packet, message, takers) {
          const isKept = packet.retain && packet.payload.length > 0;
          if (takers > 0 || isKept) return;
          journal.record({
            kind: "dropped",
            ...entry(packet, message),
            client: null,
            reason: "no subscribers",
          });
        },
        forward: (stream, forward) => sessions.get(stream)?.forward(forward) ?? false,
      },
      { queueLimit: 10_000, maximumPacketSize: maxPacket },
    ).then(async (loaded) => {
      await loaded.publish(systemVersion);
      return loaded;
    });
    // Who connects or publishes is told of a failure.
    broker.catch(() => {});
    const server: Server = {
      broker,
      context,
      clients: new Clients(),
      sessions,
      maxPending: MAX_PENDING,
      maxPacket,
    };
    return {
      accept: (connection) => new MqttSession(server, connection),
      async publish({ channel, payload, headers }) {
        if (channel === "" || /[+#\0]/.test(channel))
          throw new Error(`"${channel}" is no topic to publish to: it is empty or has a wildcard`);
        if (payload.length > context.maxPayload)
          throw new Error(
            `packet too large: ${payload.length} bytes are more than ${context.maxPayload}`,
          );
        const { "content-type": contentType, ...userProperties } = headers ?? {};
        const loaded = await broker;
        await loaded.publish({
          topic: channel,
          payload: Buffer.from(payload),
          qos: 1,
          retain: false,
          properties: { userProperties, ...(contentType === undefined ? {} : { contentType }) },
        });
      },
      async close() {
        const loaded = await broker.catch(() => null);
        await loaded?.close();
      },
    };
  },
};

function entry(packet: BrokerPacket, message: number) {
  const { userProperties = {}, contentType, responseTopic } = packet.properties ?? {};
  const user = Object.entries(userProperties).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as const),
  );
  return {
    protocol: "mqtt" as const,
    channel: packet.topic,
    message,
    headers: propertyHeaders({ user, ...(contentType === undefined ? {} : { contentType }) }),
    payload: Buffer.from(packet.payload),
    ...(responseTopic === undefined ? {} : { replyTo: responseTopic }),
  };
}

/** User and password as they are; a token is given as the password, under any user name. */
function accepts(
  auth: Credentials,
  user: string | undefined,
  password: string | undefined,
): boolean {
  if (auth.token !== undefined && password === auth.token) return true;
  return (
    auth.user !== undefined && user === auth.user && (password ?? "") === (auth.password ?? "")
  );
}
