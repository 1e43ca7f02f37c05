/** What is refused where it is declared. */
import { DeclarationError } from "millrace";
import { expect, test } from "vitest";
import { addressOf } from "./channels.ts";
import { KafkaBroker, KafkaRouter } from "./broker.ts";
import { partitions, pattern } from "./channels.ts";

const ignore = async () => {};

test("a pattern's named groups are parameters, below a prefix, too", () => {
  const channel = pattern(/^orders\.(?<country>[a-z]{2})$/g);
  const address = addressOf(channel, "");
  expect(address.params).toEqual(["country"]);
  expect([address.match("orders.de"), address.match("orders.de")]).toEqual([
    { country: "de" },
    { country: "de" },
  ]);
  expect(address.match("orders.deu")).toBeNull();
  const below = addressOf(channel, "eu.");
  expect(below.match("eu.orders.de")).toEqual({ country: "de" });
  expect(below.match("orders.de")).toBeNull();
});

test("options that cannot go together are one error that names them", () => {
  const broker = new KafkaBroker();
  const declared: [() => unknown, RegExp][] = [
    [() => broker.subscriber("or ders", {}, ignore), /"or ders" is no name for a topic/],
    [() => broker.subscriber("orders.*", {}, ignore), /wildcard.*pattern/],
    [() => broker.subscriber("orders", { group: "" }, ignore), /empty group/],
    [
      () => broker.subscriber("orders", { groupInstanceId: "1" }, ignore),
      /groupInstanceId without group/,
    ],
    [
      () => broker.subscriber("orders", { heartbeatInterval: 9000, sessionTimeout: 9000 }, ignore),
      /heartbeatInterval 9000/,
    ],
    [() => broker.subscriber("orders", { commitInterval: -1 }, ignore), /commitInterval -1/],
    [
      () => broker.subscriber("orders", { from: { timestamp: new Date("no") } }, ignore),
      /from.timestamp/,
    ],
    [
      () => broker.subscriber(partitions("orders", [0]), { group: "g" } as never, ignore),
      /partitions and a group/,
    ],
    [() => partitions("orders", [-1]), /whole numbers from 0/],
    [() => new KafkaBroker({ idempotent: true, acks: "leader" }), /idempotent needs acks "all"/],
    [() => new KafkaBroker({ compression: "lz4" }), /needs codecs.lz4/],
    [() => new KafkaBroker({ replyTopic: "a b" }), /replyTopic "a b"/],
  ];
  for (const [declare, text] of declared) {
    expect(declare).toThrow(DeclarationError);
    expect(declare).toThrow(text);
  }
});

test("a router's prefix comes before topics and patterns", () => {
  const router = new KafkaRouter({ prefix: "eu." });
  expect(router.subscriber("orders.{id}", {}, ignore).address).toBe("eu.orders.{id}");
  expect(router.subscriber(pattern(/^a/), {}, ignore).address).toBe("eu. /^a/");
});
