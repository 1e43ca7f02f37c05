/** Key-value buckets and object stores, on nats-server. */
import { randomUUID } from "node:crypto";
import { App, createLogger, DeclarationError, type AnyBroker, type Logger } from "millrace";
import { kv, NatsBroker, objects, type NatsOptions, type ObjectChange } from "millrace/nats";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Inbox } from "../conformance/inbox.ts";
import { startNatsServer, type RealBroker } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

let server: RealBroker;
let client: NatsConnection;
beforeAll(async () => {
  server = await startNatsServer("jetstream {}");
  client = await connect({ servers: server.url });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const quiet = createLogger({ level: "silent" });

async function start(broker: AnyBroker, logger: Logger = quiet): Promise<App> {
  const app = new App(broker, { title: "buckets", logger });
  await app.start();
  return app;
}

const make = (options: NatsOptions = {}) => new NatsBroker({ url: server.url, ...options });
const nameOfBucket = () => `b${randomUUID().slice(0, 8)}`;
const memory = { storage: "memory" } as const;

test("keys are watched with their values, deletes and parameters", async () => {
  const bucket = nameOfBucket();
  const broker = make();
  const profiles = kv(bucket, { key: "users.{id}", declare: { ...memory, history: 3 } });
  const Profile = z.object({ name: z.string() }).nullable();
  const seen = new Inbox<unknown>();
  broker.subscriber(profiles, { schema: Profile }, async (profile, { params, message }) => {
    const { operation, revision } = message.raw;
    seen.push([
      params.id,
      profile?.name ?? null,
      message.address,
      message.key,
      operation,
      revision,
    ]);
  });
  const put = broker.publisher(profiles, { schema: Profile });
  await using _app = await start(broker);
  await put.publish({ name: "Zoë" }, { params: { id: "7" } });
  await put.publish(null, { params: { id: "7" } });
  // What was before it goes with a purge, also from those who have not read it.
  await seen.first(2);
  await put.publish(null, { params: { id: "7" }, purge: true });
  expect(await seen.first(3)).toEqual([
    ["7", "Zoë", "users.7", "users.7", "PUT", 1],
    ["7", null, "users.7", "users.7", "DEL", 2],
    ["7", null, "users.7", "users.7", "PURGE", 3],
  ]);
  // As any other client sees it.
  const store = await client.jetstream().views.kv(bucket, { bindOnly: true });
  await store.put("users.8", JSON.stringify({ name: "Ada" }));
  expect((await seen.first(4))[3]).toEqual(["8", "Ada", "users.8", "users.8", "PUT", 4]);
  expect((await store.status()).history).toBe(3);
});

test("what comes before the updates is chosen, and deletes may be left out", async () => {
  const bucket = nameOfBucket();
  const store = await client
    .jetstream()
    .views.kv(bucket, { history: 5, storage: "memory" as never });
  for (const value of ["1", "2"]) await store.put("a", value);
  await store.put("b", "3");
  await store.delete("b");
  const broker = make();
  const seen: Record<string, Inbox<unknown>> = {};
  for (const include of ["last", "history", "updates"] as const) {
    const inbox = (seen[include] = new Inbox());
    broker.subscriber(kv(bucket), { include }, async (n: number | null) => inbox.push(n));
  }
  const without = (seen["without"] = new Inbox());
  broker.subscriber(kv(bucket), { deletes: false }, async (n: number) => without.push(n));
  await using _app = await start(broker);
  await store.put("a", "4");
  await store.delete("a");
  await store.put("a", "5");
  const all = await Promise.all(
    Object.entries(seen).map(async ([name, inbox]) => {
      await inbox.until(() => inbox.items.includes(5), `5 at ${name}`);
      return [name, inbox.items];
    }),
  );
  expect(Object.fromEntries(all)).toEqual({
    last: [2, null, 4, null, 5],
    history: [1, 2, 3, null, 4, null, 5],
    updates: [4, null, 5],
    without: [2, 4, 5],
  });
});

test("a put may depend on the revision", async () => {
  const bucket = nameOfBucket();
  const broker = make();
  await using _app = await start(broker);
  const on = kv(bucket, { key: "a", declare: memory });
  await broker.publish(on, 1, { expect: { revision: 0 } });
  await broker.publish(on, 2, { expect: { revision: 1 } });
  for (const revision of [0, 1])
    await expect(broker.publish(on, 3, { expect: { revision } })).rejects.toThrow(
      /was not published, since the stream is not as expected/,
    );
  const store = await broker.kv(bucket);
  expect((await store.get("a"))?.json()).toBe(2);
  expect((await store.get("a"))?.revision).toBe(2);
  await expect(broker.publish(kv(bucket), 1)).rejects.toThrow(/has a wildcard/);
});

test("a watch goes on where it was after the connection was cut, and after a restart of the server", async () => {
  await using wire = await startWire(server.url);
  const bucket = nameOfBucket();
  const broker = make({ url: wire.url });
  const seen = new Inbox<number>();
  broker.subscriber(
    kv(bucket, { key: "n", declare: { ...memory, history: 64 } }),
    {},
    async (n: number) => seen.push(n),
  );
  await using _app = await start(broker);
  const store = await client.jetstream().views.kv(bucket, { bindOnly: true });
  const all = Array.from({ length: 60 }, (_, n) => n);
  for (const n of all) {
    if (n % 20 === 10) wire.cut();
    await store.put("n", String(n));
  }
  await seen.until(() => seen.items.includes(59), "the last");
  expect(seen.items).toEqual(all);
});

test("a bucket that does not exist is named; one that differs from its declaration is told of", async () => {
  const missing = make();
  missing.subscriber(kv("nowhere"), {}, async () => {});
  const error = await start(missing).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeclarationError);
  expect(String(error)).toMatch(/key-value bucket "nowhere" does not exist .*declare: true/);
  const files = make();
  files.subscriber(objects("nowhere"), {}, async () => {});
  await expect(start(files)).rejects.toThrow(/object store "nowhere" does not exist/);

  const broker = make();
  await using _app = await start(broker);
  await expect(broker.publish(kv("nowhere", { key: "a" }), 1)).rejects.toThrow(
    /there is no bucket "nowhere"/,
  );
  await expect(broker.kv("nowhere")).rejects.toThrow(/"nowhere" does not exist/);
  await expect(broker.objects("nowhere")).rejects.toThrow(/"nowhere" does not exist/);

  const bucket = nameOfBucket();
  await client.jetstream().views.kv(bucket, { history: 2, storage: "memory" as never });
  const log = recordedLog();
  const other = make();
  other.subscriber(kv(bucket, { declare: { history: 5, ttl: 1000 } }), {}, async () => {});
  await using _other = await start(other, log.logger);
  expect(log.lines.items.map(({ msg }) => msg)).toContain(
    `the key-value bucket "${bucket}" is not as declared and stays as it is: history is 2, declared 5; ttl is 0 ms, declared 1000 ms`,
  );
});

test("objects are watched, and their bytes are a call away", async () => {
  const bucket = nameOfBucket();
  const broker = make();
  const seen = new Inbox<unknown>();
  broker.subscriber(
    objects(bucket, { name: "reports.{month}", declare: memory }),
    {},
    async (change: ObjectChange, { params, message }) => {
      const bytes = await message.raw.download();
      seen.push([
        params.month,
        change.size,
        change.deleted,
        bytes?.byteLength ?? null,
        message.address,
      ]);
    },
  );
  const everything = new Inbox<string>();
  broker.subscriber(
    objects(bucket, { declare: memory }),
    { deletes: false },
    async (change: ObjectChange) => everything.push(change.name),
  );
  await using _app = await start(broker);
  const store = await broker.objects(bucket);
  const large = new Uint8Array(300_000).fill(7);
  await store.putBlob({ name: "reports.may" }, large);
  // A store keeps the last change of each: deleted at once, it might tell of that alone.
  await Promise.all([seen.first(1), everything.first(1)]);
  await store.putBlob({ name: "a name/with: (all)" }, new Uint8Array(1));
  await store.delete("reports.may");
  expect(await seen.first(2)).toEqual([
    ["may", 300_000, false, 300_000, "reports.may"],
    ["may", 0, true, null, "reports.may"],
  ]);
  expect(await everything.first(2)).toEqual(["reports.may", "a name/with: (all)"]);

  const late = new Inbox<[string, number]>();
  const later = make();
  later.subscriber(objects(bucket), { deletes: false }, async (change: ObjectChange, { message }) =>
    late.push([change.name, (await message.raw.download())?.byteLength ?? -1]),
  );
  await using _later = await start(later);
  expect(await late.first(1)).toEqual([["a name/with: (all)", 1]]);
  await store.putBlob({ name: "x" }, large);
  expect((await late.first(2))[1]).toEqual(["x", 300_000]);
});
