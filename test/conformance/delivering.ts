/** A message arrives once at everybody it is for, as it was sent. */
import { MemoryBroker } from "millrace/memory";
import { expect } from "vitest";
import { z } from "zod";
import { Gate, Inbox } from "./inbox.ts";
import type { Promises } from "./promises.ts";

const Order = z.object({ id: z.string(), total: z.coerce.number() });

export const delivering: Promises = {
  "a message reaches its subscriber, and the handler is given the schema's output": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<z.infer<typeof Order>>();
    broker.subscriber(t.on("orders"), { ...t.receive, schema: Order }, async (order) =>
      seen.push(order),
    );
    const orders = broker.publisher(t.on("orders"), { ...t.send, schema: Order });
    await t.start(broker);
    await orders.publish({ id: "1", total: "12.5" });
    expect(await seen.first(1)).toEqual([{ id: "1", total: 12.5 }]);
  },

  "JSON, text and bytes arrive as they were sent, empty and large ones too": async (t) => {
    const broker = t.broker();
    const json = new Inbox<unknown>();
    const text = new Inbox<unknown>();
    const bytes = new Inbox<Uint8Array>();
    broker.subscriber(t.on("json"), { ...t.receive }, async (value: unknown) => json.push(value));
    broker.subscriber(t.on("text"), { ...t.receive, codec: "text" }, async (value: string) =>
      text.push(value),
    );
    broker.subscriber(t.on("bytes"), { ...t.receive, codec: "bytes" }, async (value: Uint8Array) =>
      bytes.push(value),
    );
    await t.start(broker);
    const values = [null, 0, "é☃𝄞", [], { deep: [{ a: 1 }] }];
    for (const value of values)
      await broker.publisher(t.on("json"), { ...t.send }).publish(value as never, { key: "one" });
    const texts = ["", "plain", "é☃𝄞", "x".repeat(100_000)];
    for (const value of texts)
      await broker
        .publisher(t.on("text"), { ...t.send, codec: "text" })
        .publish(value as never, { key: "one" });
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    await broker.publisher(t.on("bytes"), { ...t.send, codec: "bytes" }).publish(all as never);
    expect(await json.first(values.length)).toEqual(values);
    expect(await text.first(texts.length)).toEqual(texts);
    const [got] = await bytes.first(1);
    expect([...(got ?? [])]).toEqual([...all]);
  },

  "headers travel, with any text, where the broker has them": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<{ headers: Readonly<Record<string, string>>; correlationId: string }>();
    broker.subscriber(t.on("orders"), { ...t.receive }, async (_: unknown, { message }) =>
      seen.push({ headers: message.headers, correlationId: message.correlationId }),
    );
    await t.start(broker);
    await broker.publisher(t.on("orders"), { ...t.send }).publish({} as never, {
      headers: { tenant: "Zoë ☃", "x-a": "a: b, c" },
      correlationId: "chain-1",
    });
    const [message] = await seen.first(1);
    if (t.facts.headers) {
      expect(message?.headers).toMatchObject({
        tenant: "Zoë ☃",
        "x-a": "a: b, c",
        "content-type": "application/json",
        correlation_id: "chain-1",
      });
      expect(message?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
      expect(message?.correlationId).toBe("chain-1");
    } else {
      expect(message?.headers).toEqual({});
      expect(message?.correlationId).not.toBe("");
    }
  },

  "correlation id and trace go along a chain of handlers": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<{
      step: string;
      correlationId: string;
      trace: string | undefined;
      span: string | undefined;
    }>();
    const look = (
      step: string,
      {
        message,
      }: { message: { correlationId: string; headers: Readonly<Record<string, string>> } },
    ) => {
      const [, trace, span] = message.headers["traceparent"]?.split("-") ?? [];
      seen.push({ step, correlationId: message.correlationId, trace, span });
    };
    const second = broker.publisher(t.on("second"), { ...t.send });
    const third = broker.publisher(t.on("third"), { ...t.send });
    broker.subscriber(
      t.on("first"),
      { ...t.receive, publish: second },
      async (_: unknown, context) => {
        look("first", context);
        return {};
      },
    );
    broker.subscriber(t.on("second"), { ...t.receive }, async (_: unknown, context) => {
      look("second", context);
      await third.publish({} as never);
    });
    broker.subscriber(t.on("third"), { ...t.receive }, async (_: unknown, context) =>
      look("third", context),
    );
    await t.start(broker);
    await broker.publisher(t.on("first"), { ...t.send }).publish({} as never);
    const steps = await seen.first(3);
    expect(steps.map(({ step }) => step)).toEqual(["first", "second", "third"]);
    expect(new Set(steps.map(({ correlationId }) => correlationId)).size).toBe(
      t.facts.headers ? 1 : 3,
    );
    if (!t.facts.headers) return;
    expect(new Set(steps.map(({ trace }) => trace)).size).toBe(1);
    expect(new Set(steps.map(({ span }) => span)).size).toBe(3);
  },

  "every subscriber without a group gets each message, in one app and in several": async (t) => {
    const seen = new Inbox<string>();
    const make = (service: string) => {
      const broker = t.broker(service);
      for (const name of ["a", "b"])
        broker.subscriber(t.on("news"), { ...t.receive }, async (news: string) =>
          seen.push(`${service}${name}${news}`),
        );
      return broker;
    };
    const first = make("1");
    await t.start(first);
    await t.start(make("2"));
    for (const news of ["x", "y"])
      await first.publisher(t.on("news"), { ...t.send }).publish(news as never);
    if (t.facts.shared) {
      expect((await seen.first(2)).map((each) => each.at(-1)).toSorted()).toEqual(["x", "y"]);
      return;
    }
    expect((await seen.first(8)).toSorted()).toEqual([
      "1ax",
      "1ay",
      "1bx",
      "1by",
      "2ax",
      "2ay",
      "2bx",
      "2by",
    ]);
  },

  "members of a group share the messages, and each group gets all of them": async (t) => {
    const seen = new Inbox<string>();
    const make = (service: string) => {
      const broker = t.broker(service);
      for (const group of ["billing", "audit"]) {
        broker.subscriber(t.on("orders"), { ...t.receive, group }, async (order: number) =>
          seen.push(`${group} ${order} ${service}`),
        );
      }
      return broker;
    };
    if (t.facts.groups === "refused") {
      // Where it is declared, or where it starts and the broker says so.
      await expect((async () => t.start(make("1")))()).rejects.toThrow(/group/);
      return;
    }
    const first = make("1");
    const everybody = new Inbox<number>();
    first.subscriber(t.on("orders"), { ...t.receive }, async (order: number) =>
      everybody.push(order),
    );
    await t.start(first);
    await t.start(make("2"));
    const orders = first.publisher(t.on("orders"), { ...t.send });
    for (let order = 0; order < 40; order++)
      await orders.publish(order as never, { key: String(order) });
    const all = await seen.first(80);
    for (const group of ["billing", "audit"]) {
      const own = all.filter((each) => each.startsWith(group)).map((each) => each.split(" "));
      expect(own.map(([, order]) => Number(order)).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, order) => order),
      );
      expect(new Set(own.map(([, , service]) => service)).size).toBe(t.facts.sharers ?? 2);
    }
  },

  "a returned value goes to one target, to several, to another broker; undefined to none": async (
    t,
  ) => {
    const broker = t.broker();
    const other = new MemoryBroker();
    const seen = new Inbox<string>();
    const one = broker.publisher(t.on("one"), { ...t.send, schema: z.object({ id: z.string() }) });
    const two = broker.publisher(t.on("two.{id}"), {
      ...t.send,
      schema: z.object({ id: z.string() }),
    });
    const elsewhere = other.publisher("elsewhere", { schema: z.object({ id: z.string() }) });
    const second = t.facts.templates === "refused" ? "two.7" : "two.{id}";
    for (const name of ["one", second] as const) {
      broker.subscriber(
        t.on(name as "two.{id}"),
        { ...t.receive },
        async (message: { id: string }, { params }) =>
          seen.push(`${name} ${message.id} ${JSON.stringify(params)}`),
      );
    }
    other.subscriber("elsewhere", {}, async (message: { id: string }) =>
      seen.push(`elsewhere ${message.id}`),
    );
    broker.subscriber(
      t.on("in"),
      { ...t.receive, publish: [one, two, elsewhere] },
      async (message: { id: string }) => (message.id === "none" ? undefined : message),
    );
    await t.start(broker, other);
    const input = broker.publisher(t.on("in"), { ...t.send });
    for (const id of ["none", "7"]) await input.publish({ id } as never);
    expect((await seen.first(3)).toSorted()).toEqual([
      "elsewhere 7",
      "one 7 {}",
      second === "two.7" ? "two.7 7 {}" : 'two.{id} 7 {"id":"7"}',
    ]);
  },

  "messages to one subscriber keep their order": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<number>();
    broker.subscriber(t.on("ticks"), { ...t.receive }, async (tick: number) => {
      if (tick % 10 === 0) await new Promise(setImmediate);
      seen.push(tick);
    });
    await t.start(broker);
    const ticks = broker.publisher(t.on("ticks"), { ...t.send });
    const sent = Array.from({ length: 200 }, (_, tick) => tick);
    await Promise.all(sent.map((tick) => ticks.publish(tick as never, { key: "ticks" })));
    expect(await seen.first(200)).toEqual(sent);
  },

  "`concurrency` bounds how many messages are with the handler, and is used": async (t) => {
    const broker = t.broker();
    const gate = new Gate();
    const started = new Inbox<number>();
    const done = new Inbox<number>();
    let running = 0;
    let most = 0;
    broker.subscriber(t.on("jobs"), { ...t.receive, concurrency: 3 }, async (job: number) => {
      most = Math.max(most, ++running);
      started.push(job);
      await gate.opened;
      running--;
      done.push(job);
    });
    await t.start(broker);
    const jobs = broker.publisher(t.on("jobs"), { ...t.send });
    for (let job = 0; job < 10; job++) await jobs.publish(job as never);
    await started.first(3);
    gate.open();
    expect((await done.first(10)).toSorted((a, b) => a - b)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(most).toBe(3);
  },

  "a handler may publish and wait for it, while many messages are on their way": async (t) => {
    const broker = t.broker();
    const seen = new Inbox<number>();
    const next = broker.publisher(t.on("next"), { ...t.send });
    broker.subscriber(t.on("start"), { ...t.receive, concurrency: 5 }, async (number: number) => {
      await next.publish(number as never);
      await next.publish((number + 100) as never);
    });
    broker.subscriber(t.on("next"), { ...t.receive }, async (number: number) => seen.push(number));
    await t.start(broker);
    const start = broker.publisher(t.on("start"), { ...t.send });
    await Promise.all(Array.from({ length: 50 }, (_, number) => start.publish(number as never)));
    expect(new Set(await seen.first(100)).size).toBe(100);
  },

  "a batch is handled as one, in order, by size and by time; what cannot be read stays out of it":
    async (t) => {
      const broker = t.broker();
      const seen = new Inbox<number[]>();
      broker.subscriber(
        t.on("numbers"),
        { ...t.receive, schema: z.number(), batch: { size: 3, within: 50 } },
        async (numbers) => seen.push(numbers),
      );
      const app = await t.start(broker);
      const numbers = broker.publisher(t.on("numbers"), { ...t.send });
      for (const value of [1, 2, "three", 4, 5])
        await numbers.publish(value as never, { key: "numbers" });
      await seen.until(() => seen.items.flat().length === 4, "all numbers");
      expect(seen.items.flat()).toEqual([1, 2, 4, 5]);
      expect(Math.max(...seen.items.map((batch) => batch.length))).toBeLessThanOrEqual(3);
      await app.stop();
      expect(app.health().brokers[0]?.counts).toMatchObject({ handled: 4, rejected: 1 });
    },

  "a message that nobody is subscribed to is published all the same": async (t) => {
    const broker = t.broker();
    await t.start(broker);
    await broker.publisher(t.on("void"), { ...t.send }).publish({} as never);
    await broker.publish(t.on("void"), {});
  },
};
