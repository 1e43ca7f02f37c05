/** What is special about Redis, on redis-server; what all brokers promise is in ../conformance. */
import { Redis } from "ioredis";
import {
  App,
  ConnectError,
  createLogger,
  DeclarationError,
  PublishError,
  type AnyBroker,
} from "millrace";
import { MemorySpace } from "millrace/memory";
import { list, pattern, RedisBroker, stream } from "millrace/redis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { startRedis } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

const quiet = createLogger({ level: "silent" });
const apps: App[] = [];
let server: Awaited<ReturnType<typeof startRedis>>;
/** Another client of the same server. */
let other: Redis;

beforeAll(async () => {
  server = await startRedis();
  other = new Redis(server.url);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop({ deadline: 500 })));
  await other.flushall();
});
afterAll(async () => {
  other?.disconnect();
  await server?.stop();
});

async function start(broker: AnyBroker, logger = quiet): Promise<App> {
  const app = new App(broker, { title: "special", logger });
  apps.push(app);
  await app.start();
  return app;
}

const connect = (name = "special") => new RedisBroker({ url: server.url, name });

async function until(holds: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error("waited 30 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("channels", () => {
  test("patterns match on the memory rung what they match on the server", async () => {
    const globs = [
      ...["logs.*", "*", "**a**", "a?c", "a???c", "a*b*c", "h[ae]llo", "h[^e]llo", "h[a-c]llo"],
      ...[
        "h[c-a]llo",
        "[a\\]b]x",
        "[a-]x",
        "[^a-c]*",
        "a[bc",
        "\\*\\?\\[x",
        "a\\",
        "[]a]",
        "*.end",
      ],
      ...["[", "[^", "[a", "a[^", "[\\", "?", "\\a", "[a-c", "a**", "*[ab]*[^x]", "[^]x", "[--a]"],
    ];
    const names = [
      ...["logs.", "logs.a", "logs.a.b:c", "logs", "a", "b", "bab", "abc", "a.c", "a?c", "ac"],
      ...[
        "a☃c",
        "aXbYc",
        "hallo",
        "hello",
        "hillo",
        "h^llo",
        "hbllo",
        "hdllo",
        "h-llo",
        "]x",
        "ax",
      ],
      ...[
        "\\x",
        "-x",
        "d",
        "dabc",
        "ab",
        "a[bc",
        "*?[x",
        "a\\",
        "]",
        "_",
        "x",
        "[",
        "^",
        "^x",
        "\\",
      ],
      ...[".end", "a.end.end", "a.end.", "☃", "-", "[a", "a-x", "zay"],
    ];
    const heard = async (broker: RedisBroker) => {
      const seen = new Inbox<string>();
      for (const glob of globs)
        broker.subscriber(pattern(glob), {}, async (_: unknown, { message }) =>
          seen.push(`${glob} ${message.address}`),
        );
      const app = await start(broker);
      for (const name of names) await broker.publish(name, 1);
      // What had arrived by then is handled.
      await app.stop();
      return seen.items.toSorted();
    };
    const onServer = await heard(connect());
    expect(onServer.length).toBeGreaterThan(globs.length);
    expect(await heard(new MemorySpace().host(new RedisBroker()))).toEqual(onServer);
  });

  test("a pattern hears what a channel is sent, once each, beside others that match", async () => {
    const broker = connect();
    const seen = new Inbox<string>();
    for (const glob of ["logs.*", "logs.[ab]", "*"] as const)
      broker.subscriber(pattern(glob), {}, async (text: string, { message }) =>
        seen.push(`${glob} ${message.address} ${text}`),
      );
    broker
      .router("logs.")
      .subscriber(pattern("?"), {}, async (text: string, { message }) =>
        seen.push(`? ${message.raw.pattern} ${text}`),
      );
    await start(broker);
    await broker.publish("logs.a", "x");
    expect((await seen.first(4)).toSorted()).toEqual([
      "* logs.a x",
      "? logs.? x",
      "logs.* logs.a x",
      "logs.[ab] logs.a x",
    ]);
  });

  test("a message of another client is read as it is, and ours by a client without envelope", async () => {
    const broker = new RedisBroker({ url: server.url, envelope: "none" });
    const seen = new Inbox<unknown>();
    broker.subscriber("raw", {}, async (value: unknown) => seen.push(value));
    const app = await start(broker);
    await other.publish("raw", '{"a":1}');
    expect(await seen.first(1)).toEqual([{ a: 1 }]);
    const heard = new Inbox<string>();
    const listener = new Redis(server.url);
    listener.on("message", (_, text: string) => heard.push(text));
    await listener.subscribe("out");
    await broker.publish("out", { b: 2 });
    expect(await heard.first(1)).toEqual(['{"b":2}']);
    listener.disconnect();
    expect(app.health().status).toBe("up");
    await expect(broker.request("raw", {})).rejects.toMatchObject({ reason: "unsupported" });
  });

  test("whoever sends a reply channel gets the answer there, with its correlation id", async () => {
    const broker = new RedisBroker({ url: server.url, envelope: "json" });
    broker.subscriber("double", {}, async (value: number) => value * 2);
    await start(broker);
    const heard = new Inbox<string>();
    const listener = new Redis(server.url);
    listener.on("message", (_, text: string) => heard.push(text));
    await listener.subscribe("my.reply");
    const headers = { reply_to: "my.reply", correlation_id: "c-1", tenant: "Zoë ☃" };
    await other.publish("double", JSON.stringify({ data: "21", headers }));
    const [answer] = await heard.first(1);
    expect(JSON.parse(answer ?? "")).toMatchObject({
      data: "42",
      headers: { correlation_id: "c-1" },
    });
    listener.disconnect();
  });
});

describe("lists", () => {
  test("stopping while messages come loses none of them, and two subscribers share them", async () => {
    const seen = new Inbox<number>();
    const make = () => {
      const broker = connect();
      broker.subscriber(list("jobs"), { concurrency: 4 }, async (job: number) => seen.push(job));
      return broker;
    };
    await start(make());
    let pushing = true;
    let count = 0;
    const pushed = (async () => {
      while (pushing) {
        await other.rpush("jobs", String(count++));
        if (count % 7 === 0) await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 8; round++) {
      const app = await start(make());
      await seen.until(() => seen.items.length > round * 20, "some jobs");
      await app.stop();
    }
    pushing = false;
    await pushed;
    await seen.until(() => seen.items.length >= count, "all jobs");
    expect(seen.items.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
  });

  test("what a consumer that is gone left comes back at once, what a living one has does not", async () => {
    await other.rpush("jobs:processing:dead", '"left"', '"behind"');
    await other.rpush("jobs:processing:alive", '"kept"');
    await other.set("jobs:processing:alive:lease", "x", "PX", 60_000);
    await other.sadd("jobs:processing:consumers", "dead", "alive");
    await other.rpush("jobs", '"next"');
    const broker = connect();
    const seen = new Inbox<string>();
    broker.subscriber(list("jobs", { reliable: true }), {}, async (job: string) => seen.push(job));
    await start(broker);
    expect(await seen.first(3)).toEqual(["left", "behind", "next"]);
    expect(await other.lrange("jobs:processing:alive", 0, -1)).toEqual(['"kept"']);
    await until(async () => (await other.keys("jobs:processing:dead*")).length === 0);
  });

  test("a message is in the processing list while it is handled, and goes back when the service stops", async () => {
    const broker = connect("one");
    const gate = new Gate();
    const started = new Inbox<number>();
    const jobs = list("jobs", { reliable: true, consumer: "me" });
    broker.subscriber(jobs, { concurrency: 2 }, async (job: number, { message }) => {
      started.push(job);
      if (job === 1) await message.nack({ delay: 60_000 });
      await gate.opened;
    });
    const app = await start(broker);
    for (const job of [1, 2]) await broker.publish(jobs, job);
    await started.first(2);
    expect(await other.llen("jobs:processing:me")).toBe(2);
    expect(await other.llen("jobs")).toBe(0);
    gate.open();
    await app.stop();
    expect(await other.llen("jobs:processing:me")).toBe(0);
    expect(await other.llen("jobs")).toBe(1);
    expect(await other.exists("jobs:processing:me:lease")).toBe(0);
  });

  test("two processes of one name have processing lists of their own", async () => {
    const seen = new Inbox<string>();
    for (const _ of [1, 2]) {
      const broker = connect("twin");
      broker.subscriber(list("jobs", { reliable: true }), {}, async () => {});
      await start(broker);
    }
    const keys = await other.keys("jobs:processing:twin@*:lease");
    expect(keys).toHaveLength(2);
    expect(keys.filter((key) => key.endsWith("-2:lease"))).toHaveLength(1);
    expect(seen.items).toEqual([]);
  });

  test("what is rejected goes to the list for it, as it came", async () => {
    const broker = connect();
    const jobs = list("jobs", { reliable: true, rejected: "jobs.dead" });
    const seen = new Inbox<string>();
    broker.subscriber(jobs, { ack: "manual" }, async (job: string, { message }) => {
      await message.reject();
      seen.push(job);
    });
    await start(broker);
    await other.rpush("jobs", '"raw"');
    await seen.first(1);
    expect(await other.lrange("jobs.dead", 0, -1)).toEqual(['"raw"']);
    expect(await other.keys("jobs:processing:*@*")).toEqual([
      expect.stringMatching(/:lease$/) as unknown as string,
    ]);
  });

  test("equal messages are as many as were sent", async () => {
    const broker = connect();
    const seen = new Inbox<string>();
    const jobs = list("jobs", { reliable: true });
    broker.subscriber(jobs, { concurrency: 3 }, async (job: string) => seen.push(job));
    await start(broker);
    await other.rpush("jobs", ...Array.from({ length: 20 }, () => '"same"'));
    await seen.first(20);
    await until(async () => (await other.keys("jobs:processing:special*")).length === 1);
    expect(seen.items).toHaveLength(20);
  });
});

describe("streams", () => {
  const orders = (options: object = {}) =>
    stream("orders", { group: "g", consumer: "me", ...options });

  test("entries of other producers are objects of their fields", async () => {
    const broker = connect();
    const seen = new Inbox<unknown>();
    broker.subscriber(orders(), {}, async (value: unknown, { message }) =>
      seen.push([value, message.id, message.raw.fields.length]),
    );
    await start(broker);
    const id = await other.xadd("orders", "*", "id", "7", "name", "Zoë");
    expect(await seen.first(1)).toEqual([[{ id: "7", name: "Zoë" }, id, 2]]);
  });

  test("a group's members share the entries, each group gets them all, from where it says", async () => {
    for (const order of [1, 2, 3]) await other.xadd("orders", "*", "__data__", String(order));
    const seen = new Inbox<string>();
    for (const service of ["1", "2"]) {
      const broker = connect(service);
      for (const group of ["billing", "audit"])
        broker.subscriber(stream("orders", { group, from: "0" }), {}, async (order: number) =>
          seen.push(`${group} ${order}`),
        );
      await start(broker);
    }
    for (const order of [4, 5, 6]) await other.xadd("orders", "*", "__data__", String(order));
    const numbers = [1, 2, 3, 4, 5, 6];
    expect((await seen.first(12)).toSorted()).toEqual(
      ["audit", "billing"].flatMap((group) => numbers.map((order) => `${group} ${order}`)),
    );
  });

  test("what this consumer had pending comes first, with its deliveries counted", async () => {
    await other.xgroup("CREATE", "orders", "g", "0", "MKSTREAM");
    for (const order of [1, 2]) await other.xadd("orders", "*", "__data__", String(order));
    await other.xreadgroup("GROUP", "g", "me", "COUNT", 2, "STREAMS", "orders", ">");
    await other.xadd("orders", "*", "__data__", "3");
    const broker = connect();
    const seen = new Inbox<unknown>();
    broker.subscriber(orders(), {}, async (order: number, { message }) =>
      seen.push([order, message.attempt]),
    );
    await start(broker);
    expect(await seen.first(3)).toEqual([
      [1, 2],
      [2, 2],
      [3, 1],
    ]);
    await until(async () => ((await other.xpending("orders", "g")) as [number])[0] === 0);
  });

  test("idle entries of a consumer that is gone are taken over, while new ones come", async () => {
    await other.xgroup("CREATE", "orders", "g", "0", "MKSTREAM");
    const left: string[] = [];
    for (const order of [1, 2, 3])
      left.push((await other.xadd("orders", "*", "__data__", String(order))) ?? "");
    await other.xreadgroup("GROUP", "g", "gone", "STREAMS", "orders", ">");
    const broker = connect();
    const seen = new Inbox<string>();
    broker.subscriber(
      orders({ minIdle: 60_000, claimInterval: 50 }),
      {},
      async (order: number, { message }) => seen.push(`${order} ${message.attempt}`),
    );
    await start(broker);
    await other.xadd("orders", "*", "__data__", "4");
    expect(await seen.first(1)).toEqual(["4 1"]);
    // Idle for as long as that from now on, whatever the time.
    const idle = ["IDLE", 60_000, "RETRYCOUNT", 1, "JUSTID"];
    await other.call("XCLAIM", "orders", "g", "gone", 0, ...left, ...idle);
    expect((await seen.first(4)).slice(1)).toEqual(["1 2", "2 2", "3 2"]);
  });

  test("a handler that takes longer than minIdle keeps its entry to itself", async () => {
    const gate = new Gate();
    const seen = new Inbox<string>();
    // Its entry is touched thrice in this time: a process that stands still for so long would lose it, and rightly so.
    const shared = { minIdle: 2000, claimInterval: 50 };
    for (const service of ["1", "2"]) {
      const broker = connect(service);
      broker.subscriber(
        stream("orders", { group: "g", ...shared }),
        { concurrency: 2 },
        async (order: number) => {
          seen.push(`${service} ${order}`);
          await gate.opened;
        },
      );
      await start(broker);
    }
    await other.xadd("orders", "*", "__data__", "1");
    await seen.first(1);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    gate.open();
    await until(async () => ((await other.xpending("orders", "g")) as [number])[0] === 0);
    expect(seen.items).toHaveLength(1);
  });

  test("what is sent back stays pending, its attempts are Redis' deliveries, and maxDeliveries ends them", async () => {
    const broker = connect();
    const attempts = new Inbox<number>();
    const counts = new Inbox<unknown>();
    broker.subscriber(orders({ maxDeliveries: 3 }), {}, async (_: unknown, { message }) => {
      const [row] = (await other.xpending("orders", "g", "-", "+", 1)) as [string, string, 0, 0][];
      counts.push(row?.[3]);
      attempts.push(message.attempt);
      throw new Error("no");
    });
    const { logger, lines } = recordedLog();
    await start(broker, logger);
    await broker.publish(stream("orders"), 1);
    await lines.until(
      () => lines.items.some(({ msg }) => msg.includes("maxDeliveries")),
      "the end",
    );
    await until(async () => ((await other.xpending("orders", "g")) as [number])[0] === 0);
    expect(attempts.items).toEqual([1, 2, 3]);
    expect(counts.items).toEqual([1, 2, 3]);
  });

  test("deleteAfterAck leaves nothing behind", async () => {
    const broker = connect();
    const seen = new Inbox<number>();
    broker.subscriber(orders({ deleteAfterAck: true }), {}, async (order: number) =>
      seen.push(order),
    );
    await start(broker);
    await broker.publish(stream("orders"), 1);
    await seen.first(1);
    await until(async () => (await other.xlen("orders")) === 0);
  });

  test.each(["FLUSHALL", "DEL orders", "XGROUP DESTROY orders g"])(
    "a group that is lost by %s is made anew, and nothing is skipped or repeated",
    async (loss) => {
      const broker = connect();
      const seen = new Inbox<number>();
      broker.subscriber(orders(), {}, async (order: number) => seen.push(order));
      const { logger, lines } = recordedLog();
      await start(broker, logger);
      for (const order of [1, 2]) await broker.publish(stream("orders"), order);
      await seen.first(2);
      await until(async () => ((await other.xpending("orders", "g")) as [number])[0] === 0);
      await other.call(...(loss.split(" ") as [string, ...string[]]));
      for (const order of [3, 4]) await broker.publish(stream("orders"), order);
      expect(await seen.first(4)).toEqual([1, 2, 3, 4]);
      expect(lines.items.some(({ msg }) => msg.includes("made anew"))).toBe(true);
    },
  );

  test("or stops its subscriber, which health() shows", async () => {
    const broker = connect();
    broker.subscriber(orders({ onGroupMissing: "stop" }), {}, async () => {});
    const { logger, lines } = recordedLog();
    const app = await start(broker, logger);
    await other.xgroup("DESTROY", "orders", "g");
    await lines.until(() => lines.items.some(({ msg }) => msg.includes("is gone")), "the error");
    await until(async () => app.health().status === "down");
    const [subscriber] = app.health().brokers[0]?.subscriptions ?? [];
    expect(subscriber?.problem).toContain('onGroupMissing is "stop"');
  });

  test("a publisher trims, or wants the stream to be there", async () => {
    const broker = connect();
    await start(broker);
    const few = broker.publisher(stream("few"), { maxLength: 2, approximate: false });
    for (const order of [1, 2, 3, 4]) await few.publish(order as never);
    expect(await other.xlen("few")).toBe(2);
    const kept = stream("kept", { maxLength: 1, approximate: false });
    for (const order of [1, 2]) await broker.publish(kept, order);
    expect(await other.xlen("kept")).toBe(1);
    await expect(broker.publish(stream("absent"), 1, { noCreate: true })).rejects.toThrow(
      PublishError,
    );
    expect(await other.exists("absent")).toBe(0);
  });

  test("without a group everybody reads all of it, from where the options say", async () => {
    for (const order of [1, 2]) await other.xadd("orders", "*", "__data__", String(order));
    const seen = new Inbox<string>();
    const broker = connect();
    broker.subscriber(stream("orders", { from: "0" }), {}, async (order: number) =>
      seen.push(`all ${order}`),
    );
    broker.subscriber(stream("orders"), {}, async (order: number) => seen.push(`new ${order}`));
    await start(broker);
    await other.xadd("orders", "*", "__data__", "3");
    expect((await seen.first(4)).toSorted()).toEqual(["all 1", "all 2", "all 3", "new 3"]);
  });
});

describe("the connection", () => {
  test("subscribers that have nothing to do leave the server alone", async () => {
    const broker = connect();
    broker.subscriber(list("l"), {}, async () => {});
    broker.subscriber(list("r", { reliable: true }), {}, async () => {});
    broker.subscriber(stream("s"), {}, async () => {});
    broker.subscriber(stream("g", { group: "g" }), {}, async () => {});
    broker.subscriber("c", {}, async () => {});
    const app = await start(broker);
    const total = async () =>
      Number(/total_commands_processed:(\d+)/.exec(await other.info("stats"))?.[1]);
    const before = await total();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    // The second INFO is one of them.
    expect((await total()) - before).toBeLessThan(12);
    expect(app.health().status).toBe("up");
    const stopped = performance.now();
    await app.stop();
    // Whoever waits for messages would go on with it for three seconds more.
    expect(performance.now() - stopped).toBeLessThan(2500);
  });

  test("nor do those whose key is taken by something else meanwhile, and health() says so", async () => {
    const broker = connect();
    broker.subscriber(list("l"), {}, async () => {});
    const app = await start(broker);
    await other.set("l", "a text");
    await other.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await until(async () =>
      String(app.health().brokers[0]?.subscriptions[0]?.problem).includes("WRONGTYPE"),
    );
    const calls = async () =>
      Number(/cmdstat_blpop:calls=(\d+)/.exec(await other.info("commandstats"))?.[1]);
    const before = await calls();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await calls()) - before).toBeLessThan(8);
    await other.del("l");
    await other.rpush("l", "1");
    await until(async () => app.health().status === "up");
  });

  test("a key that holds something else is an error at start that names both", async () => {
    await other.hset("orders", "a", "1");
    const onList = connect();
    onList.subscriber(list("orders"), {}, async () => {});
    await expect(start(onList)).rejects.toThrow('the key "orders" holds a hash, not a list');
    const onStream = connect();
    onStream.subscriber(stream("orders", { group: "g" }), {}, async () => {});
    await expect(start(onStream)).rejects.toThrow('the key "orders" holds a hash, not a stream');
    const publisher = connect();
    await start(publisher);
    await expect(publisher.publish(list("orders"), 1)).rejects.toThrow(/cannot publish.*WRONGTYPE/);
  });

  test("a publish that Redis does not answer ends at its time, and one that was under way is not repeated", async () => {
    await using wire = await startWire(server.url);
    const broker = new RedisBroker({ url: wire.url, publishTimeout: 300 });
    await start(broker);
    wire.cut({ refuse: true });
    const error = await broker.publish(list("jobs"), 0).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PublishError);
    wire.mend();
    let tried = 0;
    await until(() =>
      broker.publish(list("jobs"), ++tried).then(
        () => true,
        () => false,
      ),
    );
    const reader = connect();
    const seen = new Inbox<number>();
    reader.subscriber(list("jobs"), {}, async (job: number) => seen.push(job));
    await start(reader);
    await seen.until(() => seen.items.includes(tried), "the last");
    // One of those in between may have arrived and been answered too late.
    expect(seen.items).not.toContain(0);
    expect(seen.items).toEqual([...new Set(seen.items)]);
  });

  test("a client that was passed in is used and stays open; its subscribers have duplicates", async () => {
    const client = new Redis(server.url, { connectionName: "mine" });
    const broker = new RedisBroker({ client, name: "millrace" });
    const seen = new Inbox<number>();
    broker.subscriber("c", {}, async (value: number) => seen.push(value));
    broker.subscriber(stream("s", { group: "g" }), {}, async (value: number) => seen.push(value));
    const app = await start(broker);
    await broker.publish("c", 1);
    await broker.publish(stream("s"), 2);
    expect((await seen.first(2)).toSorted()).toEqual([1, 2]);
    await app.stop();
    expect(await client.ping()).toBe("PONG");
    client.disconnect();
    const prefixed = new Redis(server.url, { keyPrefix: "p:" });
    await expect(start(new RedisBroker({ client: prefixed }))).rejects.toThrow(DeclarationError);
    prefixed.disconnect();
  });

  test("the database is the one of the URL or of the options", async () => {
    const broker = new RedisBroker({ url: `${server.url}/3` });
    const second = new RedisBroker({ url: server.url, database: 4 });
    await start(broker);
    await start(second);
    await broker.publish(list("jobs"), 1);
    await second.publish(list("jobs"), 1);
    const probe = new Redis(server.url);
    for (const database of [3, 4]) {
      await probe.select(database);
      expect(await probe.llen("jobs")).toBe(1);
    }
    probe.disconnect();
    expect(await other.llen("jobs")).toBe(0);
  });

  test("no server: one error that says what to do and shows no password", async () => {
    const broker = new RedisBroker({ url: "redis://anna:s3cret@127.0.0.1:1" });
    const error = (await start(broker).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toContain("redis://127.0.0.1:1 does not answer");
    expect(error.message).not.toContain("s3cret");
  });
});

test("users: credentials from options or URL, what is refused is said once and clearly", async () => {
  await using guarded = await startRedis({
    users: {
      anna: ">s3cret ~orders* &orders* &millrace.replies.* +@all",
      bob: ">b0b ~* &none +@all",
    },
  });
  const url = (login: string) => guarded.url.replace("://", `://${login}@`);
  const anna = new RedisBroker({ url: url("anna:s3cret") });
  const seen = new Inbox<number>();
  anna.subscriber("orders", {}, async (order: number) => seen.push(order));
  anna.subscriber(stream("orders.s", { group: "g" }), {}, async (order: number) =>
    seen.push(order),
  );
  anna.subscriber(list("orders.l", { reliable: true }), {}, async (order: number) =>
    seen.push(order),
  );
  anna.subscriber("orders.double", {}, async (order: number) => order * 2);
  await start(anna);
  await anna.publish("orders", 1);
  await anna.publish(stream("orders.s"), 2);
  await anna.publish(list("orders.l"), 3);
  expect((await seen.first(3)).toSorted()).toEqual([1, 2, 3]);
  expect(await anna.request("orders.double", 4)).toBe(8);
  await expect(anna.publish("secret", 1)).rejects.toThrow(/cannot publish to "secret": NOPERM/);
  await expect(anna.publish(list("secret"), 1)).rejects.toThrow(PublishError);

  const bob = new RedisBroker({ url: guarded.url, user: "bob", password: "b0b" });
  bob.subscriber("orders", {}, async () => {});
  await expect(start(bob)).rejects.toThrow(/refuses the subscription to "orders"/);
  const carl = new RedisBroker({ url: guarded.url, user: "anna", password: "s3cret" });
  carl.subscriber(stream("private", { group: "g" }), {}, async () => {});
  await expect(start(carl)).rejects.toThrow(/cannot read the stream "private".*NOPERM/s);

  for (const broken of [
    new RedisBroker({ url: url("anna:wr0ng") }),
    new RedisBroker({ url: guarded.url }),
  ]) {
    const error = (await start(broken).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(ConnectError);
    expect(error.message).toContain("refused the credentials");
    expect(error.message).not.toContain("wr0ng");
  }
});

test("TLS, with the client's certificate where it is asked for", async () => {
  await using guarded = await startRedis({ tls: "required" });
  const { url = "", ...certificates } = guarded.secure ?? {};
  const broker = new RedisBroker({ url, tls: certificates as never });
  const seen = new Inbox<number>();
  broker.subscriber(list("jobs", { reliable: true }), {}, async (job: number) => seen.push(job));
  broker.subscriber("news", {}, async (job: number) => seen.push(job));
  await start(broker);
  await broker.publish(list("jobs"), 1);
  await broker.publish("news", 2);
  expect((await seen.first(2)).toSorted()).toEqual([1, 2]);
  await expect(start(new RedisBroker({ url }))).rejects.toThrow(ConnectError);
});
