import { describe, expect, test } from "vitest";
import { DeclarationError } from "../errors.ts";
import { jetstream, kv, NatsBroker, objects } from "./index.ts";

const broker = new NatsBroker({});
const handler = async () => {};

describe("what cannot go together is told where it is declared, by the option's name", () => {
  const stream = "ORDERS";
  const on = jetstream("orders", { stream });
  const cases: [string, () => unknown][] = [
    ["stream", () => broker.subscriber(jetstream("a", { stream: "a.b" }), {}, handler)],
    ["stream", () => broker.subscriber(jetstream("a", { stream: { name: "" } }), {}, handler)],
    ["group", () => broker.subscriber(on, { group: "a b" }, handler)],
    [
      "group and durable",
      () => broker.subscriber(jetstream("a", { stream, durable: "d" }), { group: "g" }, handler),
    ],
    ["durable", () => broker.subscriber(jetstream("a", { stream, durable: "a.b" }), {}, handler)],
    [
      "group and ordered",
      () =>
        broker.subscriber(
          jetstream("a", { stream, ordered: true }),
          { group: "g" } as object,
          handler,
        ),
    ],
    ["ackWait and backoff", () => broker.subscriber(on, { ackWait: 1, backoff: [1] }, handler)],
    ["maxDeliver 2", () => broker.subscriber(on, { maxDeliver: 2, backoff: [1, 2] }, handler)],
    ["prefetch -1", () => broker.subscriber(on, { prefetch: -1 }, handler)],
    ["subjects", () => broker.subscriber(on, { subjects: [] }, handler)],
    ["reply", () => broker.subscriber(on, { reply: {} } as object, handler)],
    ["bucket", () => broker.subscriber(kv("a.b"), {}, handler)],
    ["bucket", () => broker.subscriber(objects("a/b"), {}, handler)],
  ];
  test.for(cases)("%s", ([option, declare]) => {
    expect(declare).toThrow(DeclarationError);
    expect(declare).toThrow(new RegExp(option));
  });
});
