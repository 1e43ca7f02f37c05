/**
 * Frames to packets. What the specification forbids is refused here, with the reason code that a client of version 5 is
 * told; whether that is `malformedPacket` or `protocolError` is left open here and there, and then said as mosquitto does.
 */
import { checkResponseTopic, readConnect } from "./connect.ts";
import { type Frame, MalformedError, malformed, type PacketType, protocolError } from "./frames.ts";
import type {
  AcknowledgementPacket,
  ConnackPacket,
  EndingPacket,
  Packet,
  PingPacket,
  Properties,
  PublishPacket,
  QoS,
  SubscribePacket,
  Subscription,
  SubscriptionAnswer,
  UnsubscribePacket,
  Version,
} from "./packet.ts";
import { readProperties } from "./property-block.ts";
import { BodyReader } from "./reader.ts";
import { mayAcknowledge, reasons } from "./reason-codes.ts";
import { isFilter, isTopic } from "./topics.ts";

type Reader = (frame: Frame, version: Version) => Packet;
type Readers = Readonly<Partial<Record<PacketType, Reader>>>;

const NONE: Properties = {};

const fromClients: Readers = {
  connect: readConnect,
  publish: readClientPublish,
  puback: readAcknowledgement,
  pubrec: readAcknowledgement,
  pubrel: readAcknowledgement,
  pubcomp: readAcknowledgement,
  subscribe: readSubscribe,
  unsubscribe: readUnsubscribe,
  pingreq: readPing,
  disconnect: readEnding,
  auth: readEnding,
};

const fromServers: Readers = {
  connack: readConnack,
  publish: readPublish,
  puback: readAcknowledgement,
  pubrec: readAcknowledgement,
  pubrel: readAcknowledgement,
  pubcomp: readAcknowledgement,
  suback: readSubscriptionAnswer,
  unsuback: readSubscriptionAnswer,
  pingresp: readPing,
  disconnect: readEnding,
  auth: readEnding,
};

/** @throws {MalformedError} for all that is no packet of this version, or none that this side may send. */
export function decode(
  frame: Frame,
  version: Version,
  sender: "client" | "server" = "client",
): Packet {
  checkFlags(frame, version);
  const read = (sender === "client" ? fromClients : fromServers)[frame.type];
  if (read === undefined || (version < 5 && frame.type === "auth"))
    throw protocolError(`${frame.type} from a ${sender}`);
  return read(frame, version);
}

/** mosquitto's view; for the specification they are malformed. */
const flagErrors: ReadonlySet<PacketType> = new Set(["pubrel", "connack", "disconnect", "auth"]);

/** [MQTT-2.2.2-1], MQTT 5 [MQTT-2.1.3-1]. CONNECT's are looked at with its version. */
function checkFlags({ type, flags }: Frame, version: Version): void {
  if (type === "publish" || type === "connect") return;
  // In 3.1 they still mean something: a PUBREL may have been sent before.
  if (version === 3 && type !== "subscribe" && type !== "unsubscribe") return;
  const reserved = type === "pubrel" || type === "subscribe" || type === "unsubscribe" ? 2 : 0;
  if (flags === reserved) return;
  throw (flagErrors.has(type) ? protocolError : malformed)(`reserved flags of ${type}`);
}

function readClientPublish(frame: Frame, version: Version): PublishPacket {
  const packet = readPublish(frame, version);
  if (packet.properties.subscriptionIdentifiers !== undefined)
    throw protocolError("PUBLISH of a client with subscription identifiers"); // [MQTT-3.3.4-6]
  return packet;
}

/** §3.3. */
function readPublish({ flags, body }: Frame, version: Version): PublishPacket {
  const qos = (flags >> 1) & 3;
  const dup = (flags & 8) !== 0;
  if (qos === 3) throw malformed("PUBLISH with QoS 3"); // [MQTT-3.3.1-4]
  if (dup && qos === 0) throw malformed("PUBLISH of QoS 0 that came before"); // [MQTT-3.3.1-2]
  const reader = new BodyReader(body);
  const topic = reader.text();
  const packetId = qos > 0 ? reader.uint16() : 0;
  if (qos > 0 && packetId === 0) throw protocolError("packet id 0"); // [MQTT-2.3.1-1]
  const properties = version === 5 ? readProperties(reader, "publish") : NONE;
  checkTopic(topic, properties);
  return {
    type: "publish",
    topic,
    payload: reader.rest(),
    qos: qos as QoS,
    retain: (flags & 1) !== 0,
    dup,
    packetId,
    properties,
  };
}

function checkTopic(topic: string, properties: Properties): void {
  const { topicAlias } = properties;
  if (topicAlias === 0) throw new MalformedError("topic alias 0", reasons.topicAliasInvalid); // [MQTT-3.3.2-8]
  // An alias may stand for it, MQTT 5 §3.3.2.3.4.
  if (topic === "" ? topicAlias === undefined : !isTopic(topic))
    throw malformed("PUBLISH to a wildcard or nowhere"); // [MQTT-3.3.2-2]
  checkResponseTopic(properties);
}

/** §3.4–§3.7. Version 5 leaves out a reason code of 0 and properties that are not there. */
function readAcknowledgement({ type, body }: Frame, version: Version): AcknowledgementPacket {
  const reader = new BodyReader(body);
  const kind = type as AcknowledgementPacket["type"];
  const packetId = reader.uint16();
  if (packetId === 0) throw protocolError("packet id 0");
  if (version < 5) {
    reader.end();
    return { type: kind, packetId, code: 0, properties: NONE };
  }
  const { code, properties } = readOutcome(reader, kind);
  if (!mayAcknowledge(kind, code)) throw protocolError(`${kind} with reason code ${code}`);
  return { type: kind, packetId, code, properties };
}

/** §3.14, and MQTT 5 §3.15. Who sends a DISCONNECT leaves: it is not told that its reason code is none. */
function readEnding({ type, body }: Frame, version: Version): EndingPacket {
  const reader = new BodyReader(body);
  const kind = type as EndingPacket["type"];
  if (version === 5) return { type: kind, ...readOutcome(reader, kind) };
  reader.end();
  return { type: kind, code: 0, properties: NONE };
}

function readOutcome(
  reader: BodyReader,
  carrier: AcknowledgementPacket["type"] | EndingPacket["type"],
): { code: number; properties: Properties } {
  const code = reader.done ? 0 : reader.byte();
  const properties = reader.done ? NONE : readProperties(reader, carrier);
  reader.end();
  return { code, properties };
}

/** §3.8. */
function readSubscribe({ body }: Frame, version: Version): SubscribePacket {
  const reader = new BodyReader(body);
  const packetId = readRequestId(reader);
  const properties = version === 5 ? readProperties(reader, "subscribe") : NONE;
  const subscriptions: Subscription[] = [];
  // [MQTT-3.8.3-3]: at least one.
  do subscriptions.push(readSubscription(reader, version));
  while (!reader.done);
  return { type: "subscribe", packetId, subscriptions, properties };
}

/** §3.8.3, MQTT 5 §3.8.3.1. */
function readSubscription(reader: BodyReader, version: Version): Subscription {
  const filter = readFilter(reader);
  const options = reader.byte();
  const qos = options & 3;
  const retainHandling = (options >> 4) & 3;
  if ((options & (version === 5 ? 0xc0 : 0xfc)) !== 0 || qos === 3 || retainHandling === 3)
    throw malformed(`SUBSCRIBE with options ${options}`); // [MQTT-3.8.3-4], MQTT 5 [MQTT-3.8.3-5]
  const noLocal = (options & 0x04) !== 0;
  if (noLocal && filter.startsWith("$share/")) throw protocolError("no local for a shared filter"); // MQTT 5 [MQTT-3.8.3-4]
  return {
    filter,
    qos: qos as QoS,
    noLocal,
    retainAsPublished: (options & 0x08) !== 0,
    retainHandling: retainHandling as Subscription["retainHandling"],
  };
}

/** §3.10. */
function readUnsubscribe({ body }: Frame, version: Version): UnsubscribePacket {
  const reader = new BodyReader(body);
  const packetId = readRequestId(reader);
  const properties = version === 5 ? readProperties(reader, "unsubscribe") : NONE;
  const filters: string[] = [];
  // [MQTT-3.10.3-2]: at least one.
  do filters.push(readFilter(reader));
  while (!reader.done);
  return { type: "unsubscribe", packetId, filters, properties };
}

/** [MQTT-2.3.1-1]; mosquitto calls it malformed where it asks for something. */
function readRequestId(reader: BodyReader): number {
  const packetId = reader.uint16();
  if (packetId === 0) throw malformed("packet id 0");
  return packetId;
}

function readFilter(reader: BodyReader): string {
  const filter = reader.text();
  if (!isFilter(filter)) throw malformed("a filter of no valid form"); // [MQTT-4.7.1-2], [MQTT-4.7.3-1]
  return filter;
}

/** §3.12, §3.13. mosquitto does not tell why a longer one ends the connection. */
function readPing({ type, body }: Frame): PingPacket {
  if (body.length > 0) throw new MalformedError(`${type} with a body`, null);
  return { type: type as PingPacket["type"] };
}

// ------------------------------------------------------------ what servers answer

/** §3.2. */
function readConnack({ body }: Frame, version: Version): ConnackPacket {
  const reader = new BodyReader(body);
  const sessionPresent = reader.byte() === 1;
  const code = reader.byte();
  // A refusal of the version itself is one of 3.1.1.
  const properties = version === 5 && !reader.done ? readProperties(reader, "connack") : NONE;
  reader.end();
  return { type: "connack", sessionPresent, code, properties };
}

/** §3.9, §3.11. */
function readSubscriptionAnswer({ type, body }: Frame, version: Version): SubscriptionAnswer {
  const reader = new BodyReader(body);
  const kind = type as SubscriptionAnswer["type"];
  const packetId = reader.uint16();
  const properties = version === 5 ? readProperties(reader, kind) : NONE;
  return { type: kind, packetId, codes: [...reader.rest()], properties };
}
