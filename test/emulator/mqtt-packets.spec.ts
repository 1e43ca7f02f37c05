/** What a bare socket sends to an MQTT broker, and the bytes that come back. */
import { describe, expect, test } from "vitest";
import {
  acknowledgePacket,
  CONNACK,
  connectPacket,
  DISCONNECT,
  packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  publishPacket,
  PUBREC,
  PUBREL,
  subscribePacket,
  text,
  uint16,
  unsubscribePacket,
} from "./mqtt-bytes.ts";
import { RawClient } from "./raw.ts";

/** `url` of a server that is there for all of them. */
export function mqttPackets(url: () => string): void {
  describe("on a bare socket", () => {
    test.each(Object.entries(answers))("%s", async (_, [sent, answer]) => {
      await using client = await RawClient.connect(url());
      client.send(connectPacket({ clientId: "raw" }));
      await client.until((bytes) => bytes.length >= 4);
      client.send(...sent);
      const expected = Buffer.concat([CONNACK, ...answer.map((part) => Buffer.from(part))]);
      const received = await client.until((bytes) => bytes.length >= expected.length);
      expect(received.toString("hex")).toBe(expected.toString("hex"));
    });

    test.each(Object.entries(ends))("ends the connection on %s", async (_, [sent, lastBytes]) => {
      await using client = await RawClient.connect(url());
      for (const [index, part] of sent.entries()) {
        client.send(part);
        if (index < sent.length - 1) await client.until((bytes) => bytes.length >= 4);
      }
      expect((await client.untilClosed()).toString("hex")).toBe(
        Buffer.concat(lastBytes).toString("hex"),
      );
    });

    test("answers QoS 2 in two steps", async () => {
      await using client = await RawClient.connect(url());
      client.send(connectPacket({ clientId: "two" }));
      await client.until((bytes) => bytes.length >= 4);
      client.send(publishPacket({ topic: "raw/a", qos: 2, packetId: 7 }));
      await client.until((bytes) => bytes.length >= 8);
      client.send(acknowledgePacket(PUBREL, 7));
      const received = await client.until((bytes) => bytes.length >= 12);
      const expected = [CONNACK, acknowledgePacket(PUBREC, 7), acknowledgePacket(PUBCOMP, 7)];
      expect(received.toString("hex")).toBe(Buffer.concat(expected).toString("hex"));
    });

    test("understands packets that come byte by byte", async () => {
      await using client = await RawClient.connect(url());
      const bytes = Buffer.concat([
        connectPacket({ clientId: "bytes" }),
        subscribePacket(1, ["raw/bytes", 0]),
        publishPacket({ topic: "raw/bytes", payload: "hi" }),
        PINGREQ,
      ]);
      client.send(...Array.from(bytes, (byte) => Buffer.from([byte])));
      const received = await client.until((all) => all.includes(PINGRESP) && all.includes("hi"));
      expect(received.includes(publishPacket({ topic: "raw/bytes", payload: "hi" }))).toBe(true);
    });

    test("closes a client that is silent for half as long again as it promised", async () => {
      await using client = await RawClient.connect(url());
      client.send(connectPacket({ clientId: "silent", keepAlive: 1 }));
      expect((await client.untilClosed()).toString("hex")).toBe(CONNACK.toString("hex"));
    });

    test("takes a client id over from an older connection", async () => {
      await using old = await RawClient.connect(url());
      old.send(connectPacket({ clientId: "same" }));
      await old.until((bytes) => bytes.length >= 4);
      await using young = await RawClient.connect(url());
      young.send(connectPacket({ clientId: "same" }));
      await young.until((bytes) => bytes.length >= 4);
      expect((await old.untilClosed()).toString("hex")).toBe(CONNACK.toString("hex"));
      young.send(PINGREQ);
      await young.until((bytes) => bytes.includes(PINGRESP));
    });
  });
}

/** What is sent after CONNECT, and what exactly comes back after CONNACK; the connection stays open. */
const answers: Record<
  string,
  readonly [sent: readonly Uint8Array[], answer: readonly (Uint8Array | readonly number[])[]]
> = {
  "answers PINGREQ": [[PINGREQ], [PINGRESP]],
  "acknowledges QoS 1": [
    [publishPacket({ topic: "raw/a", qos: 1, packetId: 7 })],
    [acknowledgePacket(PUBACK, 7)],
  ],
  "answers PUBREL of a packet that it does not know": [
    [acknowledgePacket(PUBREL, 9)],
    [acknowledgePacket(PUBCOMP, 9)],
  ],
  "grants the QoS asked for, filter by filter": [
    [subscribePacket(5, ["raw/x", 0], ["raw/y/+", 1], ["raw/z/#", 2])],
    [packet(0x90, uint16(5), [0, 1, 2])],
  ],
  "acknowledges UNSUBSCRIBE of what was never subscribed": [
    [unsubscribePacket(6, "raw/never")],
    [packet(0xb0, uint16(6))],
  ],
};

/** What is sent first (or after a good CONNECT), and the last bytes before the server closes. */
const ends: Record<
  string,
  readonly [sent: readonly Uint8Array[], lastBytes: readonly Uint8Array[]]
> = {
  "a packet before CONNECT": [[PINGREQ], []],
  "an HTTP GET": [[Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")], []],
  "a protocol level of the future": [
    [connectPacket({ clientId: "c", level: 99 })],
    [Buffer.from([0x20, 2, 0, 1])],
  ],
  "an empty client id for a session that should last": [
    [connectPacket({ clean: false })],
    [Buffer.from([0x20, 2, 0, 2])],
  ],
  "CONNECT with its reserved flag set": [[connectPacket({ clientId: "c", flags: 3 })], []],
  "CONNECT with a will of QoS 3": [
    [connectPacket({ clientId: "c", will: { topic: "t", payload: "p", qos: 3 } })],
    [],
  ],
  "CONNECT with a will QoS but no will": [[connectPacket({ clientId: "c", flags: 0x0a })], []],
  "CONNECT with a client id that is not UTF-8": [
    [packet(0x10, text("MQTT"), [4, 2, 0, 60], text(Buffer.from([0xc3, 0x28])))],
    [],
  ],
  "a second CONNECT": [
    [connectPacket({ clientId: "c" }), connectPacket({ clientId: "c" })],
    [CONNACK],
  ],
  "DISCONNECT, as asked": [[connectPacket({ clientId: "c" }), DISCONNECT], [CONNACK]],
  "PUBLISH with QoS 3": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t", qos: 3 })],
    [CONNACK],
  ],
  "PUBLISH with packet id 0": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t", qos: 1, packetId: 0 })],
    [CONNACK],
  ],
  "PUBLISH to a wildcard": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t/+" })],
    [CONNACK],
  ],
  "PUBLISH to a topic that is not UTF-8": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: Buffer.from([0x74, 0xff]) })],
    [CONNACK],
  ],
  "PUBLISH to a topic with U+0000": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "a\0b" })],
    [CONNACK],
  ],
  "SUBSCRIBE with wrong flags": [
    [connectPacket({ clientId: "c" }), packet(0x80, uint16(1), text("a"), [0])],
    [CONNACK],
  ],
  "SUBSCRIBE with packet id 0": [
    [connectPacket({ clientId: "c" }), subscribePacket(0, ["a", 0])],
    [CONNACK],
  ],
  "SUBSCRIBE without filters": [[connectPacket({ clientId: "c" }), subscribePacket(1)], [CONNACK]],
  "SUBSCRIBE with QoS 3": [
    [connectPacket({ clientId: "c" }), subscribePacket(1, ["a", 3])],
    [CONNACK],
  ],
  "SUBSCRIBE to a wildcard in the wrong place": [
    [connectPacket({ clientId: "c" }), subscribePacket(1, ["a/#/b", 0])],
    [CONNACK],
  ],
  "a length of five bytes": [
    [connectPacket({ clientId: "c" }), Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])],
    [CONNACK],
  ],
  "a packet that is shorter than it says inside": [
    [connectPacket({ clientId: "c" }), packet(0x30, uint16(100), Buffer.from("short"))],
    [CONNACK],
  ],
};
