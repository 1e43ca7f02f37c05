/** What the tests of MQTT on mosquitto share. */
import { randomUUID } from "node:crypto";
import { MqttBroker, type MqttOptions } from "millrace/mqtt";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { Inbox } from "../conformance/inbox.ts";
import type { recordedLog } from "./log.ts";

/** A topic, or a service's name, that no other test uses. */
export const unique = (word: string): string => `${word}-${randomUUID().slice(0, 8)}`;

/** A broker of a service that nobody else is, and whose sessions do not stay for long. */
export function make(url: string, options: MqttOptions = {}): MqttBroker {
  return new MqttBroker({
    url,
    name: unique("service"),
    ...(options.protocol === "3.1.1" ? {} : { sessionExpiry: 60 }),
    ...options,
  });
}

/** A client of another make, as far as the broker can tell: plain MQTT.js. */
export async function foreign(
  url: string,
  options: IClientOptions = {},
): Promise<MqttClient & AsyncDisposable> {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 5,
    clientId: unique("foreign"),
    reconnectPeriod: 0,
    ...options,
  });
  return Object.assign(client, {
    [Symbol.asyncDispose]: () => client.endAsync(true),
  });
}

/** Subscribes, and collects what comes. */
export async function collect<Item>(
  client: MqttClient,
  topic: string,
  read: (text: string, packet: mqtt.IPublishPacket) => Item,
  options: mqtt.IClientSubscribeOptions = { qos: 1 },
): Promise<Inbox<Item>> {
  const inbox = new Inbox<Item>();
  client.on("message", (_topic, payload, packet) => inbox.push(read(payload.toString(), packet)));
  await client.subscribeAsync(topic, options);
  return inbox;
}

/** Resolves with the first line that has this in it. */
export async function line(log: ReturnType<typeof recordedLog>, text: string): Promise<string> {
  const found = () => log.lines.items.find(({ msg }) => msg.includes(text))?.msg;
  await log.lines.until(() => found() !== undefined, `the line with "${text}"`);
  return found() ?? "";
}
