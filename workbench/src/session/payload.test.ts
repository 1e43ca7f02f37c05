import { expect, test } from "vitest";
import { describePayload, indentJson } from "./payload.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("JSON is indented, and its numbers, keys and escapes stay as they were sent", () => {
  const sent =
    '{"id":12345678901234567890,"a":{},"a":[],"text":"{\\"x\\": [1,2]}","list":[1,{"b":null}]}';
  expect(indentJson(sent)).toBe(
    [
      "{",
      '  "id": 12345678901234567890,',
      '  "a": {},',
      '  "a": [],',
      '  "text": "{\\"x\\": [1,2]}",',
      '  "list": [',
      "    1,",
      "    {",
      '      "b": null',
      "    }",
      "  ]",
      "}",
    ].join("\n"),
  );
  expect(describePayload(bytes(sent))).toMatchObject({
    format: "json",
    size: sent.length,
    cut: false,
  });
});

test("whitespace that was there is not doubled", () => {
  expect(indentJson('{ "a" : [ ] ,\n "b":1 }')).toBe('{\n  "a": [],\n  "b": 1\n}');
});

test.each([" 12.50 ", "null", '"a\\\\"', "[ ]", " { } ", '{"a":"\\"}"}', '["x",-1e5 ,true]'])(
  "what is indented is the same JSON: %s",
  (text) => {
    expect(JSON.parse(indentJson(text) ?? "")).toEqual(JSON.parse(text));
  },
);

test("indented as JSON.stringify would, where numbers and keys allow for it", () => {
  const value = {
    a: [1, { b: [] }, "x,{y}:[z]"],
    'k"ey': { c: {}, d: [null, false, [[2]]] },
    e: "ü\n",
  };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  expect(indentJson(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2));
});

test("text stays text, bytes become hexadecimal", () => {
  expect(describePayload(bytes("Grüße, line\ntwo"))).toMatchObject({
    format: "text",
    preview: "Grüße, line\ntwo",
  });
  expect(describePayload(bytes(""))).toMatchObject({
    format: "text",
    preview: "",
    size: 0,
    base64: "",
  });
  const binary = describePayload(Uint8Array.of(0, 1, 0xff, 0x41));
  expect(binary.format).toBe("binary");
  expect(binary.preview).toMatch(/^000000 {2}00 01 ff 41 +\.\.\.A$/);
  expect(describePayload(bytes("bell\u0007")).format).toBe("binary");
});

test("what is long is cut and says so", () => {
  const long = describePayload(bytes("ä".repeat(1_000_000)));
  expect(long).toMatchObject({ format: "text", cut: true, size: 2_000_000 });
  expect(long.preview.length).toBeLessThanOrEqual(64 * 1024);
  expect(Buffer.from(long.base64, "base64").byteLength).toBe(64 * 1024);
  const deep = describePayload(bytes("[".repeat(2000) + "]".repeat(2000)));
  expect(deep).toMatchObject({ format: "json", cut: true });
});

test("a view into a larger buffer is its own bytes only", () => {
  const view = bytes("xxhelloxx").subarray(2, 7);
  expect(Buffer.from(describePayload(view).base64, "base64").toString()).toBe("hello");
});
