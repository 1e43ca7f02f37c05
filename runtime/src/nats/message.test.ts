import { headers } from "nats";
import { expect, test } from "vitest";
import { PublishError } from "../errors.ts";
import { readHeaders, writeHeaders } from "./message.ts";

test("headers are read as they were written, with any text", () => {
  const written = { "content-type": "application/json", tenant: "Zoë ☃", empty: "" };
  expect(readHeaders(writeHeaders({ headers: written }, headers()))).toEqual({ headers: written });
  expect(readHeaders(undefined)).toEqual({ headers: {} });
});

test("a key travels beside them", () => {
  const written = { headers: { a: "1" }, key: "customer 7" };
  expect(readHeaders(writeHeaders(written, headers()))).toEqual(written);
});

test("a header that came twice is one list", () => {
  const twice = headers();
  twice.append("tag", "a");
  twice.append("tag", "b");
  expect(readHeaders(twice)).toEqual({ headers: { tag: "a, b" } });
});

test("a line break is refused: it would end the header", () => {
  expect(() => writeHeaders({ headers: { note: "two\nlines" } }, headers())).toThrow(PublishError);
});
