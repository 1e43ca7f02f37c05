import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader } from "./byte-reader.ts";
import { Codec, readRequest, readResponse, writeRequest, writeResponse } from "./codec.ts";
import { type FieldShape, isInVersion, shapesOf } from "./field.ts";
import type { Api, DraftOf, Kinds, Layout } from "./layout.ts";
import { MalformedError } from "./malformed.ts";
import { metadata } from "./apis/metadata.ts";

const apis = await Promise.all(
  readdirSync(new URL("apis", import.meta.url)).map(async (file) => {
    const name = file.replace(/\.ts$/, "");
    // oxlint-disable-next-line millrace/imports -- every file of the folder is one API
    const exported = (await import(`./apis/${name}.ts`)) as Record<string, Api>;
    return Object.values(exported)[0]!;
  }),
);

const word = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\0"), maxLength: 4 });
const binary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const integer = (bits: number, signed = true) =>
  fc.oneof(
    fc.constantFrom(0, 1, signed ? -1 : 2, 2 ** (bits - 1) - 1),
    fc.maxSafeInteger().map((value) => {
      const rest = Math.abs(value) % 2 ** Math.min(bits, 53);
      return signed ? rest - 2 ** (Math.min(bits, 53) - 1) : rest;
    }),
  );
const kinds: { readonly [Kind in keyof Kinds]: fc.Arbitrary<Kinds[Kind]> } = {
  bool: fc.boolean(),
  int8: integer(8),
  int16: integer(16),
  uint16: integer(16, false),
  int32: integer(32),
  uint32: integer(32, false),
  int64: integer(53),
  float64: fc.double({ noNaN: true }),
  string: word,
  bytes: binary,
  records: binary,
  uuid: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString("base64url")),
};

/** What can be said in one version; the rest has its default. */
function valuesOf(fields: readonly FieldShape[], version: number): fc.Arbitrary<DraftOf<Layout>> {
  return fc.record(
    Object.fromEntries(
      fields.map((field) => [
        field.name,
        isInVersion(field, version) ? valueOf(field, version) : fc.constant(field.absent),
      ]),
    ),
    { noNullPrototype: true },
  ) as fc.Arbitrary<DraftOf<Layout>>;
}

function valueOf({ shape, isNullable }: FieldShape, version: number): fc.Arbitrary<unknown> {
  const value: fc.Arbitrary<unknown> =
    shape.type === "single"
      ? kinds[shape.kind]
      : shape.type === "array"
        ? fc.array(valueOf(shape.item, version), { maxLength: 3 })
        : valuesOf(shape.fields, version);
  return isNullable ? fc.option(value) : value;
}

describe.each(apis.map((api) => [api.name, api] as const))("%s", (_, api) => {
  const [lowest, highest] = api.versions;
  const versions = fc.integer({ min: lowest, max: highest });
  const messages = (fields: readonly FieldShape[]) =>
    versions.chain((version) => fc.tuple(fc.constant(version), valuesOf(fields, version)));
  const requests = messages(shapesOf(api.request));
  const runs = { numRuns: 10 * (highest - lowest + 1) };

  test("says in a request what was written", () => {
    fc.assert(
      fc.property(requests, ([version, value]) => {
        expect(readRequest(api, version, writeRequest(api, version, value))).toEqual(value);
      }),
      runs,
    );
  });

  test("says in a response what was written", () => {
    fc.assert(
      fc.property(messages(shapesOf(api.response)), ([version, value]) => {
        expect(readResponse(api, version, writeResponse(api, version, value))).toEqual(value);
      }),
      runs,
    );
  });

  test("is refused where it ends too early, and read or refused where bytes are wrong", () => {
    const changes = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(requests, changes, ([version, value], [place, change]) => {
        const bytes = writeRequest(api, version, value);
        fc.pre(bytes.length > 0);
        const at = place % bytes.length;
        expect(() => readRequest(api, version, bytes.subarray(0, at))).toThrow(MalformedError);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        try {
          readRequest(api, version, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 30 },
    );
  });
});

test("refuses more items than bytes are left, before it makes any", () => {
  const bytes = Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0]);
  expect(() => readRequest(metadata, 1, bytes)).toThrow(MalformedError);
});

test("leaves out of a response what a version lacks, and says for what is left out the default", () => {
  const brokers = [{ nodeId: 1, host: "a", port: 2, rack: "b" }];
  const bytes = writeResponse(metadata, 0, { brokers, clusterId: "c", topics: [] });
  const value = readResponse(metadata, 0, bytes);
  expect(value.brokers).toEqual([{ nodeId: 1, host: "a", port: 2, rack: null }]);
  expect(value).toMatchObject({ clusterId: null, controllerId: -1 });
});

test("passes over tagged fields that it does not know", () => {
  const newer = new Codec({ name: "string", more: "int32 1+ #7" }, 1, true);
  const known = new Codec({ name: "string" }, 1, true);
  const reader = new ByteReader(newer.write({ name: "a", more: 5 }));
  expect(known.readFrom(reader)).toEqual({ name: "a" });
  expect(reader.left).toBe(0);
});

test("writes record batches that do not lie behind each other as one value", () => {
  const batches = [Buffer.alloc(20_000, 1), Buffer.alloc(10, 2)];
  const codec = new Codec({ records: "records?" }, 0, true);
  expect(codec.read(codec.write({ records: batches }))).toEqual({
    records: Buffer.concat(batches),
  });
});
