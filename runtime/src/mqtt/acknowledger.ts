/**
 * Acknowledges a message when its handler is done, not when its packet came.
 *
 * mqtt.js' own way is to keep the callback of `handleMessage`, and until it is called the client reads no further packet:
 * no PUBACK for what the handler publishes (it would wait for ever), no PINGRESP (keep-alive ends the connection), no
 * second message. QoS 2 it confirms by PUBREC before anybody has seen the message, so a crash would lose it.
 * Therefore a PUBLISH is taken over as it is parsed: the client is shown QoS 0, which needs no answer, and PUBACK or
 * PUBREC (4 bytes) are written from here once the message has settled. PUBREL and PUBCOMP stay the client's.
 */
import type { MqttClient, MqttPacket } from "./driver.ts";

/** A message that the broker keeps until `confirm`. */
export interface Held {
  readonly packet: MqttPacket;
  /** The broker may forget it. Goes out in the order of arrival [MQTT-4.6.0-2], past those that have stepped aside. */
  confirm(): void;
  /** It will be confirmed much later, if at all: the ones behind it need not wait. MQTT has no other way to say no. */
  stepAside(): void;
}

interface Entry {
  readonly id: number;
  readonly packet: MqttPacket;
  /** Where its confirmation goes; absent while the connection that brought it is lost. */
  stream: MqttClient["stream"] | undefined;
  state: "held" | "aside" | "confirmed";
}

/**
 * Takes over the messages of a client whose topic is wanted, as long as it is connected with this session or another.
 * `receive` is given each message once, `held` where the broker keeps it. Returns how to stop.
 */
export function takeOver(
  client: MqttClient,
  wanted: (topic: string) => boolean,
  receive: (packet: MqttPacket, held: Held | undefined) => void,
): () => void {
  /** What the broker thinks we have: by packet id, in order of arrival. A map keeps that order. */
  const entries = new Map<number, Entry>();

  const onPacket = (packet: { cmd: string }): void => {
    if (packet.cmd === "publish") onPublish(packet as MqttPacket);
    else if (packet.cmd === "connack")
      onConnected((packet as { sessionPresent?: boolean }).sessionPresent === true);
    else if (packet.cmd === "pubrel") entries.delete((packet as MqttPacket).messageId ?? 0);
  };

  function onPublish(packet: MqttPacket): void {
    if (!wanted(packet.topic)) return;
    if (packet.qos === 0) {
      receive(packet, undefined);
      return;
    }
    const taken: MqttPacket = { ...packet };
    packet.qos = 0;
    const id = taken.messageId ?? 0;
    const known = entries.get(id);
    if (known !== undefined && sameMessage(known.packet, taken)) {
      // The broker sends again what a lost connection left unconfirmed [MQTT-4.4.0-1]; it is with the handler, or done.
      known.stream = client.stream;
      flush();
      return;
    }
    const entry: Entry = { id, packet: taken, stream: client.stream, state: "held" };
    entries.delete(id);
    entries.set(id, entry);
    receive(taken, {
      packet: taken,
      confirm() {
        entry.state = "confirmed";
        flush();
      },
      stepAside() {
        entry.state = "aside";
        flush();
      },
    });
  }

  function onConnected(resumed: boolean): void {
    for (const entry of entries.values()) entry.stream = undefined;
    // Without its session the broker knows none of them, and gives their numbers to others.
    if (!resumed) entries.clear();
  }

  function flush(): void {
    for (const entry of entries.values()) {
      if (entry.state === "held" && entry.stream !== undefined) return;
      if (entry.state !== "confirmed" || entry.stream === undefined) continue;
      if (entry.stream !== client.stream || entry.stream.destroyed) continue;
      const second = entry.packet.qos === 2;
      entry.stream.write(Buffer.of(second ? 0x50 : 0x40, 2, entry.id >> 8, entry.id & 0xff));
      // After PUBREC the broker may ask with PUBLISH again until its PUBREL [MQTT-4.3.3-2].
      if (second) entry.stream = undefined;
      else entries.delete(entry.id);
    }
  }

  client.on("packetreceive", onPacket);
  return () => void client.off("packetreceive", onPacket);
}

/** Brokers keep the packet id of what they send again; one that does not must not make us drop a message. */
function sameMessage(one: MqttPacket, other: MqttPacket): boolean {
  return one.topic === other.topic && Buffer.from(one.payload).equals(Buffer.from(other.payload));
}
