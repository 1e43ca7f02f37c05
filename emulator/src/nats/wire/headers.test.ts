import { expect, test } from "vitest";
import { decodeHeaders, encodeHeaders, headerRecord } from "./headers.ts";

test("what is encoded is decoded", () => {
  const headers = {
    "content-type": "application/json",
    traceparent: "00-1-2-01",
    city: "Zürich: Süd",
  };
  expect(headerRecord(encodeHeaders(headers))).toEqual(headers);
  expect(Buffer.from(encodeHeaders({ a: "b" })).toString()).toBe("NATS/1.0\r\na: b\r\n\r\n");
});

test.each([
  ["NATS/1.0 503\r\n\r\n", { status: "503", description: "", values: [] }],
  [
    "NATS/1.0 408 Request Timeout\r\nx: y\r\n\r\n",
    { status: "408", description: "Request Timeout", values: [["x", "y"]] },
  ],
  [
    "NATS/1.0\r\nmany: 1\r\nmany: 2\r\n\r\n",
    {
      values: [
        ["many", "1"],
        ["many", "2"],
      ],
    },
  ],
  ["NATS/1.0\r\nno colon\r\n: no name\r\nx:\r\n\r\n", { values: [["x", ""]] }],
  ["", { values: [] }],
])("reads %j", (block, expected) => {
  expect(decodeHeaders(Buffer.from(block))).toEqual(expected);
});

test("the journal has repeated values behind each other, and none where there is no block", () => {
  expect(headerRecord(Buffer.from("NATS/1.0\r\na: 1\r\na: 2\r\n\r\n"))).toEqual({ a: "1, 2" });
  expect(headerRecord(undefined)).toEqual({});
});

test.each([{ "a:b": "c" }, { "a\r\nb": "c" }, { a: "b\r\nc: d" }, { "": "x" }])(
  "refuses %j",
  (headers) => {
    expect(() => encodeHeaders(headers)).toThrow(/cannot be sent/);
  },
);
