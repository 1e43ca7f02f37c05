import { expect, test } from "vitest";
import { type Clock, createClock } from "../../clock.ts";
import { Content } from "../wire/content.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type { Consumer, Delivery, Queue, QueueHost, VirtualHost } from "./contract.ts";
import { Policies } from "./policies.ts";
import { createQueueHost } from "./queue-host.ts";
import { createQueue } from "./queue-types.ts";

const HOUR = 3_600_000;

interface Stream {
  readonly queue: Queue;
  readonly clock: Clock;
  readonly policies: Policies;
  readonly gone: string[];
  publish(...bodies: string[]): void;
}

function stream(settings: Record<string, FieldValue> = {}): Stream {
  const clock = createClock();
  const gone: string[] = [];
  const policies: Policies = new Policies(() => queue.applyPolicy());
  const vhost = { name: "/", policies } as VirtualHost;
  const record: QueueHost["record"] = (kind, message, _, reason) =>
    gone.push(`${kind} ${message.content.body.toString("utf8", 0, 9)} ${reason}`);
  const queue = createQueue(createQueueHost(clock, vhost, record), {
    name: "events",
    durable: true,
    owner: null,
    autoDelete: false,
    arguments: new Map([["x-queue-type", longstr("stream")], ...Object.entries(settings)]),
  });
  let number = 0;
  return {
    queue,
    clock,
    policies,
    gone,
    publish(...bodies) {
      for (const body of bodies) {
        const content = Content.of({ headers: HEADERS }, Buffer.from(body));
        queue.push({ number: ++number, exchange: "", routingKey: "events", content });
      }
    },
  };
}

const HEADERS: FieldTable = new Map<string, FieldValue>([
  ["z", { type: "bool", value: true }],
  ["x-death", { type: "array", value: [] }],
  ["a", longstr("one")],
]);

/** Reads with a credit; `more` gives it as much again. */
function reader(
  queue: Queue,
  from: FieldValue | undefined,
  credit = 10,
): { got: string[]; more(): void; consumer: Consumer } {
  const got: string[] = [];
  const held: Delivery[] = [];
  const consumer: Consumer = {
    tag: "reader",
    channel: { globalPrefetch: 0 } as Consumer["channel"],
    noAck: false,
    exclusive: false,
    arguments: from === undefined ? new Map() : new Map([["x-stream-offset", from]]),
    priority: 0,
    prefetch: credit,
    ready: () => held.length < credit,
    deliver(delivery) {
      held.push(delivery);
      const headers = delivery.content.properties.headers;
      const names = [...(headers?.keys() ?? [])];
      expect(names).toEqual(["a", "x-stream-offset", "z"]);
      const offset = headers?.get("x-stream-offset") as { value: number };
      got.push(`${offset.value} ${delivery.content.body.toString()}`);
    },
    cancelled: () => got.push("cancelled"),
  };
  queue.consume(consumer);
  const more = () => {
    queue.acknowledge(held.splice(0));
    queue.wake(consumer);
  };
  return { got, more, consumer };
}

function longstr(text: string): FieldValue {
  return { type: "longstr", value: Buffer.from(text) };
}
const int = (value: number): FieldValue => ({ type: "signedint", value });

test("readers come to the same messages, each from its own place, at its own pace", () => {
  const { queue, clock, publish } = stream();
  publish("old");
  clock.advance(2 * HOUR);
  publish("new", "newest");
  const timestamp = { type: "timestamp", value: Math.floor(clock.now() / 1000) - 60 } as const;
  const places = [
    [longstr("first"), ["0 old", "1 new", "2 newest", "3 next"]],
    [longstr("last"), ["2 newest", "3 next"]],
    [longstr("next"), ["3 next"]],
    [undefined, ["3 next"]],
    [int(1), ["1 new", "2 newest", "3 next"]],
    [int(-5), ["0 old", "1 new", "2 newest", "3 next"]],
    [int(4), []],
    [timestamp, ["1 new", "2 newest", "3 next"]],
    [longstr("1h"), ["1 new", "2 newest", "3 next"]],
    [longstr("1D"), ["0 old", "1 new", "2 newest", "3 next"]],
  ] as const;
  const readers = places.map(([from]) => reader(queue, from));
  const slow = reader(queue, longstr("first"), 2);
  publish("next");
  expect(readers.map(({ got }) => got)).toEqual(places.map(([, expected]) => expected));
  expect(slow.got).toEqual(["0 old", "1 new"]);
  slow.more();
  expect(slow.got).toEqual(["0 old", "1 new", "2 newest", "3 next"]);
  expect(queue.messageCount).toBe(4);
});

test("what a closed channel held is delivered to nobody else, and may be read again", () => {
  const { queue, publish } = stream();
  const one = reader(queue, undefined);
  publish("a");
  expect(one.got).toEqual(["0 a"]);
  queue.cancel(one.consumer);
  expect(reader(queue, undefined).got).toEqual([]);
  expect(reader(queue, longstr("first")).got).toEqual(["0 a"]);
});

test("whole segments go, when a new one begins and the others are enough", () => {
  const { queue, gone, publish } = stream({
    "x-max-length-bytes": int(700),
    "x-stream-max-segment-size-bytes": int(300),
  });
  publish("0", "1", "2", "3");
  expect(gone).toEqual([]);
  publish("4", "5");
  expect(gone).toEqual(["0", "1"].map((body) => `dropped ${body} max-length-bytes`));
  expect(reader(queue, longstr("first"), 1).got).toEqual(["2 2"]);
  expect(reader(queue, int(0), 1).got).toEqual(["2 2"]);
});

test("the oldest go where a stream would take all memory", () => {
  const { queue, gone } = stream();
  const large = Content.of({}, Buffer.alloc(16 * 1024 * 1024));
  for (let number = 1; number <= 20; number++)
    queue.push({ number, exchange: "", routingKey: "events", content: large });
  expect(queue.messageCount).toBe(7);
  expect(gone).toHaveLength(13);
  expect(gone[0]).toMatch(/ memory-limit$/);
});

test("a policy ages the segments that are complete", () => {
  const { queue, clock, policies, gone, publish } = stream({
    "x-max-age": longstr("1D"),
    "x-stream-max-segment-size-bytes": int(100),
  });
  publish("0", "1");
  clock.advance(2 * HOUR);
  publish("2");
  expect(gone).toEqual([]);
  policies.set("policy", {
    name: "short",
    pattern: "^events$",
    applyTo: "queues",
    definition: { "max-age": "1h" },
    priority: 0,
  });
  expect(gone).toEqual(["0", "1"].map((body) => `expired ${body} max-age`));
  expect(queue.messageCount).toBe(1);
});

test("comes back from a snapshot with its offsets and times", () => {
  const before = stream();
  before.publish("a", "b");
  const snapshot = structuredClone(before.queue.snapshot());
  const { queue, publish, clock } = stream();
  clock.advance(HOUR);
  queue.restore(snapshot, before.clock.now());
  publish("c");
  expect(reader(queue, longstr("first")).got).toEqual(["0 a", "1 b", "2 c"]);
  expect(reader(queue, longstr("1h")).got).toEqual(["0 a", "1 b", "2 c"]);
  queue.close();
});

test("what a stream cannot do is refused in RabbitMQ's words", () => {
  const { queue } = stream();
  const where = "queue 'events' in vhost '/'";
  expect(() => queue.get(true)).toThrow(
    `NOT_IMPLEMENTED - basic.get not supported by stream queues ${where}`,
  );
  expect(() => reader(queue, undefined, 0)).toThrow(
    `PRECONDITION_FAILED - consumer prefetch count is not set for '${where}'`,
  );
  expect(() => reader(queue, longstr("7"))).toThrow(
    `PRECONDITION_FAILED - invalid arg 'x-stream-offset' for ${where}: {invalid_stream_offset_arg,{longstr,<<"7">>}}`,
  );
  expect(() => reader(queue, longstr("soon"))).toThrow(/^INTERNAL_ERROR$/);
});
