import fc from "fast-check";
import { expect, test } from "vitest";
import { Assembler } from "./assembler.ts";
import { Content } from "./content.ts";
import { consumerPrefix, contentFrames, deliverFrames } from "./content-frames.ts";
import { type Frame, FrameReader } from "./frames.ts";
import { MalformedError } from "./malformed.ts";
import { encodeMethod } from "./methods.ts";
import { writeProperties } from "./properties.ts";

function frame(type: number, channel: number, payload: string | Buffer): Buffer {
  const head = Buffer.alloc(7);
  head[0] = type;
  head.writeUInt16BE(channel, 1);
  const bytes = Buffer.from(payload as string, "latin1");
  head.writeUInt32BE(bytes.length, 3);
  return Buffer.concat([head, bytes, Buffer.from([0xce])]);
}

/** What is read when bytes come in pieces of this length; each payload is looked at when everything has come. */
function readAll(bytes: Buffer, piece: number, maxFrame = 131072): Frame[] {
  const reader = new FrameReader();
  reader.maxFrame = maxFrame;
  const got: Frame[] = [];
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(Buffer.from(bytes.subarray(at, at + piece)));
    for (let next = reader.next(); next !== null; next = reader.next()) got.push(next);
  }
  return got;
}

test("frames are the same however they are cut", () => {
  const large = Buffer.alloc(10_000, 7);
  const bytes = Buffer.concat([
    frame(1, 1, "\0\x3c\0\x0a"),
    frame(8, 0, ""),
    frame(3, 65535, large),
    frame(3, 2, ""),
    frame(2, 2, "123456789012"),
  ]);
  const whole = readAll(bytes, bytes.length);
  expect(whole.map(({ type, channel, payload }) => [type, channel, payload.length])).toEqual([
    ["method", 1, 4],
    ["heartbeat", 0, 0],
    ["body", 65535, 10_000],
    ["body", 2, 0],
    ["header", 2, 12],
  ]);
  expect(whole[2]?.payload.equals(large)).toBe(true);
  for (const piece of [1, 2, 3, 7, 8, 100, 4097]) {
    const frames = readAll(bytes, piece);
    expect(frames.map(({ type, channel }) => [type, channel])).toEqual(
      whole.map(({ type, channel }) => [type, channel]),
    );
    expect(frames.every(({ payload }, index) => payload.equals(whole[index]!.payload))).toBe(true);
  }
});

test.each([
  ["an unknown type", frame(7, 1, "hello"), 'type 7, all octets = <<"hello">>: unknown_frame'],
  ["half a method's number", frame(1, 1, "\0\x01"), "type 1, all octets = <<0,1>>: unknown_frame"],
  [
    "a heartbeat that says something",
    frame(8, 0, 'x"\\\n'),
    'type 8, all octets = <<"x\\"\\\\\\n">>: unknown_frame',
  ],
  [
    "a header of less",
    frame(2, 1, "0123456789"),
    'type 2, all octets = <<"0123456789">>: unknown_frame',
  ],
])("%s is refused, and what is behind it read", (_, bytes, message) => {
  const reader = new FrameReader();
  reader.push(Buffer.concat([bytes, frame(8, 0, "")]));
  expect(() => reader.next()).toThrow(`FRAME_ERROR - ${message}`);
  expect(reader.next()?.type).toBe("heartbeat");
});

test.each([
  [
    "too long",
    Buffer.from("03000100001388", "hex"),
    "type 3, all octets = <<>>: {frame_too_large,5000,4088}",
  ],
  [
    "of four gigabytes",
    Buffer.from("030001ffffffff", "hex"),
    "type 3, all octets = <<>>: {frame_too_large,4294967295,4088}",
  ],
])("after a frame %s nothing is read", (_, bytes, message) => {
  const reader = new FrameReader();
  reader.push(bytes);
  expect(() => reader.next()).toThrow(`FRAME_ERROR - ${message}`);
  reader.push(frame(8, 0, ""));
  expect(reader.next()).toBeNull();
});

test("the end of a frame is looked at", () => {
  const reader = new FrameReader();
  const bytes = frame(1, 1, "hello");
  bytes[bytes.length - 1] = 0;
  reader.push(bytes);
  expect(() => reader.next()).toThrow(
    'FRAME_ERROR - type 1, all octets = <<"hello">>: {invalid_frame_end_marker,0}',
  );
  reader.push(frame(8, 0, ""));
  expect(reader.next()).toBeNull();
});

// ------------------------------------------------------------ messages

const method = encodeMethod(5, {
  name: "basic.publish",
  exchange: "é",
  routingKey: "key",
  mandatory: false,
  immediate: false,
});

test("a message of any size passes in frames of any size", () => {
  const sizes = fc.oneof(fc.nat(20), fc.nat(70_000));
  fc.assert(
    fc.property(sizes, fc.integer({ min: 4096, max: 20_000 }), (size, frameMax) => {
      const sent = Content.of({ contentType: "text/plain" }, Buffer.alloc(size, "abc"));
      const bytes = Buffer.concat(contentFrames(5, method, sent, frameMax));
      const frames = readAll(bytes, bytes.length, frameMax);
      for (const { channel, payload } of frames) {
        expect(channel).toBe(5);
        expect(payload.length).toBeLessThanOrEqual(frameMax - 8);
      }
      const assembler = new Assembler(1e6);
      const taken = frames.map((each) => assembler.take(each)?.name);
      expect(taken.lastIndexOf("basic.publish")).toBe(frames.length - 1);
      expect(assembler.content?.header.equals(sent.header)).toBe(true);
      expect(assembler.content?.body.equals(sent.body)).toBe(true);
      expect(assembler.unfinished).toBeNull();
    }),
    { numRuns: 50 },
  );
});

test("a delivery is what its method would be", () => {
  const prefix = consumerPrefix(300, "täg");
  const names = fc.string({ maxLength: 50, unit: "grapheme" });
  fc.assert(
    fc.property(
      names,
      names,
      fc.maxSafeNat(),
      fc.boolean(),
      fc.nat(20_000),
      (exchange, routingKey, deliveryTag, redelivered, size) => {
        const content = Content.of({ priority: 3 }, Buffer.alloc(size));
        const fast = deliverFrames(
          prefix,
          deliveryTag,
          redelivered,
          exchange,
          routingKey,
          content,
          8192,
        );
        const name = "basic.deliver";
        const plain = {
          name,
          consumerTag: "täg",
          deliveryTag,
          redelivered,
          exchange,
          routingKey,
        } as const;
        const slow = contentFrames(300, encodeMethod(300, plain), content, 8192);
        expect(Buffer.concat(fast).equals(Buffer.concat(slow))).toBe(true);
      },
    ),
  );
});

const publish = frame(1, 5, method.subarray(7, -1));
const header = (
  size: number,
  classId = 60,
  weight = 0,
  properties: Buffer = writeProperties({}),
) => {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(classId);
  head.writeUInt16BE(weight, 2);
  head.writeUInt32BE(size, 8);
  return frame(2, 5, Buffer.concat([head, properties]));
};

test.each([
  [[header(0)], "expected method frame, got non method frame instead"],
  [
    [publish, publish],
    "expected content header for class 60, got non content header frame instead",
  ],
  [
    [publish, header(0, 60, 1)],
    "expected content header for class 60, got non content header frame instead",
  ],
  [[publish, header(0, 50)], "expected content header for class 60, got one for class 50 instead"],
  [[publish, header(3), header(3)], "expected content body, got non content body frame instead"],
])("frames in a wrong order are refused (%#)", (sent, message) => {
  const assembler = new Assembler(100);
  const frames = readAll(Buffer.concat(sent), 1e6);
  expect(() => {
    for (const each of frames) assembler.take(each);
  }).toThrow(`UNEXPECTED_FRAME - ${message}`);
});

test("properties are checked when the message comes, not when somebody looks", () => {
  const frames = readAll(
    Buffer.concat([publish, header(0, 60, 0, Buffer.from("8000", "hex"))]),
    1e6,
  );
  const assembler = new Assembler(100);
  expect(assembler.take(frames[0]!)).toBeNull();
  expect(() => assembler.take(frames[1]!)).toThrow(MalformedError);
});

test("a body longer than is taken is waited for, not kept", () => {
  const assembler = new Assembler(100);
  const sent = [
    publish,
    header(300),
    ...Array.from({ length: 3 }, () => frame(3, 5, Buffer.alloc(100))),
  ];
  const taken = readAll(Buffer.concat(sent), 1e6).map((each) => assembler.take(each));
  expect(taken.at(-1)).toMatchObject({ name: "basic.publish" });
  expect([assembler.size, assembler.content?.body.length]).toEqual([300, 0]);
});
