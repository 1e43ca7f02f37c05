import { expect, test } from "vitest";
import { type Frame, FrameReader, MalformedError } from "./frames.ts";
import {
  markDuplicate,
  readAcknowledgement,
  readConnect,
  readPublish,
  readSubscribe,
  readUnsubscribe,
} from "./packets.ts";
import { propertyHeaders } from "./properties.ts";

const text = (value: string | Uint8Array) => [
  value.length >> 8,
  value.length & 255,
  ...Buffer.from(value),
];

/** A packet of its first byte and body. */
function frame(first: number, ...body: (number | readonly number[])[]): Frame {
  const bytes = body.flat();
  const reader = new FrameReader(1000);
  reader.push(Buffer.from([first, bytes.length, ...bytes]));
  const read = reader.next();
  if (read === null) throw new Error("the packet is longer than 127 bytes");
  return read;
}

test("CONNECT of 3.1.1 and 5, with will, user and password", () => {
  expect(readConnect(frame(0x10, text("MQTT"), 4, 2, 0, 60, text("me")))).toEqual({
    version: 4,
    clientId: "me",
    clean: true,
  });
  expect(
    readConnect(
      frame(
        0x10,
        text("MQTT"),
        4,
        0xc4,
        0,
        60,
        text("me"),
        text("w"),
        text("p"),
        text("u"),
        text("s"),
      ),
    ),
  ).toEqual({
    version: 4,
    clientId: "me",
    clean: false,
  });
  expect(
    readConnect(
      frame(
        0x10,
        text("MQTT"),
        5,
        6,
        0,
        60,
        [5, 0x11, 0, 0, 0, 9],
        text("me"),
        [2, 0x01, 1],
        text("w"),
        text("p"),
      ),
    ),
  ).toEqual({ version: 5, clientId: "me", clean: true });
});

test("PUBLISH with and without packet id", () => {
  expect(readPublish(frame(0x31, text("a/b"), [...Buffer.from("hi")]), 4)).toEqual({
    topic: "a/b",
    qos: 0,
    retain: true,
    payload: Buffer.from("hi"),
  });
  expect(readPublish(frame(0x32, text("a/b"), 0, 7), 4)).toMatchObject({
    qos: 1,
    packetId: 7,
    payload: Buffer.alloc(0),
  });
});

test("the properties of MQTT 5 that the journal shows", () => {
  const properties = [
    [0x26, ...text("many"), ...text("1")],
    [0x26, ...text("many"), ...text("2")],
    [0x03, ...text("text/plain")],
    [0x08, ...text("answers")],
    [0x09, 0, 1, 5],
    [0x02, 0, 0, 0, 9],
    [0x0b, 0x80, 0x01],
  ].flat();
  const packet = readPublish(frame(0x30, text("a"), properties.length, properties, 120), 5);
  expect(packet.properties).toMatchObject({ contentType: "text/plain", responseTopic: "answers" });
  expect(packet.payload).toEqual(Buffer.from([120]));
  expect(propertyHeaders(packet.properties)).toEqual({
    many: "1, 2",
    "content-type": "text/plain",
  });
  expect(propertyHeaders(undefined)).toEqual({});
});

test("acknowledgements, in MQTT 5 with a reason", () => {
  expect(readAcknowledgement(frame(0x40, 1, 2))).toEqual({ packetId: 258, reasonCode: 0 });
  expect(readAcknowledgement(frame(0x40, 0, 2, 0x87, 0))).toEqual({
    packetId: 2,
    reasonCode: 0x87,
  });
});

test("the filters of SUBSCRIBE and UNSUBSCRIBE", () => {
  expect(readSubscribe(frame(0x82, 0, 1, text("a/+"), 1, text("b"), 0), 4).filters).toEqual([
    "a/+",
    "b",
  ]);
  expect(readSubscribe(frame(0x82, 0, 1, 2, 0x0b, 5, text("a"), 1), 5).filters).toEqual(["a"]);
  expect(readUnsubscribe(frame(0xa2, 0, 1, text("a/+"), text("b")), 4).filters).toEqual([
    "a/+",
    "b",
  ]);
});

test("a duplicate is the same packet but for its flag", () => {
  const packet = frame(0x32, text("a"), 0, 7);
  expect(markDuplicate(packet)).toEqual(Buffer.from([0x3a, ...packet.bytes.subarray(1)]));
  expect(packet.bytes[0]).toBe(0x32);
});

const refused: Record<string, () => unknown> = {
  "CONNECT with its reserved flag": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 3, 0, 60, text("me"))),
  "a will of QoS 3": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 0x1c, 0, 60, text("me"), text("w"), text("p"))),
  "a will QoS without a will": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 0x0a, 0, 60, text("me"))),
  "a password without a user": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 0x42, 0, 60, text("me"), text("p"))),
  "a client id with U+0000": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 2, 0, 60, text("a\0b"))),
  "a client id that is not UTF-8": () =>
    readConnect(frame(0x10, text("MQTT"), 4, 2, 0, 60, text(Buffer.from([0xc3, 0x28])))),
  "a version of the future": () => readConnect(frame(0x10, text("MQTT"), 6, 2, 0, 60, text("me"))),
  "CONNECT that ends early": () => readConnect(frame(0x10, text("MQTT"), 4, 2, 0)),
  "PUBLISH with QoS 3": () => readPublish(frame(0x36, text("a"), 0, 1), 4),
  "PUBLISH with packet id 0": () => readPublish(frame(0x32, text("a"), 0, 0), 4),
  "PUBLISH to a wildcard": () => readPublish(frame(0x30, text("a/#")), 4),
  "PUBLISH without a topic": () => readPublish(frame(0x30, text("")), 4),
  "an unknown property": () => readPublish(frame(0x30, text("a"), 2, 0x7f, 1), 5),
  "a property that ends early": () => readPublish(frame(0x30, text("a"), 2, 0x02, 1), 5),
  "SUBSCRIBE without filters": () => readSubscribe(frame(0x82, 0, 1), 4),
  "SUBSCRIBE with QoS 3": () => readSubscribe(frame(0x82, 0, 1, text("a"), 3), 4),
  "SUBSCRIBE with wrong flags": () => readSubscribe(frame(0x80, 0, 1, text("a"), 0), 4),
  "an acknowledgement of packet 0": () => readAcknowledgement(frame(0x40, 0, 0)),
};

test.each(Object.entries(refused))("refuses %s", (_, read) => {
  expect(read).toThrow(MalformedError);
});
