import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Clock, createClock } from "../../clock.ts";
import { Content } from "../wire/content.ts";
import type { Properties } from "../wire/properties.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type {
  Consumer,
  Delivery,
  Message,
  Queue,
  QueueDeclaration,
  VirtualHost,
} from "./contract.ts";
import { Policies } from "./policies.ts";
import { createQueueHost } from "./queue-host.ts";
import { createQueue } from "./queue-types.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

/** A virtual host of which only queues are real: an exchange "dlx" that leads to the queues named. */
interface World {
  readonly clock: Clock;
  readonly policies: Policies;
  readonly log: string[];
  readonly deadLettersTo: string[];
  queue(name: string, settings?: Settings, more?: Partial<QueueDeclaration>): Queue;
}

type Settings = Record<string, string | number | boolean>;

function world(): World {
  const clock = createClock();
  const queues = new Map<string, Queue>();
  const log: string[] = [];
  const deadLettersTo: string[] = [];
  const policies = new Policies(() => queues.forEach((queue) => queue.applyPolicy()));
  const vhost = {
    name: "/",
    policies,
    queues,
    exchanges: new Map([["dlx", {}]]),
    dropQueue(queue: Queue) {
      queues.delete(queue.name);
      log.push(`gone ${queue.name}`);
      queue.close();
    },
    forward(message: Message, except: (queue: Queue) => boolean) {
      const to = deadLettersTo.flatMap((name) => queues.get(name) ?? []);
      const taken = to.filter((queue) => !except(queue));
      return { queues: taken.length, refused: !taken.every((queue) => queue.push(message)) };
    },
  } as unknown as VirtualHost;
  const host = createQueueHost(clock, vhost, (kind, message, queue, reason) =>
    log.push(`${kind} ${message.content.body.toString()} ${queue.name} ${reason}`),
  );
  return {
    clock,
    policies,
    log,
    deadLettersTo,
    queue(name, settings = {}, more = {}) {
      const created = createQueue(host, {
        name,
        durable: true,
        owner: null,
        autoDelete: false,
        arguments: table(settings),
        ...more,
      });
      queues.set(name, created);
      return created;
    },
  };
}

function table(settings: Settings): FieldTable {
  return new Map(
    Object.entries(settings).map(([name, value]): [string, FieldValue] => {
      if (typeof value === "string") return [name, { type: "longstr", value: Buffer.from(value) }];
      if (typeof value === "boolean") return [name, { type: "bool", value }];
      return [name, { type: "signedint", value }];
    }),
  );
}

let number = 0;
function publish(queue: Queue, body: string, properties: Properties = {}): boolean {
  const content = Content.of(properties, Buffer.from(body));
  return queue.push({ number: ++number, exchange: "", routingKey: queue.name, content });
}

interface Reader extends Consumer {
  readonly got: Delivery[];
  readonly bodies: string[];
  settle(how: "acknowledge" | "requeue" | "reject" | "release", ...bodies: string[]): void;
}

function reader(queue: Queue, more: Partial<Consumer> = {}): Reader {
  const got: Delivery[] = [];
  const held: Delivery[] = [];
  const consumer: Reader = {
    tag: "reader",
    channel: { globalPrefetch: 0 } as Consumer["channel"],
    noAck: false,
    exclusive: false,
    arguments: new Map(),
    priority: 0,
    prefetch: 0,
    got,
    get bodies() {
      return got.map(
        ({ content, redelivered }) => `${content.body.toString()}${redelivered ? "+" : ""}`,
      );
    },
    ready: () => consumer.prefetch === 0 || held.length < consumer.prefetch,
    deliver(delivery) {
      got.push(delivery);
      if (!consumer.noAck) held.push(delivery);
    },
    cancelled: () => got.length,
    settle(how, ...bodies) {
      const settled = held.filter(({ content }) => bodies.includes(content.body.toString()));
      for (const each of settled) held.splice(held.indexOf(each), 1);
      queue[how](settled);
      queue.wake(consumer);
    },
    ...more,
  };
  queue.consume(consumer);
  return consumer;
}

function drain(queue: Queue): string[] {
  const bodies: string[] = [];
  for (let got = queue.get(true); got !== null; got = queue.get(true)) {
    const { content, redelivered } = got.delivery;
    bodies.push(`${content.body.toString()}${redelivered ? "+" : ""}`);
  }
  return bodies;
}

/** x-death as plain values. */
function deathsOf({ content }: Delivery): unknown[] {
  const field = content.properties.headers?.get("x-death");
  if (field?.type !== "array") return [];
  return field.value.map((death) => death.type === "table" && plain(death.value));
}

function plain(fields: FieldTable): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, field]) => [name, value(field)]));
}

function value(field: FieldValue): unknown {
  if (field.type === "longstr") return field.value.toString();
  if (field.type === "array") return field.value.map(value);
  return "value" in field ? field.value : null;
}

test("what comes back to a classic queue stands where it stood, however it comes back", () => {
  const queue = world().queue("q");
  const first = reader(queue, { prefetch: 5 });
  for (const body of "abcdefg") publish(queue, body);
  queue.cancel(first);
  expect(drain(queue)).toEqual(["f", "g"]);
  publish(queue, "h");
  first.settle("requeue", "d");
  first.settle("requeue", "b", "a");
  first.settle("acknowledge", "c");
  first.settle("release", "e");
  expect(drain(queue)).toEqual(["a+", "b+", "d+", "e+", "h"]);
});

test("a quorum queue counts what comes back, and lets it wait behind the others where it counts without end", () => {
  const { queue: declare, log } = world();
  const counts = (deliveries: readonly Delivery[]) =>
    deliveries.map(({ content }) => {
      const count = content.properties.headers?.get("x-delivery-count");
      return `${content.body.toString()}${count?.type === "long" ? count.value : "-"}`;
    });
  const endless = declare("endless", { "x-queue-type": "quorum" });
  for (const body of "abcd") publish(endless, body);
  const one = reader(endless, { prefetch: 2 });
  one.settle("requeue", "a");
  expect(counts(one.got)).toEqual(["a-", "b-", "c-"]);
  one.settle("release", "b", "c");
  expect(counts(one.got.slice(3))).toEqual(["b1", "c1"]);
  endless.cancel(one);
  expect(counts(endless.peek(2))).toEqual(["d0", "a1"]);

  const limited = declare("limited", { "x-queue-type": "quorum", "x-delivery-limit": 2 });
  for (const body of "xy") publish(limited, body);
  const two = reader(limited, { prefetch: 1 });
  for (let time = 0; time < 3; time++) two.settle("requeue", "x");
  expect(counts(two.got)).toEqual(["x-", "x1", "x2", "y-"]);
  expect(log).toEqual(["dropped x limited delivery_limit"]);
});

test("higher priorities go first, and are the first to be dropped where a queue is too long", () => {
  const { queue: declare, log } = world();
  const queue = declare("q", { "x-max-priority": 5, "x-max-length": 4 });
  for (const [body, priority] of [
    ["a", 1],
    ["b", 9],
    ["c", 5],
    ["d", 0],
  ] as const)
    publish(queue, body, { priority });
  publish(queue, "e");
  expect(log).toEqual(["dropped b q maxlen"]);
  const held = queue.get(false);
  if (held) queue.requeue([held.delivery]);
  expect(drain(queue)).toEqual(["c+", "a", "d", "e"]);
});

test("a message expires at the head, when it comes there", () => {
  const { queue: declare, clock, log } = world();
  const queue = declare("q", { "x-message-ttl": 5_000 });
  publish(queue, "queue's");
  publish(queue, "own", { expiration: "100" });
  publish(queue, "too long", { expiration: "60000" });
  clock.advance(4_999);
  expect([queue.messageCount, log]).toEqual([3, []]);
  clock.advance(1);
  expect(log).toEqual([
    "expired queue's q expired",
    "expired own q expired",
    "expired too long q expired",
  ]);
  const held = reader(queue, { prefetch: 1 });
  publish(queue, "taken", { expiration: "0" });
  publish(queue, "not taken", { expiration: "0" });
  expect(held.bodies).toEqual(["taken"]);
  clock.advance(9_999);
  held.settle("requeue", "taken");
  expect(log.slice(3)).toEqual(["expired not taken q expired", "expired taken q expired"]);
});

test("limits: what is at the head goes, or the publisher is refused", () => {
  const { queue: declare, log } = world();
  const head = declare("head", { "x-max-length": 2, "x-max-length-bytes": 10 });
  for (const body of ["aaaa", "bbbb", "cc", "dddddddd"]) publish(head, body);
  expect(drain(head)).toEqual(["cc", "dddddddd"]);
  expect(publish(head, "eleven bytes")).toBe(true);
  expect(drain(head)).toEqual([]);

  const classic = declare("classic", { "x-max-length": 2, "x-overflow": "reject-publish" });
  expect(["a", "b", "c"].map((body) => publish(classic, body))).toEqual([true, true, false]);
  // A quorum queue takes one more, and then none until a fifth of its room is free.
  const quorum = declare("quorum", {
    "x-queue-type": "quorum",
    "x-max-length": 5,
    "x-overflow": "reject-publish",
  });
  expect(["a", "b", "c", "d", "e", "f", "g"].map((body) => publish(quorum, body))).toEqual([
    ...Array.from({ length: 6 }, () => true),
    false,
  ]);
  quorum.get(true);
  expect(publish(quorum, "h")).toBe(false);
  quorum.get(true);
  expect(publish(quorum, "i")).toBe(true);
  expect(log).toEqual([
    "dropped aaaa head maxlen",
    "dropped bbbb head maxlen",
    "dropped eleven bytes head maxlen",
    "dropped c classic reject-publish",
    "dropped g quorum reject-publish",
    "dropped h quorum reject-publish",
  ]);
});

test("a dead letter tells of its deaths, the same one once with a count", () => {
  const { queue: declare, clock, deadLettersTo, log } = world();
  deadLettersTo.push("dead");
  const work = declare("work", {
    "x-dead-letter-exchange": "dlx",
    "x-dead-letter-routing-key": "later",
    "x-message-ttl": 1_000,
  });
  const dead = declare("dead");
  const content = Content.of(
    { expiration: "500", headers: new Map([["CC", { type: "array", value: [] }]]) },
    Buffer.from("m"),
  );
  work.push({ number: 7, exchange: "orders", routingKey: "new", content });
  const time = Math.floor((clock.now() + 500) / 1000);
  clock.advance(500);
  const [first] = dead.peek(1) as [Delivery];
  expect(first.message).toMatchObject({ number: 7, exchange: "dlx", routingKey: "later" });
  const { headers, ...others } = first.content.properties;
  expect([[...(headers?.keys() ?? [])], others]).toEqual([
    ["x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason"],
    {},
  ]);
  const expired = {
    count: 1,
    reason: "expired",
    queue: "work",
    time,
    exchange: "orders",
    "routing-keys": ["new"],
    "original-expiration": "500",
  };
  expect(deathsOf(first)).toEqual([expired]);

  dead.purge();
  work.push(first.message);
  clock.advance(1_000);
  const [second] = dead.peek(1) as [Delivery];
  expect(deathsOf(second)).toEqual([{ ...expired, count: 2 }]);
  const taker = reader(work);
  work.push(second.message);
  taker.settle("reject", "m");
  expect(deathsOf(dead.peek(2)[1] as Delivery)).toMatchObject([
    { count: 1, reason: "rejected", exchange: "dlx", "routing-keys": ["later"] },
    { count: 2, reason: "expired", exchange: "orders" },
  ]);
  expect(log.map((line) => line.split(" ").at(-1))).toEqual(["expired", "expired", "rejected"]);
});

test("dead letters go round only where somebody rejects them", () => {
  const { queue: declare, deadLettersTo, log, clock } = world();
  const settings = { "x-dead-letter-exchange": "dlx", "x-message-ttl": 10 };
  const [one, two] = [declare("one", settings), declare("two", settings)];
  deadLettersTo.push("one", "two");
  publish(one, "m");
  clock.advance(10);
  clock.advance(10);
  expect([one.messageCount, two.messageCount]).toEqual([0, 0]);
  expect(log.slice(0, 2)).toEqual(["dead-lettered m one expired", "dead-lettered m two expired"]);
  deadLettersTo.splice(0, 2, "loop");
  const loop = declare("loop", { "x-dead-letter-exchange": "dlx" });
  const taker = reader(loop);
  publish(loop, "r");
  for (let time = 0; time < 3; time++) taker.settle("reject", "r");
  expect(taker.bodies).toEqual(["r", "r", "r", "r"]);
  expect(deathsOf(taker.got[3] as Delivery)).toMatchObject([{ count: 3, reason: "rejected" }]);
});

test("with at-least-once a dead letter that nobody takes is kept, counts, and is tried again", () => {
  const { queue: declare, clock, deadLettersTo } = world();
  const queue = declare("q", {
    "x-queue-type": "quorum",
    "x-dead-letter-exchange": "dlx",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-max-length": 1,
  });
  const taker = reader(queue);
  for (const body of ["a", "b"]) publish(queue, body);
  taker.settle("reject", "a", "b");
  publish(queue, "c");
  expect(publish(queue, "d")).toBe(false);
  deadLettersTo.push("dead");
  const dead = declare("dead");
  const copy = structuredClone(queue.snapshot());
  clock.advance(180_000);
  expect(drain(dead)).toEqual(["a", "b"]);
  expect(publish(queue, "e")).toBe(true);
  queue.restore(copy, clock.now());
  clock.advance(180_000);
  expect(drain(dead)).toEqual(["a", "b"]);
});

test("consumers take turns by priority; one that is full waits at the end", () => {
  const queue = world().queue("q");
  const [low, high, other] = [
    reader(queue, { prefetch: 9 }),
    reader(queue, { priority: 5, prefetch: 2 }),
    reader(queue, { priority: 5, prefetch: 1 }),
  ];
  for (const body of "abcde") publish(queue, body);
  expect([low.bodies, high.bodies, other.bodies]).toEqual([["d", "e"], ["a", "c"], ["b"]]);
  other.settle("acknowledge", "b");
  high.settle("acknowledge", "a");
  publish(queue, "f");
  publish(queue, "g");
  expect([low.bodies, high.bodies, other.bodies]).toEqual([
    ["d", "e"],
    ["a", "c", "g"],
    ["b", "f"],
  ]);
});

test("a single active consumer has a successor: in a classic queue by priority, in a quorum queue by age", () => {
  for (const [type, second] of [
    ["classic", 2],
    ["quorum", 1],
  ] as const) {
    const queue = world().queue("q", { "x-queue-type": type, "x-single-active-consumer": true });
    const readers = [0, 0, 5].map((priority) => reader(queue, { priority, prefetch: 1 }));
    publish(queue, "a");
    publish(queue, "b");
    expect(readers.map(({ bodies }) => bodies)).toEqual([["a"], [], []]);
    queue.cancel(readers[0] as Reader);
    expect([queue.activeConsumer, readers[second]?.bodies]).toEqual([readers[second], ["b"]]);
  }
});

test("who is alone in a queue keeps others out", () => {
  const queue = world().queue("q");
  const alone = reader(queue, { exclusive: true });
  const refusal = "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use";
  expect(() => reader(queue)).toThrow(refusal);
  queue.cancel(alone);
  reader(queue);
  expect(() => reader(queue, { exclusive: true })).toThrow(refusal);
});

test("a queue goes when nobody has used it for its time, or with its last consumer", () => {
  const { queue: declare, clock, log } = world();
  const queue = declare("unused", { "x-expires": 1_000 });
  clock.advance(900);
  queue.get(true);
  clock.advance(900);
  queue.touch();
  clock.advance(900);
  const user = reader(queue);
  clock.advance(9_000);
  queue.cancel(user);
  expect(log).toEqual([]);
  clock.advance(1_000);
  expect(log).toEqual(["gone unused"]);
  const automatic = declare("automatic", {}, { autoDelete: true });
  const [one, two] = [reader(automatic), reader(automatic)];
  automatic.cancel(one);
  expect(log).toHaveLength(1);
  automatic.cancel(two);
  expect(log).toEqual(["gone unused", "gone automatic"]);
});

test("a policy limits what is there, beside the arguments the smaller counts", () => {
  const { queue: declare, policies, log, clock } = world();
  const queue = declare("q", { "x-max-length": 3 });
  for (const body of "abc") publish(queue, body);
  const policy = { name: "p", pattern: "^q", applyTo: "queues", priority: 0 } as const;
  policies.set("policy", { ...policy, definition: { "max-length": 2, expires: 500 } });
  expect(log).toEqual(["dropped a q maxlen"]);
  policies.set("policy", { ...policy, definition: { "max-length": 9 } });
  for (const body of "def") publish(queue, body);
  expect(drain(queue)).toEqual(["d", "e", "f"]);
  clock.advance(1_000);
  expect(log.at(-1)).toBe("dropped c q maxlen");
});

test("a snapshot holds what is ready and what is held, and how much time it has left", () => {
  const from = world();
  const settings = { "x-max-priority": 3, "x-expires": 60_000 };
  const queue = from.queue("q", settings);
  for (const [body, priority] of [
    ["a", 0],
    ["b", 3],
    ["c", 0],
  ] as const)
    publish(queue, body, { priority, expiration: "1000" });
  queue.get(false);
  from.clock.advance(400);
  const snapshot: unknown = structuredClone(queue.snapshot());
  const to = world();
  to.clock.advance(1e9);
  const copy = to.queue("q", settings);
  copy.restore(snapshot, from.clock.now());
  expect(copy.peek(9).map(({ content }) => content.body.toString())).toEqual(["b", "a", "c"]);
  to.clock.advance(599);
  expect(copy.messageCount).toBe(3);
  to.clock.advance(1);
  expect(copy.messageCount).toBe(0);
  to.clock.advance(59_399);
  expect(to.log.at(-1)).not.toBe("gone q");
});

test("arguments are checked in RabbitMQ's words", () => {
  const { queue: declare } = world();
  const refused: readonly [Settings, string, Partial<QueueDeclaration>?][] = [
    [
      { "x-message-ttl": -1 },
      "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}",
    ],
    [
      { "x-message-ttl": "1" },
      `invalid arg 'x-message-ttl' for queue 'q' in vhost '/': "expected integer, got longstr"`,
    ],
    [{ "x-expires": 0 }, "invalid arg 'x-expires' for queue 'q' in vhost '/': {value_zero,0}"],
    [
      { "x-max-priority": 256 },
      "invalid arg 'x-max-priority' for queue 'q' in vhost '/': {max_value_exceeded,256}",
    ],
    [
      { "x-overflow": "no" },
      "invalid arg 'x-overflow' for queue 'q' in vhost '/': invalid_overflow",
    ],
    [
      { "x-queue-type": "odd" },
      `invalid arg 'x-queue-type' for queue 'q' in vhost '/': "unsupported queue type 'odd'"`,
    ],
    [
      { "x-dead-letter-routing-key": "k" },
      "invalid arg 'x-dead-letter-routing-key' for queue 'q' in vhost '/': routing_key_but_no_dlx_defined",
    ],
    [
      { "x-delivery-limit": 1 },
      "invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue",
    ],
    [
      { "x-queue-type": "quorum" },
      "invalid property 'non-durable' for queue 'q' in vhost '/'",
      { durable: false },
    ],
  ];
  for (const [settings, text, more] of refused)
    expect(() => declare("q", settings, more)).toThrow(`PRECONDITION_FAILED - ${text}`);
  declare("q", { "x-anything": 1, "x-queue-mode": "lazy", "x-queue-version": 2 });
});
