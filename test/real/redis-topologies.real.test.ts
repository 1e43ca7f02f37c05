/** Redis as more than one server: a cluster, a master behind sentinels. */
import { Cluster, Redis } from "ioredis";
import { App, createLogger, type AnyBroker } from "millrace";
import { list, pattern, RedisBroker, stream, type RedisOptions } from "millrace/redis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { startRedisCluster, startRedisSentinel } from "./brokers.ts";

const apps: App[] = [];

async function start(...brokers: [AnyBroker, ...AnyBroker[]]): Promise<App> {
  const level = process.env["CONFORMANCE_LOGS"] === undefined ? "silent" : "debug";
  const app = new App(...brokers, { title: "topologies", logger: createLogger({ level }) });
  apps.push(app);
  await app.start();
  return app;
}

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop({ deadline: 500 })));
});

/** Publishes until it has been confirmed so often; what fails is sent again. */
async function publishAll(publish: (number: number) => Promise<void>, count: number) {
  for (let number = 0; number < count; number++) {
    for (let sent = false; !sent;) {
      sent = await publish(number).then(
        () => true,
        () => false,
      );
    }
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

describe("a cluster", () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster?.stop());

  const connect = (options: RedisOptions = {}) =>
    new RedisBroker({ cluster: cluster.urls, name: "clustered", ...options });

  test("carries channels, patterns, lists, streams and requests, whichever node has them", async () => {
    const broker = connect();
    const seen = new Inbox<string>();
    const keys = ["a", "b", "c", "d", "e", "f"];
    for (const key of keys) {
      broker.subscriber(`news.${key}`, {}, async (n: number) => seen.push(`channel ${key} ${n}`));
      broker.subscriber(list(`list.${key}`), {}, async (n: number) =>
        seen.push(`list ${key} ${n}`),
      );
      broker.subscriber(list(`jobs.${key}`, { reliable: true }), {}, async (n: number) =>
        seen.push(`jobs ${key} ${n}`),
      );
      broker.subscriber(stream(`stream.${key}`, { group: "g" }), {}, async (n: number) =>
        seen.push(`stream ${key} ${n}`),
      );
    }
    broker.subscriber(pattern("news.*"), {}, async (n: number, { message }) =>
      seen.push(`pattern ${message.address} ${n}`),
    );
    broker.subscriber("double", {}, async (n: number) => n * 2);
    const app = await start(broker);
    for (const key of keys) {
      await broker.publish(`news.${key}`, 1);
      await broker.publish(list(`list.${key}`), 1);
      await broker.publish(list(`jobs.${key}`), 1);
      await broker.publish(stream(`stream.${key}`), 1);
    }
    expect((await seen.first(keys.length * 5)).toSorted()).toEqual(
      keys
        .flatMap((key) => [
          `channel ${key} 1`,
          `list ${key} 1`,
          `jobs ${key} 1`,
          `stream ${key} 1`,
          `pattern news.${key} 1`,
        ])
        .toSorted(),
    );
    expect(await Promise.all(numbers(50).map((n) => broker.request("double", n)))).toEqual(
      numbers(50).map((n) => n * 2),
    );
    const stopping = performance.now();
    await app.stop();
    expect(performance.now() - stopping).toBeLessThan(5000);
  });

  test("channels keep the order in which they were published", async () => {
    const broker = connect();
    const seen = new Inbox<number>();
    broker.subscriber("ticks", {}, async (tick: number) => seen.push(tick));
    await start(broker);
    await Promise.all(numbers(300).map((tick) => broker.publish("ticks", tick)));
    expect(await seen.first(300)).toEqual(numbers(300));
  });

  test("one node by `url`, or a Cluster that was passed in, will do", async () => {
    const client = new Cluster(cluster.urls.map((url) => url));
    for (const broker of [
      new RedisBroker({ url: cluster.urls[0] ?? "", cluster: true }),
      new RedisBroker({ client }),
    ]) {
      const seen = new Inbox<number>();
      broker.subscriber(stream("given", { group: "g" }), {}, async (n: number) => seen.push(n));
      broker.subscriber("given", {}, async (n: number) => seen.push(n));
      const app = await start(broker);
      await broker.publish(stream("given"), 1);
      await broker.publish("given", 2);
      expect((await seen.first(2)).toSorted()).toEqual([1, 2]);
      await app.stop();
    }
    expect(await client.ping()).toBe("PONG");
    client.disconnect();
  });

  test("a node is killed and comes back: nothing confirmed is lost, and channels are heard again", async () => {
    const broker = connect({ publishTimeout: 2000 });
    const seen = new Inbox<string>(60_000);
    const keys = ["a", "b", "c", "d"];
    for (const key of keys) {
      broker.subscriber(stream(`s.${key}`, { group: "g" }), {}, async (n: number) =>
        seen.push(`s.${key} ${n}`),
      );
      broker.subscriber(list(`l.${key}`, { reliable: true }), {}, async (n: number) =>
        seen.push(`l.${key} ${n}`),
      );
    }
    broker.subscriber("fence", {}, async (n: number) => seen.push(`fence ${n}`));
    await start(broker);
    const count = 200;
    const published = Promise.all(
      keys.flatMap((key) => [
        publishAll((n) => broker.publish(stream(`s.${key}`), n), count),
        publishAll((n) => broker.publish(list(`l.${key}`), n), count),
      ]),
    );
    for (const node of cluster.nodes) {
      await seen.until(() => seen.items.length > 20, "some");
      await node.kill();
      await node.restart();
    }
    await published;
    const all = new Set(
      keys.flatMap((key) => numbers(count).flatMap((n) => [`s.${key} ${n}`, `l.${key} ${n}`])),
    );
    await seen.until(() => new Set(seen.items).size >= all.size, "all of them");
    for (let n = 0; !seen.items.some((each) => each.startsWith("fence")); n++) {
      await broker.publish("fence", n).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    console.log(`cluster: ${all.size} confirmed, ${seen.items.length - 1} handled, 3 nodes killed`);
  });
});

test("sentinels say where the master is, also when it is another one or is killed", async () => {
  await using group = await startRedisSentinel();
  const connect = (name: string) =>
    new RedisBroker({
      sentinel: { name: group.name, sentinels: [new URL(group.sentinel.url).host] },
      name,
      publishTimeout: 2000,
    });
  const broker = connect("service");
  const sender = connect("sender");
  const seen = new Inbox<string>(60_000);
  broker.subscriber(stream("orders", { group: "g" }), {}, async (n: number) =>
    seen.push(`order ${n}`),
  );
  broker.subscriber("ticks", {}, async (n: number) => seen.push(`tick ${n}`));
  const app = await start(broker);
  await start(sender);
  let sent = 0;
  const publish = (count: number) =>
    publishAll(async () => {
      await sender.publish(stream("orders"), sent);
      sent++;
    }, count);
  await publish(20);
  await seen.until(() => seen.items.length >= 20, "20 orders");
  await group.failover();
  await publish(20);
  await seen.until(() => seen.items.includes("order 39"), "the orders after the failover");
  // Replication is asynchronous: what has come to the replica behind the orders shows that they have, too.
  const { hostname: host, port } = new URL(group.sentinel.url);
  const master = new Redis({ sentinels: [{ host, port: Number(port) }], name: group.name });
  await master.set("behind", "1");
  await master.wait(1, 0);
  master.disconnect();
  await group.failover().catch(() => undefined);
  await publish(20);
  await seen.until(() => seen.items.includes("order 59"), "the orders after the second failover");
  for (let n = 0; !seen.items.some((each) => each.startsWith("tick")); n++) {
    await sender.publish("ticks", n).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(app.health().status).toBe("up");
});
