import { expect, test, vi } from "vitest";
import { inBrief, linksIn, operation, readFixture } from "./reading-fixtures.ts";

// TypeScript warms up in the first of them, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

/** Links without what is the same in all of them. */
function short(lines: readonly string[], fixture: string): string[] {
  return lines.map((line) => line.replaceAll(`${fixture}:`, "").replaceAll(/(send|receive):/g, ""));
}

function unheard(topology: ReturnType<typeof readFixture>): string[] {
  return topology.problems
    .filter(({ code }) => code === "nobody-listens" || code === "nobody-speaks")
    .map(({ code, subject }) => `${code} ${subject.replace(/:[^:]*:/, ":")}`);
}

test("kafka-topics-and-patterns: patterns find topics, partitions are of a topic, a prefix stands before both", () => {
  const fixture = "kafka-topics-and-patterns";
  const topology = readFixture(fixture);
  expect(short(linksIn(topology, "message"), fixture)).toEqual([
    "kafka:orders.eu > kafka.pattern:/^orders\\.(eu|us)$/i",
    "kafka:orders.asia > kafka:orders.asia",
    "kafka:returns.{region} > kafka.pattern:/^returns\\.[a-z]+$/",
    "kafka:returns.{region} > kafka:returns.{place}",
    "kafka:raw > kafka:raw",
    "kafka:raw > kafka:raw:2",
    "kafka:admin.users.created > kafka.pattern:admin. /^users\\./",
  ]);
  expect(topology.channels.find(({ id }) => id.startsWith("kafka.pattern:/^orders"))).toEqual({
    id: "kafka.pattern:/^orders\\.(eu|us)$/i",
    protocol: "kafka",
    kind: "pattern",
    address: "/^orders\\.(eu|us)$/i",
    pattern: "/^orders\\.(eu|us)$/i",
    params: [],
  });
  expect(unheard(topology)).toEqual([]);
  expect(inBrief(topology)).toContain("receive:kafka-topics-and-patterns:kafka:raw:2 tail (tail)");
  expect(topology.servers[0]?.address).toEqual({
    kind: "environment",
    variable: "MILLRACE_KAFKA_URL",
    default: "localhost:9092",
  });
});

test("kafka-topics-and-patterns: a batch's message is one of the array that the handler is given", () => {
  const topology = readFixture("kafka-topics-and-patterns");
  const { message, group } = operation(
    topology,
    "receive:kafka-topics-and-patterns:kafka:orders.asia",
  );
  expect(group).toBe("archive");
  expect(message).toMatchObject({
    known: true,
    name: "Order",
    schema: { properties: { id: { type: "string" }, total: { type: "number" } } },
  });
});

const lost = '"lost" on the exchange topic(process.env["EXCHANGE"] as string)';

test("rabbitmq-exchanges-and-queues: bindings lead from an exchange to queues, and to other exchanges", () => {
  const fixture = "rabbitmq-exchanges-and-queues";
  const topology = readFixture(fixture);
  expect(short(linksIn(topology, "message"), fixture)).toEqual([
    "rabbitmq:orders.created > rabbitmq:orders.#",
    "rabbitmq@events:orders.{id}.paid > rabbitmq@events:orders.*.paid",
    "rabbitmq@events:orders.{id}.paid > rabbitmq.queue:invoices.print",
    "rabbitmq@events:orders.{id}.paid > rabbitmq@audit:audited",
    "rabbitmq.queue:invoices.print > rabbitmq.queue:invoices.print",
    "rabbitmq@news:anything > rabbitmq@news:something",
    "rabbitmq@sized:any.size > rabbitmq@sized:big",
    "rabbitmq@later:remind > rabbitmq@later:remind",
    "rabbitmq.queue:ledger > rabbitmq.queue:ledger",
  ]);
  expect(topology.links.filter(({ kind }) => kind === "dead-letter")).toEqual([
    {
      kind: "dead-letter",
      from: `receive:${fixture}:rabbitmq.queue:invoices.print`,
      to: `receive:${fixture}:rabbitmq.queue:invoices.failed`,
    },
  ]);
  // The queue is heard, its dead letters are spoken to; an exchange that is not known is nowhere.
  expect(unheard(topology)).toEqual([
    "nobody-speaks receive:rabbitmq:#.paid",
    "nobody-listens send:rabbitmq@desk:invoices.print",
  ]);
  expect(topology.problems.find(({ code }) => code === "nobody-listens")?.message).toContain(
    'listens to "invoices.print" on the exchange "desk"',
  );
  expect(topology.channels.find(({ address }) => address === null)).toMatchObject({
    id: `rabbitmq:?${lost}`,
    expression: lost,
  });
});

test("rabbitmq-exchanges-and-queues: a channel says what it is, where it is and what it is bound to", () => {
  const { channels, operations } = readFixture("rabbitmq-exchanges-and-queues");
  const found = (id: string) => channels.find((channel) => channel.id === id);
  expect(found("rabbitmq.queue:invoices.print")).toEqual({
    id: "rabbitmq.queue:invoices.print",
    protocol: "rabbitmq",
    kind: "queue",
    bindings: [{ exchange: "events", key: "orders.*.paid" }],
    address: "invoices.print",
    pattern: "invoices.print",
    params: [],
  });
  expect(found("rabbitmq@events:orders.{id}.paid")).toMatchObject({
    exchange: { name: "events", type: "topic" },
    pattern: "orders.*.paid",
    params: ["id"],
  });
  expect(found("rabbitmq:orders.created")?.exchange).toEqual({ name: "amq.topic", type: "topic" });
  // One declaration says that the queue is a stream, the other does not know.
  expect(found("rabbitmq.queue:ledger")?.kind).toBe("stream");
  const groups = Object.fromEntries(operations.map(({ name, group }) => [name, group]));
  expect(groups).toMatchObject({ onOrders: "billing", print: "invoices.print" });
  expect(groups["onLedger"]).toBeUndefined();
});

test("nats-streams-and-buckets: a stream's subjects are subjects, keys and objects are of their bucket", () => {
  const fixture = "nats-streams-and-buckets";
  const topology = readFixture(fixture);
  expect(short(linksIn(topology, "message"), fixture)).toEqual([
    "nats:orders.{id}.created > nats:orders.*.created",
    "nats:orders.{id}.created > nats:orders.>",
    "nats:orders.{id}.created > nats:orders.lost",
    "nats:orders.{id}.paid > nats:orders.>",
    "nats:orders.{id}.paid > nats:orders.*.paid",
    "nats:late.orders > nats:orders.lost",
    "nats.kv:profiles/users.{id} > nats.kv:profiles/users.*",
    "nats.kv:profiles/users.{id} > nats.kv:profiles/>",
  ]);
  expect(unheard(topology)).toEqual(["nobody-listens send:nats:users.7"]);
  const bill = operation(topology, `receive:${fixture}:nats:orders.*.created`);
  expect(bill).toMatchObject({ stream: "ORDERS", group: "billing" });
  // The durable is who shares the messages; the further subjects that it takes reach it as well.
  expect(operation(topology, `receive:${fixture}:nats:orders.lost`).group).toBe("catch-up");
  expect(operation(topology, `receive:${fixture}:nats:orders.>`).stream).toBe("ORDERS");
  expect(operation(topology, `send:${fixture}:nats:orders.{id}.created`).stream).toBeUndefined();
  expect(topology.channels.find(({ id }) => id === "nats.kv:profiles/users.{id}")).toEqual({
    id: "nats.kv:profiles/users.{id}",
    protocol: "nats",
    kind: "kv",
    bucket: "profiles",
    address: "users.{id}",
    pattern: "users.*",
    params: ["id"],
  });
});

test("redis-four-ways: channels, lists and streams of one name are three things, patterns hear channels", () => {
  const fixture = "redis-four-ways";
  const topology = readFixture(fixture);
  expect(short(linksIn(topology, "message"), fixture)).toEqual([
    "redis:jobs > redis:jobs",
    "redis.list:jobs > redis.list:jobs",
    "redis.stream:jobs > redis.stream:jobs",
    "redis:logs:{service}.error > redis.pattern:logs:*.e[rx]ror",
    "redis:logs:{service}.error > redis:logs:{name}.error",
    "redis:shop*:sold > redis.pattern:shop\\*:s*",
  ]);
  expect(topology.links.filter(({ kind }) => kind === "dead-letter")).toEqual([
    {
      kind: "dead-letter",
      from: `receive:${fixture}:redis.list:jobs`,
      to: `receive:${fixture}:redis.list:jobs.bad`,
    },
  ]);
  expect(unheard(topology)).toEqual(["nobody-speaks receive:redis.pattern:logs:?"]);
  expect(operation(topology, `receive:${fixture}:redis.stream:jobs`).group).toBe("readers");
  expect(operation(topology, `receive:${fixture}:redis.list:jobs`).group).toBe("jobs");
});

test("channels-through-everything: consts, imports, re-exports, namespaces, functions, templates of the message", () => {
  const fixture = "channels-through-everything";
  const topology = readFixture(fixture);
  expect(inBrief(topology)).toEqual([
    `receive:${fixture}:redis.list:jobs.today consume (jobs.today)`,
    `receive:${fixture}:redis.stream:stock.moves moved (readers)`,
    `send:${fixture}:redis.stream:stock.counts counted`,
    `receive:${fixture}:redis.list:per.eu - (per.eu)`,
    `receive:${fixture}:redis.list:per.us - (per.us)`,
    `receive:${fixture}:redis:orders sent`,
    `send:${fixture}:redis.list:per.{region} -`,
    `send:${fixture}:redis:?list(process.env.LIST as string) -`,
    `send:${fixture}:redis:?entries(String(Math.random())) -`,
  ]);
  expect(short(linksIn(topology, "message"), fixture)).toEqual([
    "redis.list:per.{region} > redis.list:per.eu",
    "redis.list:per.{region} > redis.list:per.us",
  ]);
  expect(topology.servers[0]?.address).toEqual({
    kind: "environment",
    variable: "REDIS",
    default: "redis://redis:6379",
  });
});
