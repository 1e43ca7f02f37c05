import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { type Frame, FrameReader, MalformedError } from "./frames.ts";

function all(reader: FrameReader): Frame[] {
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== null; frame = reader.next()) frames.push(frame);
  return frames;
}

function read(bytes: Uint8Array, maxBytes = 10_000_000): Frame[] {
  const reader = new FrameReader(maxBytes);
  reader.push(bytes);
  return all(reader);
}

test("reads type, flags and body", () => {
  expect(read(Buffer.from([0x3b, 2, 7, 8, 0xc0, 0]))).toEqual([
    {
      type: "publish",
      flags: 0x0b,
      body: Buffer.from([7, 8]),
    },
    { type: "pingreq", flags: 0, body: Buffer.alloc(0) },
  ]);
});

// MQTT 3.1.1 §2.2.3, table 2.4.
test.each([
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [16_383, [0xff, 0x7f]],
  [16_384, [0x80, 0x80, 0x01]],
  [2_097_152, [0x80, 0x80, 0x80, 0x01]],
])("reads a length of %d", (length, encoded) => {
  const [frame] = read(Buffer.concat([Buffer.from([0x30, ...encoded]), Buffer.alloc(length)]));
  expect(frame?.body.length).toBe(length);
});

test("refuses a length of five bytes, and one over the limit before its body has come", () => {
  expect(() => read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))).toThrow(MalformedError);
  expect(() => read(Buffer.from([0x30, 0xff, 0x01]), 100)).toThrow(
    expect.objectContaining({ reasonCode: 0x95 }),
  );
  expect(read(Buffer.concat([Buffer.from([0x30, 98]), Buffer.alloc(98)]), 100)).toHaveLength(1);
});

test("the same packets come whatever the bytes' packets are", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  const stream = Buffer.concat([
    Buffer.from([0xc0, 0]),
    Buffer.concat([Buffer.from([0x30, 0x80, 0x02]), Buffer.alloc(256, 1)]),
    Buffer.from([0x40, 2, 0, 9]),
  ]);
  const whole = read(stream);
  for (let round = 0; round < 200; round++) {
    const reader = new FrameReader(1000);
    const frames: Frame[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + Math.floor(random() * (round % 30));
      reader.push(stream.subarray(at, at + length));
      at += length;
      frames.push(...all(reader));
    }
    expect(frames, `seed ${seed}`).toEqual(whole);
  }
});
