/** MQTT packets ↔ messages, filters and client ids. Pure: nothing here talks to a broker. */
import { createHash } from "node:crypto";
import type { Headers, Incoming } from "../driver.ts";
import type { MqttPacket } from "./driver.ts";

/** The properties that carry headers in MQTT 5: the content type in its own (3.3.2.3.9), the rest as user properties. */
export interface HeaderProperties {
  contentType?: string;
  userProperties?: Record<string, string | string[]>;
}

export function writeHeaders(headers: Headers): HeaderProperties {
  const { "content-type": contentType, ...userProperties } = headers;
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(Object.keys(userProperties).length === 0 ? {} : { userProperties }),
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

/** One value a name; a property that was sent several times becomes one list, as in HTTP (RFC 9110, 5.3). */
export function readHeaders(packet: MqttPacket): Headers {
  const { contentType, userProperties } = packet.properties ?? {};
  const headers: Record<string, string> =
    contentType === undefined ? {} : { "content-type": contentType };
  for (const [name, value] of Object.entries(userProperties ?? {}))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return headers;
}

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
