import { expect, test } from "vitest";
import { readHeaders, readMessage, writeMessage } from "./message.ts";

test("headers are text for everybody; binary and repeated ones stay in `raw`", () => {
  const headers = {
    tenant: Buffer.from("Zoë ☃"),
    tags: [Buffer.from("a"), Buffer.from("b")],
    empty: null as never,
  };
  expect(readHeaders(headers)).toEqual({ tenant: "Zoë ☃", tags: "a, b", empty: "" });
});

test("a record without a value is a tombstone, with or without a key", () => {
  const record = {
    topic: "orders",
    partition: 2,
    offset: "7",
    key: null,
    value: null,
    timestamp: "0",
    attributes: 0,
    headers: {},
  };
  expect(readMessage(record, 3)).toMatchObject({
    address: "orders",
    id: "orders/2/7",
    tombstone: true,
    attempt: 3,
    payload: new Uint8Array(),
  });
  expect(readMessage(record, 1)).not.toHaveProperty("key");
  expect(
    readMessage({ ...record, value: Buffer.alloc(0), key: Buffer.from("k") }, 1),
  ).toMatchObject({
    key: "k",
    payload: Buffer.alloc(0),
  });
  expect(
    writeMessage({ address: "orders", payload: new Uint8Array(), tombstone: true, headers: {} }),
  ).toEqual({ value: null, headers: {} });
});

test("what a publisher says of a record stands in it", () => {
  const written = writeMessage({
    address: "orders",
    payload: Uint8Array.of(1, 2),
    headers: { a: "1" },
    key: "k",
    options: {
      partition: 3,
      timestamp: new Date(1000),
      binaryHeaders: { b: Uint8Array.of(255), c: ["x", Uint8Array.of(0)] },
    },
  });
  expect(written).toEqual({
    key: "k",
    value: Buffer.of(1, 2),
    partition: 3,
    timestamp: "1000",
    headers: { a: "1", b: Buffer.of(255), c: ["x", Buffer.of(0)] },
  });
});
