import { expect, test } from "vitest";
import { packetSize } from "./packet-size.ts";

test("as MQTT 5 lays a PUBLISH out (3.3)", () => {
  // Fixed header 2, topic 2 + 1, properties' length 1.
  expect(packetSize("t", new Uint8Array(0), 0, {})).toBe(6);
  // A packet id more.
  expect(packetSize("t", new Uint8Array(10), 1, {})).toBe(18);
  // Lengths from 128 on take two bytes.
  expect(packetSize("t", new Uint8Array(124), 0, {})).toBe(1 + 2 + 3 + 1 + 124);
  expect(packetSize("t", new Uint8Array(123), 0, {})).toBe(1 + 1 + 3 + 1 + 123);
  expect(packetSize("t", new Uint8Array(20_000), 0, {})).toBe(1 + 3 + 3 + 1 + 20_000);
});

test("each property with the byte that names it, text in UTF-8", () => {
  const size = (properties: object) => packetSize("t", new Uint8Array(0), 0, properties) - 6;
  expect(size({ payloadFormatIndicator: false })).toBe(2);
  expect(size({ messageExpiryInterval: 1 })).toBe(5);
  expect(size({ topicAlias: 1 })).toBe(3);
  expect(size({ contentType: "ä" })).toBe(5);
  expect(size({ responseTopic: "ab" })).toBe(5);
  expect(size({ correlationData: Buffer.from([1, 2]) })).toBe(5);
  expect(size({ userProperties: { a: "b", tag: ["x", "yz"] } })).toBe(7 + 9 + 10);
});
