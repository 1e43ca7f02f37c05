import { expect, test } from "vitest";
import { ConnectError } from "./errors.ts";
import { parseServerUrl } from "./server-url.ts";

test.each([
  ["localhost:4222", { address: "nats://localhost:4222" }],
  ["nats://h:1", { address: "nats://h:1" }],
  ["nats://anna:p%40ss@h:1", { address: "nats://h:1", user: "anna", password: "p@ss" }],
  ["tls://[::1]:4222", { address: "tls://[::1]:4222" }],
])("%s", (text, expected) => {
  expect(parseServerUrl(text, "nats")).toEqual(expected);
});

test.each(["", "nats://", "nats://user:secret@host:port"])(
  "%j is refused, and shows no secret",
  (text) => {
    const parse = () => parseServerUrl(text, "nats");
    expect(parse).toThrow(ConnectError);
    expect(parse).not.toThrow(/secret/);
    expect(parse).toThrow(/write nats:\/\/host:port/);
  },
);
