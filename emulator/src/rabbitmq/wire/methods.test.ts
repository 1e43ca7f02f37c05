import fc from "fast-check";
import { expect, test } from "vitest";
import { AmqpError } from "../model/errors.ts";
import { MalformedError } from "./malformed.ts";
import { methodLayouts } from "./method-layouts.ts";
import { decodeMethod, encodeMethod, type Method, methodNumbers } from "./methods.ts";

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  bit: fc.boolean(),
  octet: fc.nat(255),
  short: fc.nat(65535),
  long: fc.nat(2 ** 32 - 1),
  longlong: fc.maxSafeNat(),
  shortstr: fc
    .string({ maxLength: 80, unit: "grapheme" })
    .filter((text) => Buffer.byteLength(text) < 256),
  longstr: fc.uint8Array().map((array) => Buffer.from(array)),
  table: fc.string().map((key) => new Map([[key.slice(0, 50), { type: "void" }]])),
};
const methods = Object.entries(methodLayouts).map(
  ([name, [, , fields]]) =>
    fc.record({
      name: fc.constant(name),
      ...Object.fromEntries(
        Object.entries(fields)
          .filter(([, kind]) => !kind.startsWith("reserved"))
          .map(([field, kind]) => [field, values[kind]!]),
      ),
    }) as unknown as fc.Arbitrary<Method>,
);

const payloadOf = (frame: Buffer) => frame.subarray(7, -1);

test("every method that is written is read again", () => {
  fc.assert(
    fc.property(fc.oneof(...methods), fc.nat(65535), (method, channel) => {
      const frame = encodeMethod(channel, method);
      expect([frame[0], frame.readUInt16BE(1), frame.at(-1)]).toEqual([1, channel, 0xce]);
      expect(frame.readUInt32BE(3)).toBe(frame.length - 8);
      expect(decodeMethod(payloadOf(frame))).toEqual(method);
    }),
    { numRuns: 500 },
  );
});

test.each<[string, Method]>([
  [
    "0032000a" + "0000" + "0171" + "0a" + "00000000",
    {
      name: "queue.declare",
      queue: "q",
      passive: false,
      durable: true,
      exclusive: false,
      autoDelete: true,
      noWait: false,
      arguments: new Map(),
    },
  ],
  [
    "003c0028" + "0000" + "00" + "016b" + "01",
    { name: "basic.publish", exchange: "", routingKey: "k", mandatory: true, immediate: false },
  ],
  [
    "003c0050" + "0000000100000002" + "01",
    { name: "basic.ack", deliveryTag: 2 ** 32 + 2, multiple: true },
  ],
  [
    "003c0078" + "0000000000000007" + "02",
    { name: "basic.nack", deliveryTag: 7, multiple: false, requeue: true },
  ],
  ["000a0028" + "012f" + "00" + "00", { name: "connection.open", virtualHost: "/" }],
  ["0014000b" + "00000000", { name: "channel.open-ok" }],
])("%s on the wire", (hex, method) => {
  expect(payloadOf(encodeMethod(1, method)).toString("hex")).toBe(hex);
  expect(decodeMethod(Buffer.from(hex, "hex"))).toEqual(method);
});

test.each([
  ["003c0028000005" + "61", "FRAME_ERROR - cannot decode <<0,0,5,97>>"],
  ["003c00280000" + "00016b0078", "FRAME_ERROR - cannot decode <<0,0,0,1,107,0,120>>"],
  ["003c0050" + "00", "FRAME_ERROR - cannot decode <<0>>"],
  ["0032000a" + "0000" + "02fffe" + "00" + "00000000", "FRAME_ERROR - Malformed UTF-8 in shortstr"],
  [
    "0032000a" + "0000" + "00" + "00" + "ffffffff",
    "FRAME_ERROR - cannot decode <<0,0,0,0,255,255,255,255>>",
  ],
])("%s cannot be read", (hex, message) => {
  expect(() => decodeMethod(Buffer.from(hex, "hex"))).toThrow(AmqpError);
  expect(() => decodeMethod(Buffer.from(hex, "hex"))).toThrow(message);
});

test("what RabbitMQ's own process dies at is told apart", () => {
  const unknown = Buffer.from("003c0063", "hex");
  const table = Buffer.from("0032000a0000000000000003" + "01615a", "hex");
  for (const payload of [unknown, table])
    expect(() => decodeMethod(payload)).toThrow(MalformedError);
});

test("a letter for what is no letter may be sent", () => {
  const queue = "\ufffd";
  const frame = encodeMethod(1, { name: "queue.purge", queue, noWait: false });
  expect(decodeMethod(payloadOf(frame))).toMatchObject({ queue });
});

test("an error names the method that has failed by its numbers", () => {
  expect(methodNumbers("exchange.unbind-ok")).toEqual({ classId: 40, methodId: 51 });
});
