import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { checkTable, readTable, writeTable } from "./field-table.ts";
import { MalformedError } from "./malformed.ts";
import { type FieldTable, type FieldValue, NO_FIELDS } from "./values.ts";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const name = fc.string({ maxLength: 20 });
const narrow = (large: bigint) => (Number.isSafeInteger(Number(large)) ? Number(large) : large);
const numbers = (type: FieldValue["type"], value: fc.Arbitrary<unknown>) =>
  value.map((each) => ({ type, value: each }) as FieldValue);
const { table } = fc.letrec<{ value: FieldValue; table: FieldTable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    bytes.map((value): FieldValue => ({ type: "longstr", value })),
    bytes.map((value): FieldValue => ({ type: "binary", value })),
    numbers("byte", fc.integer({ min: -128, max: 127 })),
    numbers("unsignedbyte", fc.integer({ min: 0, max: 255 })),
    numbers("short", fc.integer({ min: -32768, max: 32767 })),
    numbers("unsignedshort", fc.integer({ min: 0, max: 65535 })),
    numbers("signedint", fc.integer()),
    numbers("unsignedint", fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    numbers("long", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(narrow)),
    numbers("long", fc.integer()),
    numbers("timestamp", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(narrow)),
    numbers("float", fc.float({ noNaN: true, noDefaultInfinity: true })),
    numbers("double", fc.double({ noNaN: true, noDefaultInfinity: true })),
    numbers("bool", fc.boolean()),
    fc.constant<FieldValue>({ type: "void" }),
    fc
      .record({ scale: fc.nat(255), value: fc.nat() })
      .map((decimal): FieldValue => ({ type: "decimal", ...decimal })),
    fc.array(tie("value"), { maxLength: 5 }).map((value): FieldValue => ({ type: "array", value })),
    tie("table").map((value): FieldValue => ({ type: "table", value })),
  ),
  table: fc
    .array(fc.tuple(name, tie("value")), { maxLength: 6 })
    .map((fields): FieldTable => new Map(fields)),
}));

test("what is written is read again, with its types", () => {
  fc.assert(
    fc.property(table, (fields) => {
      const written = writeTable(fields);
      expect(readTable(written)).toEqual(fields);
      checkTable(new ByteReader(written));
    }),
  );
});

test("each letter is the type that RabbitMQ takes it for", () => {
  const fields = readTable(
    Buffer.concat(
      [
        "\x01SS\0\0\0\x02hi",
        "\x01II\xff\xff\xff\xfe",
        "\x01bb\x80",
        "\x01BB\x80",
        "\x01ss\x80\0",
        "\x01uu\x80\0",
        "\x01ii\x80\0\0\0",
        "\x01ll\xff\xff\xff\xff\xff\xff\xff\xff",
        "\x01LL\0\x20\0\0\0\0\0\0",
        "\x01TT\0\0\0\0\0\0\0\x07",
        "\x01DD\x02\0\0\x01\x3a",
        "\x01tt\x02",
        "\x01VV",
        "\x01xx\0\0\0\x01\0",
        "\x01ff\x3f\x80\0\0",
        "\x01AA\0\0\0\x03Vt\0",
        "\x01FF\0\0\0\x04\x01at\x01",
      ].map((field) => Buffer.from(field, "latin1")),
    ),
  );
  expect(Object.fromEntries(fields)).toEqual({
    S: { type: "longstr", value: Buffer.from("hi") },
    I: { type: "signedint", value: -2 },
    b: { type: "byte", value: -128 },
    B: { type: "unsignedbyte", value: 128 },
    s: { type: "short", value: -32768 },
    u: { type: "unsignedshort", value: 32768 },
    i: { type: "unsignedint", value: 2 ** 31 },
    l: { type: "long", value: -1 },
    L: { type: "long", value: 2n ** 53n },
    T: { type: "timestamp", value: 7 },
    D: { type: "decimal", scale: 2, value: 314 },
    t: { type: "bool", value: true },
    V: { type: "void" },
    x: { type: "binary", value: Buffer.from([0]) },
    f: { type: "float", value: 1 },
    A: { type: "array", value: [{ type: "void" }, { type: "bool", value: false }] },
    F: { type: "table", value: new Map([["a", { type: "bool", value: true }]]) },
  });
});

test("of two fields with one name the last counts", () => {
  const fields = readTable(Buffer.from("\x01at\x01\x01bt\x01\x01at\0", "latin1"));
  expect([...fields.keys()]).toEqual(["b", "a"]);
  expect(fields.get("a")).toEqual({ type: "bool", value: false });
});

test("garbage is refused, and never read beyond its end; checking finds the same", () => {
  const refuses = (read: () => void) => {
    try {
      read();
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedError);
      return true;
    }
  };
  const broken = fc.tuple(table, fc.nat(), fc.nat(255)).map(([fields, at, value]) => {
    const written = writeTable(fields);
    if (written.length > 0) written[at % written.length] = value;
    return written;
  });
  fc.assert(
    fc.property(fc.oneof(bytes, broken), (garbage) => {
      expect(refuses(() => readTable(garbage))).toBe(
        refuses(() => checkTable(new ByteReader(garbage))),
      );
    }),
    { numRuns: 1000 },
  );
});

test("a table in a table in a table ends somewhere", () => {
  const nested = (depth: number) => {
    let fields: FieldTable = NO_FIELDS;
    for (let level = 0; level < depth; level++)
      fields = new Map([["", { type: "table", value: fields }]]);
    return writeTable(fields);
  };
  expect(readTable(nested(400)).size).toBe(1);
  // As deep as a frame has room for.
  const deep = Buffer.alloc(6 * 20_000);
  for (let at = 0; at < deep.length; at += 6) {
    deep[at + 1] = 0x46;
    deep.writeUInt32BE(deep.length - at - 6, at + 2);
  }
  expect(() => readTable(deep)).toThrow(MalformedError);
  expect(() => checkTable(new ByteReader(deep))).toThrow(MalformedError);
});
