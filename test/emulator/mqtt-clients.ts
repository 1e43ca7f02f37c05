/** Clients of an MQTT broker for its specs: what they receive, and sessions that no other run has left. */
import {
  connect,
  connectAsync,
  type IClientOptions,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient,
} from "mqtt";

/** A client that does not come back by itself, closed at the end of its block. */
export async function mqtt(
  url: string,
  protocolVersion: 4 | 5,
  options: IClientOptions = {},
): Promise<MqttClient & AsyncDisposable> {
  const client = await connectAsync(
    url,
    { protocolVersion, reconnectPeriod: 0, connectTimeout: 30_000, ...options },
    false,
  );
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true) });
}

/** Connects, and takes the messages that come with the CONNACK too. */
export async function connected(
  url: string,
  protocolVersion: 4 | 5,
  options: IClientOptions,
): Promise<ConnectedClient> {
  const client = connect(url, {
    protocolVersion,
    reconnectPeriod: 0,
    connectTimeout: 30_000,
    ...options,
  });
  const inbox = collect(client);
  const connack = await new Promise<IConnackPacket>((resolve, reject) => {
    client.once("connect", resolve);
    client.once("error", reject);
  });
  return {
    client,
    inbox,
    connack,
    sessionPresent: connack.sessionPresent,
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}

interface ConnectedClient extends AsyncDisposable {
  readonly client: MqttClient;
  readonly inbox: Inbox;
  readonly connack: IConnackPacket;
  readonly sessionPresent: boolean;
}

/** What makes a session outlive its connection. */
export function session(version: 4 | 5, clientId: string): IClientOptions {
  return {
    clientId,
    clean: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 600 } } : {}),
  };
}

export async function subscribed(
  client: MqttClient,
  filter: string,
  qos: 0 | 1 | 2,
): Promise<Inbox> {
  const inbox = collect(client);
  await client.subscribeAsync(filter, { qos });
  return inbox;
}

export function collect(client: MqttClient): Inbox {
  const messages: IPublishPacket[] = [];
  let changed = () => {};
  client.on("message", (_topic, _payload, message) => {
    messages.push(message);
    changed();
  });
  return {
    take(count) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          const topics = messages.map(({ topic }) => topic).join(", ");
          reject(new Error(`${messages.length} of ${count} messages came: ${topics}`));
        }, 30_000);
        changed = () => {
          if (messages.length < count) return;
          clearTimeout(timer);
          changed = () => {};
          resolve(messages.splice(0, count));
        };
        changed();
      });
    },
  };
}

/** Messages as they come. */
interface Inbox {
  /** The next so many. */
  take(count: number): Promise<IPublishPacket[]>;
}

let ids = 0;

/** A client id that no other run has left a session of. */
export function unique(name: string): string {
  return `${name}-${process.pid}-${Date.now()}-${++ids}`;
}
