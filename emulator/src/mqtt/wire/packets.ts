/**
 * What the journal, the faults and the bounds need to know of a packet. aedes reads the same bytes after; what it
 * lets pass against the specification is refused here.
 */
import { type Frame, MalformedError, UNSUPPORTED_VERSION } from "./frames.ts";
import { type Properties, readProperties } from "./properties.ts";
import { BodyReader } from "./reader.ts";

export interface ConnectPacket {
  /** 3 (MQTT 3.1), 4 (3.1.1) or 5. */
  readonly version: number;
  readonly clientId: string;
  /** Clean session (3.1.1) or clean start (5). */
  readonly clean: boolean;
}

export interface PublishPacket {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  /** Where the QoS is above 0. */
  readonly packetId?: number;
  readonly payload: Buffer;
  readonly properties?: Properties;
}

export interface SubscribePacket {
  readonly filters: readonly string[];
}

const inner = (bytes: Buffer): BodyReader => new BodyReader(bytes);

/** MQTT 3.1.1 §3.1. */
export function readConnect(frame: Frame): ConnectPacket {
  const reader = new BodyReader(frame.body);
  reader.text();
  const version = reader.byte() & 0x7f;
  if (version < 3 || version > 5) {
    throw new MalformedError(`CONNECT of protocol version ${version}`, UNSUPPORTED_VERSION); // [MQTT-3.1.2-2]
  }
  const flags = reader.byte();
  if ((flags & 0x01) !== 0) throw new MalformedError("CONNECT with its reserved flag set"); // [MQTT-3.1.2-3]
  const will = (flags & 0x04) !== 0;
  const willQos = (flags >> 3) & 3;
  if (willQos === 3 || (!will && (flags & 0x38) !== 0))
    throw new MalformedError("CONNECT with impossible will flags"); // [MQTT-3.1.2-11 … -15]
  if (version < 5 && (flags & 0xc0) === 0x40)
    throw new MalformedError("CONNECT with a password but no user name"); // [MQTT-3.1.2-22]
  reader.uint16();
  if (version === 5) readProperties(reader, inner);
  const clientId = reader.text();
  if (will) {
    if (version === 5) readProperties(reader, inner);
    reader.text();
    reader.binary();
  }
  if ((flags & 0x80) !== 0) reader.text();
  return { version, clientId, clean: (flags & 0x02) !== 0 };
}

/** MQTT 3.1.1 §3.3. */
export function readPublish(frame: Frame, version: number): PublishPacket {
  const reader = new BodyReader(frame.body);
  const qos = (frame.flags >> 1) & 3;
  if (qos === 3) throw new MalformedError("PUBLISH with QoS 3"); // [MQTT-3.3.1-4]
  const topic = reader.text();
  const packetId = qos > 0 ? readPacketId(reader) : undefined;
  const properties = version === 5 ? readProperties(reader, inner) : undefined;
  if (/[+#]/.test(topic)) throw new MalformedError("PUBLISH to a wildcard"); // [MQTT-3.3.2-2]
  if (topic === "" && properties?.topicAlias === undefined)
    throw new MalformedError("PUBLISH without a topic"); // [MQTT-4.7.3-1]
  return {
    topic,
    qos,
    retain: (frame.flags & 1) !== 0,
    payload: reader.rest(),
    ...(packetId === undefined ? {} : { packetId }),
    ...(properties === undefined ? {} : { properties }),
  };
}

/** The same PUBLISH, marked as sent before: §3.3.1.1. */
export function markDuplicate(frame: Frame): Buffer {
  const bytes = Buffer.from(frame.bytes);
  bytes[0] = (bytes[0] ?? 0) | 0x08;
  return bytes;
}

/** PUBACK, PUBREC, PUBCOMP: the packet id and, in MQTT 5, the reason code (0 where it is left out). */
export function readAcknowledgement(frame: Frame): { packetId: number; reasonCode: number } {
  const reader = new BodyReader(frame.body);
  const packetId = readPacketId(reader);
  return { packetId, reasonCode: reader.done ? 0 : reader.byte() };
}

/** MQTT 3.1.1 §3.8. */
export function readSubscribe(frame: Frame, version: number): SubscribePacket {
  return { filters: readFilters(frame, version, true) };
}

/** MQTT 3.1.1 §3.10. */
export function readUnsubscribe(frame: Frame, version: number): SubscribePacket {
  return { filters: readFilters(frame, version, false) };
}

function readFilters(frame: Frame, version: number, withOptions: boolean): string[] {
  if (frame.flags !== 2) throw new MalformedError("reserved flags of SUBSCRIBE or UNSUBSCRIBE"); // [MQTT-3.8.1-1]
  const reader = new BodyReader(frame.body);
  readPacketId(reader);
  if (version === 5) readProperties(reader, inner);
  const filters: string[] = [];
  do {
    filters.push(reader.text());
    if (withOptions && (reader.byte() & 3) === 3) throw new MalformedError("SUBSCRIBE with QoS 3"); // [MQTT-3.8.3-4]
  } while (!reader.done);
  return filters;
}

/** [MQTT-2.3.1-1]: not zero. */
function readPacketId(reader: BodyReader): number {
  const packetId = reader.uint16();
  if (packetId === 0) throw new MalformedError("packet id 0");
  return packetId;
}
