/** Packets to bytes. What a version does not have is left out. */
import { packetTypes } from "./frames.ts";
import type {
  AcknowledgementPacket,
  ConnectPacket,
  EndingPacket,
  Packet,
  Properties,
  PublishPacket,
  QoS,
  Version,
} from "./packet.ts";
import { writeProperties } from "./property-block.ts";
import { BodyWriter } from "./writer.ts";

export function encode(packet: Packet, version: Version): Buffer {
  const writer = new BodyWriter();
  if (packet.type === "publish") return publish(writer, packet, version);
  write(writer, packet, version);
  return writer.packet(firstByte(packet.type));
}

/** A message on its way to many: topic, properties and payload are written once. */
export class SharedPublish {
  readonly #message: Message;
  readonly #version: Version;
  /** Without and with a packet id; neither retained nor sent before. */
  #plain: Buffer | undefined;
  #numbered: Buffer | undefined;

  constructor(message: Message, version: Version) {
    this.#message = message;
    this.#version = version;
  }

  /** The PUBLISH for one taker. All who take it with QoS 0 get the same bytes. */
  bytes(qos: QoS, retain: boolean, dup: boolean, packetId: number): Buffer {
    const flags = publishFlags(qos, retain, dup);
    if (qos === 0) {
      this.#plain ??= this.#written(0);
      return flags === 0 ? this.#plain : patched(this.#plain, flags);
    }
    this.#numbered ??= this.#written(1);
    const bytes = patched(this.#numbered, flags);
    bytes.writeUInt16BE(packetId, packetIdAt(bytes));
    return bytes;
  }

  #written(qos: QoS): Buffer {
    const { topic, payload, properties } = this.#message;
    return publish(
      new BodyWriter(),
      { type: "publish", topic, payload, qos, retain: false, dup: false, packetId: 0, properties },
      this.#version,
    );
  }
}

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly properties: Properties;
}

function patched(bytes: Buffer, flags: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[0] = firstByte("publish") | flags;
  return copy;
}

/** Behind the fixed header and the topic. */
function packetIdAt(publishBytes: Buffer): number {
  let at = 1;
  while ((publishBytes[at] ?? 0) > 0x7f) at++;
  return at + 3 + publishBytes.readUInt16BE(at + 1);
}

function publish(writer: BodyWriter, packet: PublishPacket, version: Version): Buffer {
  writer.text(packet.topic);
  if (packet.qos > 0) writer.uint16(packet.packetId);
  if (version === 5) writeProperties(writer, packet.properties);
  const flags = publishFlags(packet.qos, packet.retain, packet.dup);
  return writer.packet(firstByte("publish") | flags, packet.payload);
}

function publishFlags(qos: QoS, retain: boolean, dup: boolean): number {
  return (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
}

function firstByte(type: Packet["type"]): number {
  const reserved = type === "pubrel" || type === "subscribe" || type === "unsubscribe" ? 2 : 0;
  return (packetTypes.indexOf(type) << 4) | reserved;
}

function write(writer: BodyWriter, packet: Exclude<Packet, PublishPacket>, version: Version): void {
  switch (packet.type) {
    case "connect":
      return connect(writer, packet);
    case "connack":
      writer.byte(packet.sessionPresent ? 1 : 0);
      writer.byte(packet.code);
      if (version === 5) writeProperties(writer, packet.properties);
      return;
    case "puback":
    case "pubrec":
    case "pubrel":
    case "pubcomp":
      writer.uint16(packet.packetId);
      return outcome(writer, packet, version);
    case "subscribe":
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      for (const each of packet.subscriptions) {
        writer.text(each.filter);
        const options = (each.noLocal ? 4 : 0) | (each.retainAsPublished ? 8 : 0);
        writer.byte(each.qos | (version === 5 ? options | (each.retainHandling << 4) : 0));
      }
      return;
    case "unsubscribe":
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      for (const filter of packet.filters) writer.text(filter);
      return;
    case "suback":
    case "unsuback":
      writer.uint16(packet.packetId);
      if (version === 5) writeProperties(writer, packet.properties);
      if (version === 5 || packet.type === "suback") writer.bytes(Uint8Array.from(packet.codes));
      return;
    case "disconnect":
    case "auth":
      return outcome(writer, packet, version);
    case "pingreq":
    case "pingresp":
      return;
  }
}

function connect(writer: BodyWriter, packet: ConnectPacket): void {
  const { version, clean, will, user, password } = packet;
  writer.text(version === 3 ? "MQIsdp" : "MQTT");
  writer.byte(version);
  const willFlags = will === undefined ? 0 : 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0);
  const login = (user === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  writer.byte(login | willFlags | (clean ? 0x02 : 0));
  writer.uint16(packet.keepAlive);
  if (version === 5) writeProperties(writer, packet.properties);
  writer.text(packet.clientId);
  if (will !== undefined) {
    if (version === 5) writeProperties(writer, will.properties);
    writer.text(will.topic);
    writer.binary(will.payload);
  }
  if (user !== undefined) writer.text(user);
  if (password !== undefined) writer.binary(password);
}

/** MQTT 5: a code of 0 is left out where nothing follows, and so are properties. §3.4.2.1, §3.14.2.1. */
function outcome(
  writer: BodyWriter,
  { code, properties }: AcknowledgementPacket | EndingPacket,
  version: Version,
): void {
  if (version < 5) return;
  const bare = Object.keys(properties).length === 0;
  if (bare && code === 0) return;
  writer.byte(code);
  if (!bare) writeProperties(writer, properties);
}
