import { expect, test } from "vitest";
import { filterOf, overlap, readHeaders, sessionId, writeHeaders } from "./message.ts";

test("the content type travels in its own property, other headers as user properties", () => {
  const headers = { "content-type": "text/plain", correlation_id: "c", "x-Ä": "☃" };
  const properties = writeHeaders(headers);
  expect(properties).toEqual({
    contentType: "text/plain",
    userProperties: { correlation_id: "c", "x-Ä": "☃" },
  });
  expect(readHeaders({ properties } as never)).toEqual(headers);
  expect(writeHeaders({})).toEqual({});
});

test("a user property that came twice is one list", () => {
  const packet = { properties: { userProperties: { tag: ["a", "b"] } } };
  expect(readHeaders(packet as never)).toEqual({ tag: "a, b" });
});

test("a group subscribes to a shared filter", () => {
  expect(filterOf("a/+", undefined)).toBe("a/+");
  expect(filterOf("a/+", "g")).toBe("$share/g/a/+");
});

test("a client id begins with the service, has no wildcard, and differs by address and group", () => {
  const ids = [
    sessionId("shipping", "orders/+/paid", undefined),
    sessionId("shipping", "orders/#", undefined),
    sessionId("shipping", "orders/+/paid", "g"),
    sessionId("shipping-2", "orders/+/paid", "g"),
  ];
  expect(ids).toEqual([
    "shipping-sub-orders-_-paid",
    "shipping-sub-orders-__",
    "shipping-sub-orders-_-paid-g",
    "shipping-2-sub-orders-_-paid-g",
  ]);
  const long = [1, 2].map((end) => sessionId("s", `${"x/".repeat(60)}${end}`, undefined));
  expect(new Set(long).size).toBe(2);
  expect(Math.max(...long.map((id) => id.length))).toBeLessThan(80);
});

test.each([
  ["a", "a", true],
  ["a", "b", false],
  ["a/+", "a/b", true],
  ["a/+", "+/b", true],
  ["a/+", "b/+", false],
  ["a/+", "a", false],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["a/#", "b/#", false],
  ["#", "x/y", true],
  ["$share/g/a/+", "a/b", true],
  ["$share/g/a/b", "$share/h/a/c", false],
])("%s and %s overlap: %s", (one, other, expected) => {
  expect(overlap(one, other)).toBe(expected);
  expect(overlap(other, one)).toBe(expected);
});
