import { expect, test } from "vitest";
import { AddressError, ConnectError, DeclarationError } from "../errors.ts";
import { direct, exchange, headers, queue, RabbitmqBroker, topic } from "./index.ts";
import { isFinal, isPassing, refusal, textOf } from "./refusals.ts";
import { serversOf } from "./servers.ts";

const handle = async () => {};
const declaring = (on: unknown, options: object) => () =>
  new RabbitmqBroker().subscriber(on as string, options, handle);

test.each([
  ["prefetch -1", declaring("a", { prefetch: -1 }), /prefetch -1: give a whole number from 0/],
  ["prefetch too large", declaring("a", { prefetch: 65_536 }), /prefetch 65536/],
  [
    "prefetch below concurrency",
    declaring("a", { prefetch: 2, concurrency: 3 }),
    /prefetch 2 and concurrency 3/,
  ],
  [
    "a stream without prefetch",
    declaring(queue("s", { type: "stream" }), { prefetch: 0 }),
    /from 1/,
  ],
  ["a queue without a group", declaring("a", { queue: { type: "quorum" } }), /queue without group/],
  [
    "match on a topic exchange",
    declaring("a", { exchange: topic("t"), match: { all: {} } }),
    /match, but the exchange "t"/,
  ],
  [
    "a pattern on a direct exchange",
    declaring("a.*", { exchange: direct("d") }),
    /a pattern, but the exchange "d" is direct/,
  ],
  [
    "a pattern on a delayed direct exchange",
    declaring("a.#", {
      exchange: exchange("l", { type: "x-delayed-message", delayedType: "direct" }),
    }),
    /a pattern, but/,
  ],
  ["a queue with a parameter", declaring(queue("q.{id}"), {}), /a \{param\}/],
  [
    "a passive queue that is bound",
    declaring(queue("q", { passive: true, bind: [{ exchange: topic("t") }] }), {}),
    /passive queue with `bind`/,
  ],
  [
    "a name that is too long",
    declaring("a".repeat(250), { group: "billing" }),
    /longer than 255 bytes/,
  ],
])("%s is refused where it is declared", (_, declare, text) => {
  expect(declare).toThrow(DeclarationError);
  expect(declare).toThrow(text);
});

test("a queue's name has no wildcards", () => {
  expect(declaring(queue("orders.*"), {})).toThrow(AddressError);
  expect(declaring(queue("orders.*"), {})).toThrow(/bind it to an exchange/);
});

test("what can be is not refused", () => {
  declaring("a.*", { exchange: direct("d"), bindKey: "k" })();
  declaring("a", {
    exchange: headers("h"),
    match: { all: { kind: "a" } },
    prefetch: 0,
    concurrency: 9,
  })();
  declaring(queue("q", { passive: true }), { prefetch: 5, concurrency: 5 })();
});

test("servers: host, port, credentials and virtual host, as the options or the URL say", () => {
  const [one, two] = serversOf("amqp://anna:s3%40@one/shop, amqps://[::1]:5673", { vhost: "a/b" });
  expect(one).toEqual({
    address: "amqp://one/shop",
    options: {
      protocol: "amqp",
      hostname: "one",
      port: 5672,
      username: "anna",
      password: "s3@",
      vhost: "a%2Fb",
      heartbeat: 20,
    },
  });
  expect(two?.options).toMatchObject({
    protocol: "amqps",
    hostname: "::1",
    port: 5673,
    username: "guest",
    password: "guest",
  });
  const options = { user: "bob", password: "b", tls: {}, heartbeat: 0 };
  expect(serversOf("one", options)[0]?.options).toMatchObject({
    protocol: "amqps",
    port: 5671,
    username: "bob",
    password: "b",
    vhost: "%2F",
    heartbeat: 0,
  });
  expect(() => serversOf("http://one", {})).toThrow(ConnectError);
});

test("refusals keep RabbitMQ's own words and say what to do", () => {
  const text = `PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'`;
  const from = (code: number, said: string) =>
    Object.assign(new Error(`Operation failed: QueueDeclare; ${code} (X) with message "${said}"`), {
      code,
    });
  const cause = from(406, text);
  expect(textOf(cause)).toBe(text);
  const different = refusal(cause, `the queue "q"`);
  expect(different).toBeInstanceOf(DeclarationError);
  expect(different.message).toBe(
    `the queue "q" exists and is different: RabbitMQ says ${text}. Declare it as it is, declare it passive, or delete it first`,
  );
  expect(different.cause).toBe(cause);
  expect(refusal(from(403, "ACCESS_REFUSED - x"), "it")).toBeInstanceOf(ConnectError);
  expect(refusal(from(404, "NOT_FOUND - x"), "it").message).toContain("Create what is missing");
  expect(refusal(from(406, "PRECONDITION_FAILED - invalid arg"), "it").message).toMatch(
    /^it cannot be/,
  );
  expect(refusal(different, "another")).toBe(different);
  expect([from(503, ""), from(540, ""), from(406, ""), new Error("lost")].map(isFinal)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const leaderless =
    "PRECONDITION_FAILED - queue 's' in vhost '/' does not have a replica on the local node";
  expect([from(406, leaderless), cause, new Error(leaderless)].map(isPassing)).toEqual([
    true,
    false,
    false,
  ]);
  expect(textOf(Object.assign(new Error(""), { code: "ECONNREFUSED" }))).toBe("ECONNREFUSED");
});
