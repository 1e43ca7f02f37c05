import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PublishError } from "../errors.ts";
import { isSealed, seal, unseal } from "./envelope.ts";

const headers = { correlation_id: "c-1", tenant: "Zoë ☃ 𝄞" };
const payload = Buffer.from('{"id":1}');
const plain = (data: Uint8Array) => {
  const read = unseal(data);
  return { payload: Buffer.from(read.payload).toString("latin1"), headers: read.headers };
};

describe("the binary envelope", () => {
  test("is FastStream's, byte by byte", () => {
    const sealed = seal({ payload: Buffer.from("hi"), headers: { ab: "é" } }, "binary");
    expect(sealed.toString("hex")).toBe(
      [
        "8942494e0d0a1a0a", // identity
        "0001", // version
        "00000012", // headers at 18
        "0000001c", // payload at 28
        "0001", // one header
        "00026162", // ab
        "0002c3a9", // é, 2 bytes
        "6869", // hi
      ].join(""),
    );
    expect(isSealed(sealed)).toBe(true);
  });

  test("is read where its writer counted characters, as FastStream 0.7 does", () => {
    const counted = (text: string) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Array.from(text).length);
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const area = Buffer.concat(Object.entries(headers).flat().map(counted));
    const sealed = Buffer.concat([
      seal({ payload: Buffer.alloc(0), headers: {} }, "binary").subarray(0, 18),
      Buffer.from([0, 2]),
      area,
      payload,
    ]);
    sealed.writeUInt32BE(20 + area.length, 14);
    expect(plain(sealed)).toEqual({ payload: '{"id":1}', headers });
  });

  test("that is cut off or lies about its lengths is a payload", () => {
    const sealed = seal({ payload, headers }, "binary");
    for (let length = 0; length < sealed.length - payload.length; length++)
      expect(plain(sealed.subarray(0, length)).headers).toEqual({});
    for (const [at, value] of [
      [8, 2],
      [10, 0xffff],
      [18, 9],
      [20, 0xffff],
    ] as const) {
      const wrong = Buffer.from(sealed);
      wrong.writeUInt16BE(value, at);
      expect(plain(wrong)).toEqual({ payload: wrong.toString("latin1"), headers: {} });
    }
  });

  test("has room for so much only", () => {
    const long = { note: "x".repeat(0x10000) };
    expect(() => seal({ payload, headers: long }, "binary")).toThrow(PublishError);
    expect(() => seal({ payload, headers: long }, "binary")).toThrow('"note" has 65536 bytes');
  });
});

describe("the JSON envelope", () => {
  test("is FastStream's", () => {
    expect(JSON.parse(seal({ payload, headers }, "json").toString())).toEqual({
      data: '{"id":1}',
      headers,
    });
  });

  test("carries text only", () => {
    expect(() => seal({ payload: Uint8Array.of(0xff), headers }, "json")).toThrow("not text");
  });

  test("is told from other JSON", () => {
    for (const other of [
      '{"data": "x"}',
      '{"data": "x", "headers": [], "more": 1}',
      '{"data": {"a": 1}, "headers": {}}',
      '{"data": "x", "headers": ["a"]}',
      '{"data": "x", "headers": {}, "id": 1}',
      '{"headers"',
      '["headers"]',
      "null",
    ])
      expect(plain(Buffer.from(other))).toEqual({ payload: other, headers: {} });
  });

  test("with other values than text has them as JSON", () => {
    const sealed = Buffer.from('{"data":"x","headers":{"n":1,"deep":{"a":[null]}}}');
    expect(plain(sealed)).toEqual({ payload: "x", headers: { n: "1", deep: '{"a":[null]}' } });
  });
});

test("without an envelope there is only the payload", () => {
  expect(seal({ payload, headers }, "none")).toEqual(payload);
});

const anyHeaders = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }));

test("any headers and any payload come back as they were", () => {
  fc.assert(
    fc.property(anyHeaders, fc.uint8Array(), (given, bytes) => {
      const read = unseal(seal({ payload: bytes, headers: given }, "binary"));
      expect([...read.payload]).toEqual([...bytes]);
      expect(Object.entries(read.headers)).toEqual(Object.entries(given));
    }),
  );
  fc.assert(
    fc.property(anyHeaders, fc.string({ unit: "binary" }), (given, text) => {
      const read = unseal(seal({ payload: Buffer.from(text), headers: given }, "json"));
      expect(Buffer.from(read.payload).toString()).toBe(text);
      expect(Object.entries(read.headers).toSorted()).toEqual(Object.entries(given).toSorted());
    }),
  );
});

test("any bytes are read, those of a broken envelope too", () => {
  const identity = seal({ payload: Buffer.alloc(0), headers: {} }, "binary").subarray(0, 10);
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void unseal(bytes)));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      unseal(Buffer.concat([identity, bytes]));
    }),
  );
  fc.assert(fc.property(fc.json(), (text) => void unseal(Buffer.from(text))));
});
