/** MQTT packets ↔ messages, filters and client ids. Pure: nothing here talks to a broker. */
import { createHash } from "node:crypto";
import type { Headers, Incoming } from "../driver.ts";
import { PublishError } from "../errors.ts";
import { whole } from "./check.ts";
import type { MqttPacket } from "./driver.ts";
import type { Mqtt5PublishOptions } from "./options.ts";

/** What a PUBLISH of MQTT 5 carries besides topic and payload. */
export type Properties = NonNullable<MqttPacket["properties"]>;

/** Names the service that published, for subscribers with `noLocal`: publishing has a connection of its own. */
const SENDER = "millrace-sender";

/** The content type travels in its own property (3.3.2.3.9), the other headers as user properties. */
export function writeHeaders(headers: Headers): Properties {
  const { "content-type": contentType, ...userProperties } = headers;
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(Object.keys(userProperties).length === 0 ? {} : { userProperties }),
  };
}

/**
 * The properties of one message. `sender`: marks it as that service's own.
 * @throws {PublishError} for an expiry that is none.
 */
export function writeProperties(
  headers: Headers,
  options: Mqtt5PublishOptions,
  sender?: string,
): Properties {
  const { expiry, payloadFormat, responseTopic } = options;
  if (expiry !== undefined && !whole(expiry, 1, 4_294_967_295))
    throw new PublishError(`expiry ${expiry}: give whole seconds from 1 to 4294967295`);
  const properties = writeHeaders(headers);
  const userProperties = {
    ...properties.userProperties,
    ...(options.userProperties as Properties["userProperties"]),
    ...(sender === undefined ? {} : { [SENDER]: sender }),
  };
  // FastStream's services have the correlation id there and in no header.
  const correlation = options.correlationData ?? headers["correlation_id"];
  return {
    ...properties,
    ...(Object.keys(userProperties).length === 0 ? {} : { userProperties }),
    ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
    ...(payloadFormat === undefined ? {} : { payloadFormatIndicator: payloadFormat === "utf-8" }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlation === undefined ? {} : { correlationData: Buffer.from(correlation as string) }),
  };
}

/** A received message without what settles it. */
export function readMessage(
  packet: MqttPacket,
): Pick<Incoming, "address" | "payload" | "headers" | "attempt" | "raw"> {
  return {
    address: packet.topic,
    payload: Buffer.from(packet.payload as Buffer),
    headers: readHeaders(packet),
    attempt: 1,
    raw: packet,
  };
}

/**
 * One value a name; a property that was sent several times becomes one list, as in HTTP (RFC 9110, 5.3).
 * Correlation data that is text stands in for a correlation id that is not there: services of other makes send it so.
 */
export function readHeaders(packet: MqttPacket): Headers {
  const { contentType, userProperties, correlationData } = packet.properties ?? {};
  const headers: Record<string, string> =
    contentType === undefined ? {} : { "content-type": contentType };
  for (const [name, value] of Object.entries(userProperties ?? {}))
    if (name !== SENDER) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  if (headers["correlation_id"] === undefined && correlationData !== undefined) {
    const text = correlationData.toString();
    if (text !== "" && Buffer.from(text).equals(correlationData)) headers["correlation_id"] = text;
  }
  return headers;
}

/** Whether a service of this name published it, and marked it. */
export const isFrom = (packet: MqttPacket, sender: string): boolean =>
  packet.properties?.userProperties?.[SENDER] === sender;

/** The topic filter of a subscription (shared ones: MQTT 5, 4.8.2; mosquitto and others take them in 3.1.1 too). */
export function filterOf(pattern: string, group: string | undefined): string {
  return group === undefined ? pattern : `$share/${group}/${pattern}`;
}

/**
 * The client id of a subscription's connection. It must be the same after a restart, since the broker keeps the session
 * under it, and its beginning names the service. No wildcards: brokers with ACL patterns refuse them.
 */
export function sessionId(name: string, pattern: string, group: string | undefined): string {
  const text = [pattern, group ?? []]
    .flat()
    .join("-")
    .replaceAll("+", "_")
    .replaceAll("#", "__")
    .replaceAll(/[^\w.$-]/g, "-");
  const hash = createHash("sha256")
    .update(`${pattern}\0${group ?? ""}`)
    .digest("hex")
    .slice(0, 8);
  return `${name}-sub-${text.length > 48 ? `${text.slice(0, 48)}-${hash}` : text}`;
}

/** Whether a topic exists that both filters match; shared filters by what follows their group. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((filter) => filter.replace(/^\$share\/[^/]*\//, "").split("/"));
  for (let index = 0; ; index++) {
    const [x, y] = [a?.[index], b?.[index]];
    if (x === "#" || y === "#") return true;
    // `#` matches its parent, too (4.7.1.2).
    if (x === undefined || y === undefined) return x === y || (x ?? y) === "#";
    if (x !== y && x !== "+" && y !== "+") return false;
  }
}
