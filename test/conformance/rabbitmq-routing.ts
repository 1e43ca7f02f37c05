/**
 * Which queues a message reaches: one table of cases, tried on RabbitMQ and on the memory rung, so that both agree.
 * Each subscriber notes what it gets; the message is the name of its publish.
 */
import { randomUUID } from "node:crypto";
import { App, createLogger, type Channel } from "millrace";
import {
  direct,
  exchange,
  fanout,
  headers,
  queue,
  topic,
  type RabbitmqBroker,
  type RabbitmqExchangePublishOptions,
} from "millrace/rabbitmq";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { World } from "./bench.ts";
import { Inbox } from "./inbox.ts";

interface Case {
  /** By name: what is subscribed to, with its options. */
  readonly subscribers: Readonly<Record<string, readonly [on: string | Channel, options?: object]>>;
  /** By name: where it goes, with its options, and who gets it. */
  readonly messages: Readonly<
    Record<
      string,
      readonly [
        to: string | Channel,
        options: RabbitmqExchangePublishOptions & { headers?: Record<string, string> },
        reaches: readonly string[],
      ]
    >
  >;
}

/** `root` is nobody else's. */
const cases: Readonly<Record<string, (root: string) => Case>> = {
  "topic: * is one word, # any number, anywhere; a message reaches each subscriber once": (
    root,
  ) => {
    const events = topic(`${root}.events`);
    const on = (address: string) => [address, { exchange: events }] as const;
    return {
      subscribers: {
        exact: on("a.b.c"),
        one: on("a.*.c"),
        end: on("a.#"),
        begin: on("#.c"),
        middle: on("a.#.c"),
        twice: on("#.b.#"),
        all: on("#"),
        word: on("*"),
        params: on("a.{x}.c"),
      },
      messages: {
        abc: [
          "a.b.c",
          { exchange: events },
          ["exact", "one", "end", "begin", "middle", "twice", "all", "params"],
        ],
        ac: ["a.c", { exchange: events }, ["end", "begin", "middle", "all"]],
        a: ["a", { exchange: events }, ["end", "all", "word"]],
        abbc: ["a.b.b.c", { exchange: events }, ["end", "begin", "middle", "twice", "all"]],
        "empty word": [
          "a..c",
          { exchange: events },
          ["one", "end", "begin", "middle", "all", "params"],
        ],
        "more than c": ["a.b.cc", { exchange: events }, ["end", "twice", "all"]],
      },
    };
  },

  "direct: equal keys only": (root) => {
    const jobs = direct(`${root}.jobs`);
    return {
      subscribers: {
        mail: ["mail", { exchange: jobs }],
        print: ["print", { exchange: jobs }],
        bound: ["anything", { exchange: jobs, bindKey: "mail" }],
      },
      messages: {
        one: ["mail", { exchange: jobs }, ["mail", "bound"]],
        two: ["print", { exchange: jobs }, ["print"]],
        none: ["anything", { exchange: jobs }, []],
      },
    };
  },

  "fanout: everybody, whatever the key": (root) => {
    const news = fanout(`${root}.news`);
    return {
      subscribers: { a: ["x", { exchange: news }], b: ["y.z", { exchange: news }] },
      messages: {
        one: ["x", { exchange: news }, ["a", "b"]],
        two: ["q", { exchange: news }, ["a", "b"]],
      },
    };
  },

  "headers: all or any of them; names with x- do not count": (root) => {
    const match = headers(`${root}.match`);
    const where = (options: object) => ["k", { exchange: match, ...options }] as const;
    return {
      subscribers: {
        all: where({ match: { all: { kind: "a", size: "l" } } }),
        any: where({ match: { any: { kind: "a", size: "l" } } }),
        everything: where({}),
        number: where({ match: { all: { kind: 1 } } }),
        x: where({ match: { all: { kind: "a", "x-size": "s" } } }),
      },
      messages: {
        both: [
          "k",
          { exchange: match, headers: { kind: "a", size: "l" } },
          ["all", "any", "everything", "x"],
        ],
        one: ["k", { exchange: match, headers: { size: "l" } }, ["any", "everything"]],
        text: ["k", { exchange: match, headers: { kind: "1" } }, ["everything"]],
        none: ["k", { exchange: match }, ["everything"]],
      },
    };
  },

  "default exchange: the queue of that name; bindings bring it others": (root) => {
    const events = topic(`${root}.events`);
    const orders = queue(`${root}.orders`, {
      autoDelete: true,
      bind: [
        { exchange: events, key: "order.*" },
        { exchange: events, key: "#.urgent" },
        { exchange: direct(`${root}.direct`), key: "o" },
      ],
    });
    return {
      subscribers: { orders: [orders], plain: [`${root}.orders`, { exchange: events }] },
      messages: {
        "by name": [orders, {}, ["orders"]],
        "bound twice, delivered once": ["order.urgent", { exchange: events }, ["orders"]],
        other: ["o", { exchange: direct(`${root}.direct`) }, ["orders"]],
        "the name is no key": [`${root}.orders`, { exchange: events }, ["plain"]],
        none: ["invoice.new", { exchange: events }, []],
      },
    };
  },

  "exchanges bound to exchanges, along each of them": (root) => {
    const all = topic(`${root}.all`);
    const orders = topic(`${root}.orders`, { bindTo: [{ exchange: all, key: "order.#" }] });
    const urgent = fanout(`${root}.urgent`, {
      bindTo: [
        { exchange: orders, key: "#.urgent" },
        { exchange: headers(`${root}.flags`), match: { all: { flag: "red" } } },
      ],
    });
    return {
      subscribers: {
        all: ["#", { exchange: all }],
        orders: ["order.new.#", { exchange: orders }],
        urgent: ["x", { exchange: urgent }],
      },
      messages: {
        far: ["order.new.urgent", { exchange: all }, ["all", "orders", "urgent"]],
        near: ["order.new", { exchange: all }, ["all", "orders"]],
        not: ["invoice.urgent", { exchange: all }, ["all"]],
        "not back": ["order.new", { exchange: orders }, ["orders"]],
        flagged: [
          "k",
          { exchange: headers(`${root}.flags`), headers: { flag: "red" } },
          ["urgent"],
        ],
        unflagged: ["k", { exchange: headers(`${root}.flags`) }, []],
      },
    };
  },

  "CC and BCC: further keys, each queue once": (root) => {
    const events = topic(`${root}.events`);
    return {
      subscribers: {
        a: ["a", { exchange: events }],
        b: ["b", { exchange: events }],
        c: ["c", { exchange: events }],
        any: ["#", { exchange: events }],
      },
      messages: { one: ["a", { exchange: events, CC: ["b"], BCC: ["c"] }, ["a", "b", "c", "any"]] },
    };
  },

  "plain addresses, without saying more, meet on amq.topic": (root) => ({
    subscribers: { a: [`${root}.a.*`], same: [`${root}.a.#`, { exchange: topic("amq.topic") }] },
    messages: {
      one: [`${root}.a.b`, {}, ["a", "same"]],
      "amq.fanout is another": [`${root}.a.b`, { exchange: fanout("amq.fanout") }, []],
    },
  }),

  "an exchange of any type by its name": (root) => {
    const named = exchange(`${root}.named`, { type: "direct", autoDelete: true, durable: false });
    return {
      subscribers: { a: ["a", { exchange: named }] },
      messages: { one: ["a", { exchange: named }, ["a"]], none: ["b", { exchange: named }, []] },
    };
  },
};

/** Tries all cases on what `openWorld` opens, whose brokers are RabbitmqBrokers. */
export function routesAsTold(name: string, openWorld: () => Promise<World>): void {
  describe(`${name}: routing`, () => {
    let world: World;
    beforeAll(async () => void (world = await openWorld()));
    afterAll(() => world.close());

    test.each(Object.entries(cases))("%s", async (_, make) => {
      const root = `r${randomUUID().slice(0, 8)}`;
      const { subscribers, messages } = make(root);
      const broker = world.broker(root) as RabbitmqBroker;
      const seen = new Inbox<string>();
      for (const [subscriber, [on, options = {}]] of Object.entries(subscribers)) {
        broker.subscriber(on as string, options, async (message: string) =>
          seen.push(`${message} → ${subscriber}`),
        );
      }
      const app = new App(broker, { title: root, logger: createLogger({ level: "silent" }) });
      await app.start();
      for (const [message, [to, options]] of Object.entries(messages))
        await broker.publish(to as string, message, options);
      const expected = Object.entries(messages).flatMap(([message, [, , reaches]]) =>
        reaches.map((subscriber) => `${message} → ${subscriber}`),
      );
      // What came too much is there before what comes last; what came after that, before the queues are empty.
      await seen.first(expected.length);
      const queues = Object.values(subscribers).flatMap(([on]) =>
        typeof on === "string" ? [] : [on as unknown as string],
      );
      for (const each of queues) await broker.publish(each, "fence");
      await seen.until(
        () => seen.items.filter((item) => item.startsWith("fence")).length === queues.length,
        "the fences",
      );
      await app.stop();
      expect(seen.items.filter((item) => !item.startsWith("fence")).toSorted()).toEqual(
        expected.toSorted(),
      );
    });
  });
}
