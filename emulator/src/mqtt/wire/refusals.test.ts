import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { versionOf } from "./connect.ts";
import { decode } from "./decode.ts";
import { type Frame, FrameReader, MalformedError } from "./frames.ts";
import type { Version } from "./packet.ts";

type Part = number | string | readonly number[];
type Row = [why: string, code: number | null, frame: Frame, versions?: readonly Version[]];

/** A packet as the specification's tables draw it: numbers are bytes, texts come with their length. */
function raw(first: number, ...parts: readonly Part[]): Frame {
  const body = parts.flatMap((part) =>
    typeof part === "string" ? [0, Buffer.byteLength(part), ...Buffer.from(part)] : part,
  );
  return frameOf(Buffer.from([first, body.length, ...body]));
}

const MALFORMED = 0x81;
const PROTOCOL = 0x82;
const connect = (flags: number, ...rest: readonly Part[]) =>
  raw(0x10, "MQTT", 5, flags, 0, 60, ...rest);

const refused: Row[] = [
  ["CONNECT: reserved flag", null, connect(1, 0, "me")],
  ["CONNECT: flags of the fixed header", null, raw(0x11, "MQTT", 5, 2, 0, 60, 0, "me")],
  ["CONNECT: will of QoS 3", null, connect(0x1e, 0, "me", 0, "w", "p")],
  ["CONNECT: QoS of no will", null, connect(0x0a, 0, "me")],
  ["CONNECT: retain of no will", null, connect(0x22, 0, "me")],
  ["CONNECT: no user for its flag", null, connect(0x82, 0, "me")],
  ["CONNECT: bytes behind", MALFORMED, connect(2, 0, "me", 0)],
  ["CONNECT: will to a wildcard", MALFORMED, connect(6, 0, "me", 0, "w/#", "p")],
  ["CONNECT: client id that is no UTF-8", 0x85, connect(2, 0, [0, 1, 0xff])],
  ["CONNECT: receive maximum 0", PROTOCOL, connect(2, [3, 0x21, 0, 0], "me")],
  ["CONNECT: receive maximum twice", PROTOCOL, connect(2, [6, 0x21, 0, 1, 0x21, 0, 1], "me")],
  ["CONNECT: maximum packet size 0", PROTOCOL, connect(2, [5, 0x27, 0, 0, 0, 0], "me")],
  ["CONNECT: request problem information 2", PROTOCOL, connect(2, [2, 0x17, 2], "me")],
  ["CONNECT: data of no method", PROTOCOL, connect(2, [3, 0x16, 0, 0], "me")],
  ["CONNECT: the will's property", PROTOCOL, connect(2, [5, 0x18, 0, 0, 0, 1], "me")],
  ["CONNECT: a property cut off", MALFORMED, connect(2, [2, 0x21, 0], "me")],
  ["CONNECT: a property that is not known", MALFORMED, connect(2, [2, 0x7f, 0], "me")],
  ["CONNECT: password without a user", null, raw(0x10, "MQTT", 4, 0x42, 0, 60, "me", "s")],
  ["PUBLISH: QoS 3", MALFORMED, raw(0x36, "a", 0, 1, 0)],
  ["PUBLISH: sent before, of QoS 0", MALFORMED, raw(0x38, "a", 0)],
  ["PUBLISH: packet id 0", PROTOCOL, raw(0x32, "a", 0, 0, 0)],
  ["PUBLISH: to a wildcard", MALFORMED, raw(0x30, "a/+", 0)],
  ["PUBLISH: to nowhere", MALFORMED, raw(0x30, "", 0)],
  ["PUBLISH: to a topic with U+0000", MALFORMED, raw(0x30, "a\0", 0)],
  ["PUBLISH: to a topic with a surrogate", MALFORMED, raw(0x30, [0, 3, 0xed, 0xa0, 0x80], 0)],
  ["PUBLISH: to a topic with a control character", MALFORMED, raw(0x30, "a\u009f", 0)],
  ["PUBLISH: to a topic with a non-character", MALFORMED, raw(0x30, "a\u{1fffe}", 0)],
  ["PUBLISH: topic alias 0", 0x94, raw(0x30, "a", [3, 0x23, 0, 0]), [5]],
  ["PUBLISH: topic alias twice", PROTOCOL, raw(0x30, "a", [6, 0x23, 0, 1, 0x23, 0, 1]), [5]],
  ["PUBLISH: subscription identifier", PROTOCOL, raw(0x30, "a", [2, 0x0b, 1]), [5]],
  ["PUBLISH: payload format 2", PROTOCOL, raw(0x30, "a", [2, 0x01, 2]), [5]],
  ["PUBLISH: answer to a wildcard", PROTOCOL, raw(0x30, "a", [5, 0x08, 0, 2, 0x61, 0x23]), [5]],
  ["PUBLISH: property of CONNECT", PROTOCOL, raw(0x30, "a", [3, 0x21, 0, 1]), [5]],
  ["PUBACK: flags", MALFORMED, raw(0x41, 0, 1)],
  ["PUBACK: packet id 0", PROTOCOL, raw(0x40, 0, 0)],
  ["PUBACK: too short", MALFORMED, raw(0x40, 1)],
  ["PUBACK: too long", MALFORMED, raw(0x40, 0, 1, 0), [3, 4]],
  ["PUBACK: bytes behind", MALFORMED, raw(0x40, 0, 1, 0, 0, 0), [5]],
  ["PUBACK: a code that is none", PROTOCOL, raw(0x40, 0, 1, 0xff), [5]],
  ["PUBREL: flags", PROTOCOL, raw(0x60, 0, 1)],
  ["PUBREL: PUBACK's code", PROTOCOL, raw(0x62, 0, 1, 0x10), [5]],
  ["SUBSCRIBE: flags", MALFORMED, raw(0x80, 0, 1, 0, "a", 0), [5]],
  ["SUBSCRIBE: packet id 0", MALFORMED, raw(0x82, 0, 0, 0, "a", 0), [5]],
  ["SUBSCRIBE: no filter", MALFORMED, raw(0x82, 0, 1, 0), [5]],
  ["SUBSCRIBE: no options", MALFORMED, raw(0x82, 0, 1, 0, "a"), [5]],
  ["SUBSCRIBE: QoS 3", MALFORMED, raw(0x82, 0, 1, 0, "a", 3), [5]],
  ["SUBSCRIBE: retain handling 3", MALFORMED, raw(0x82, 0, 1, 0, "a", 0x30), [5]],
  ["SUBSCRIBE: options of 5 in 3.1.1", MALFORMED, raw(0x82, 0, 1, "a", 4), [4]],
  ["SUBSCRIBE: no local, shared", PROTOCOL, raw(0x82, 0, 1, 0, "$share/g/a", 4), [5]],
  ["SUBSCRIBE: identifier 0", PROTOCOL, raw(0x82, 0, 1, [2, 0x0b, 0], "a", 0), [5]],
  ["SUBSCRIBE: property of PUBLISH", MALFORMED, raw(0x82, 0, 1, [2, 0x01, 1], "a", 0)],
  [
    "SUBSCRIBE: an identifier in more bytes",
    MALFORMED,
    raw(0x82, 0, 1, [3, 0x0b, 0x80, 0], "a", 0),
  ],
  ["SUBSCRIBE: two identifiers", PROTOCOL, raw(0x82, 0, 1, [4, 0x0b, 1, 0x0b, 2], "a", 0), [5]],
  ...[
    "",
    "a/b+",
    "a#",
    "#/a",
    "+a",
    "$share",
    "$share/g",
    "$share//a",
    "$share/+/a",
    "$share/g/",
  ].map((each): Row => [`SUBSCRIBE: to "${each}"`, MALFORMED, raw(0x82, 0, 1, each, 0), [4]]),
  ["SUBSCRIBE: 202 levels", MALFORMED, longSubscribe(201), [4]],
  ["UNSUBSCRIBE: no filter", MALFORMED, raw(0xa2, 0, 1), [4]],
  ["PINGREQ: bytes", null, raw(0xc0, 0)],
  ["DISCONNECT: bytes", MALFORMED, raw(0xe0, 0), [3, 4]],
  ["DISCONNECT: flags", PROTOCOL, raw(0xe1)],
  ["DISCONNECT: reason twice", PROTOCOL, raw(0xe0, 0, [6, 0x1f, 0, 0, 0x1f, 0, 0]), [5]],
  ["AUTH before 5", PROTOCOL, raw(0xf0), [3, 4]],
  ["a server's CONNACK", PROTOCOL, raw(0x20, 0, 0)],
  ["a server's PINGRESP", PROTOCOL, raw(0xd0)],
];

function longSubscribe(slashes: number): Frame {
  const text = "/".repeat(slashes);
  const bytes = [0, 1, 0, text.length, ...Buffer.from(text), 0];
  return frameOf(Buffer.from([0x82, 0x80 | (bytes.length & 0x7f), bytes.length >> 7, ...bytes]));
}

describe("refused", () => {
  test.each(refused)("%s: %s", (_why, code, frame, versions = [5]) => {
    for (const version of versions) expect(codeOf(frame, version)).toBe(code);
  });
});

function codeOf(frame: Frame, version: Version): number | null {
  try {
    decode(frame, version);
  } catch (error) {
    if (error instanceof MalformedError) return error.reasonCode;
    throw error;
  }
  return 0;
}

test("a PUBREL of 3.1 may say that it was sent before", () => {
  expect(decode(raw(0x6a, 0, 1), 3)).toMatchObject({ type: "pubrel", packetId: 1 });
});

test.each([
  ["MQTT", 3],
  ["MQTT", 6],
  ["MQIsdp", 4],
])("%s of level %i is a version that is not spoken", (name, level) => {
  expect(() => versionOf(raw(0x10, name, level, 2, 0, 60, "me"))).toThrow(
    expect.objectContaining({ reasonCode: 0x84 }),
  );
});

test("whatever the bytes are, they are a packet or refused with a reason", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0x10, max: 255 }),
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom<Version>(3, 4, 5),
      (first, body, version) => {
        const frame = frameOf(Buffer.from([first, body.length, ...body]));
        try {
          decode(frame, version);
        } catch (error) {
          if (!(error instanceof MalformedError)) throw error;
        }
      },
    ),
    { numRuns: 2000 },
  );
});

function frameOf(bytes: Buffer): Frame {
  const reader = new FrameReader(1_000_000);
  reader.push(bytes);
  const frame = reader.next();
  if (frame === null) throw new Error("half a packet");
  return frame;
}
