import fc from "fast-check";
import { expect, test } from "vitest";
import { decode } from "./decode.ts";
import { encode, SharedPublish } from "./encode.ts";
import { type Frame, FrameReader } from "./frames.ts";
import type { Packet, Properties, QoS, Version } from "./packet.ts";
import { type Carrier, propertyTable } from "./property-table.ts";

function frameOf(bytes: Buffer): Frame {
  const reader = new FrameReader(1_000_000);
  reader.push(bytes);
  const frame = reader.next();
  if (frame === null) throw new Error("half a packet");
  return frame;
}

const word = fc.string({
  unit: fc.constantFrom("a", "/", "é", "😀", " ", "$", "\ufeff", "\ufffd"),
});
const topic = word.filter((text) => text !== "");
const filter = fc.constantFrom("a", "a/+/b", "#", "a/#", "+", "$share/group/a/+", "/", "$SYS/#");
const binary = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const packetId = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom<QoS>(0, 1, 2);

const values = {
  byte: fc.integer({ min: 0, max: 1 }),
  uint16: fc.integer({ min: 1, max: 65_535 }),
  uint32: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  variable: fc.integer({ min: 1, max: 268_435_455 }),
  text: topic,
  binary,
  pair: fc.tuple(word, word),
};

function properties(version: Version, carrier: Carrier): fc.Arbitrary<Properties> {
  if (version < 5) return fc.constant({});
  const rows = propertyTable.filter((row) => row.in.includes(carrier));
  const one = rows.map(({ name, type, repeats }) => {
    const many = repeats === true && !(carrier === "subscribe" && type === "variable") ? 3 : 1;
    const single: fc.Arbitrary<unknown> = values[type];
    const value = repeats ? fc.array(single, { minLength: 1, maxLength: many }) : single;
    return [name, value] as const;
  });
  return fc
    .record<Record<string, unknown>>(Object.fromEntries(one), { requiredKeys: [] })
    .map((found) => {
      // What a client must not say.
      if (found["authenticationMethod"] === undefined) delete found["authenticationData"];
      return found as Properties;
    });
}

function packets(version: Version): fc.Arbitrary<Packet> {
  const of = (carrier: Carrier) => properties(version, carrier);
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const will = fc.record({
    topic,
    payload: binary,
    qos,
    retain: fc.boolean(),
    properties: of("will"),
  });
  const code = version === 5 ? fc.constantFrom(0, 0x80) : fc.constant(0);
  const options = version === 5 ? fc.boolean() : fc.constant(false);
  return fc.oneof(
    fc
      .record({
        type: fc.constant("connect" as const),
        version: fc.constant(version),
        clientId: word,
        clean: fc.boolean(),
        keepAlive: fc.integer({ min: 0, max: 65_535 }),
        user: optional(word),
        password: optional(binary),
        will: optional(will),
        properties: of("connect"),
      })
      .map(({ user, password, will: last, ...rest }) => ({
        ...rest,
        ...(user === undefined ? {} : { user }),
        ...(password === undefined || (version < 5 && user === undefined) ? {} : { password }),
        ...(last === undefined ? {} : { will: last }),
      })),
    fc
      .record({
        type: fc.constant("publish" as const),
        topic,
        payload: binary,
        qos,
        retain: fc.boolean(),
        dup: fc.boolean(),
        packetId,
        properties: of("publish"),
      })
      .map((packet) => (packet.qos > 0 ? packet : { ...packet, packetId: 0, dup: false })),
    ...(["puback", "pubrec"] as const).map((type) =>
      fc.record({ type: fc.constant(type), packetId, code, properties: of(type) }),
    ),
    ...(["pubrel", "pubcomp"] as const).map((type) =>
      fc.record({ type: fc.constant(type), packetId, code: fc.constant(0), properties: of(type) }),
    ),
    fc.record({
      type: fc.constant("subscribe" as const),
      packetId,
      subscriptions: fc.array(
        fc
          .record({
            filter,
            qos,
            noLocal: options,
            retainAsPublished: options,
            retainHandling: version === 5 ? qos : fc.constant(0 as const),
          })
          .map((each) => (each.filter.startsWith("$share") ? { ...each, noLocal: false } : each)),
        { minLength: 1 },
      ),
      properties: of("subscribe"),
    }),
    fc.record({
      type: fc.constant("unsubscribe" as const),
      packetId,
      filters: fc.array(filter, { minLength: 1 }),
      properties: of("unsubscribe"),
    }),
    fc.record({
      type: fc.constant("connack" as const),
      sessionPresent: fc.boolean(),
      code,
      properties: of("connack"),
    }),
    fc.record({
      type: fc.constant("suback" as const),
      packetId,
      codes: fc.array(fc.constantFrom(0, 1, 2, 0x80)),
      properties: of("suback"),
    }),
    fc.record({
      type: fc.constant("unsuback" as const),
      packetId,
      codes: version === 5 ? fc.array(fc.constantFrom(0, 0x11)) : fc.constant([]),
      properties: of("unsuback"),
    }),
    fc.record({ type: fc.constantFrom("pingreq" as const, "pingresp" as const) }),
    fc.record({ type: fc.constant("disconnect" as const), code, properties: of("disconnect") }),
  );
}

/** Who sends which. */
const ofServers = new Set<Packet["type"]>(["connack", "suback", "unsuback", "pingresp", "publish"]);

test.each([3, 4, 5] as const)("a packet of version %i is read as it was written", (version) => {
  fc.assert(
    fc.property(packets(version), (packet) => {
      const frame = frameOf(encode(packet, version));
      expect(decode(frame, version, ofServers.has(packet.type) ? "server" : "client")).toEqual(
        packet,
      );
    }),
    { numRuns: 500 },
  );
});

test("a message that is written once for all is, for each, as if it were written for it", () => {
  const taker = fc.record({ qos, retain: fc.boolean(), dup: fc.boolean(), packetId });
  fc.assert(
    fc.property(
      topic,
      binary,
      properties(5, "publish"),
      fc.constantFrom<Version>(4, 5),
      fc.array(taker, { maxLength: 5 }),
      (name, payload, found, version, takers) => {
        const message = { topic: name, payload, properties: version === 5 ? found : {} };
        const shared = new SharedPublish(message, version);
        for (const each of takers) {
          const expected = encode({ type: "publish", ...message, ...each }, version);
          expect(shared.bytes(each.qos, each.retain, each.dup, each.packetId)).toEqual(expected);
        }
      },
    ),
  );
});

test("takers of QoS 0 share the bytes", () => {
  const shared = new SharedPublish({ topic: "a", payload: Buffer.from("b"), properties: {} }, 5);
  expect(shared.bytes(0, false, false, 0)).toBe(shared.bytes(0, false, false, 0));
});
