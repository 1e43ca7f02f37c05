import { expect, test } from "vitest";
import { decode, encode } from "./codec.ts";
import { DecodeError } from "./errors.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  [{ a: [1, null, "ü"] }, "json"],
  ["text", "json"],
  [null, "json"],
  ["naïve ✓", "text"],
  [new Uint8Array([0, 255]), "bytes"],
] as const)("%j survives as %s", (value, codec) => {
  const { payload, contentType } = encode(value, codec);
  expect(decode(payload, contentType)).toEqual(value);
});

test("the message's own content type comes before the declaration's", () => {
  expect(decode(bytes("1"), "text/plain; charset=utf-8", "json")).toBe("1");
  expect(decode(bytes("1"), "application/vnd.shop+json", "text")).toBe(1);
  expect(decode(bytes("1"), "application/x-unknown", "text")).toBe("1");
});

test("undefined travels as null", () => {
  expect(decode(encode(undefined).payload, undefined)).toBeNull();
});

test("what cannot be read says what it was and what to declare", () => {
  expect(() => decode(bytes("ON"), undefined)).toThrow(
    new DecodeError(
      'not JSON: "ON" (declare `codec: "text"` or `codec: "bytes"` for other content)',
    ),
  );
  expect(() => decode(new Uint8Array([0xc3]), "text/plain")).toThrow("not UTF-8");
  expect(() => encode({}, "text")).toThrow("carries text, not an object");
});
