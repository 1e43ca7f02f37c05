/** Faults through a real client, and what the journal says of pub/sub. */
import { once } from "node:events";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { url: string }> {
  const emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  return { ...emulator, url: emulator.servers[0]!.url };
}

/** A client that does not come back by itself. */
async function connect(url: string, connectionName: string): Promise<Redis> {
  const client = new Redis(url, {
    connectionName,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** What a client is subscribed to, as text, in order. */
async function listen(client: Redis, pattern: string): Promise<string[]> {
  const got: string[] = [];
  client.on("pmessage", (_pattern: string, _channel: string, text: string) => void got.push(text));
  await client.psubscribe(pattern);
  return got;
}

const journal = async (emulator: Emulator) =>
  (await emulator.events()).map(({ kind, payload, client, reason }) => [
    kind,
    Buffer.from(payload).toString(),
    client?.name ?? null,
    ...(reason === undefined ? [] : [reason]),
  ]);

async function both(emulator: { url: string }): Promise<{ shop: Redis; billing: Redis }> {
  return {
    shop: await connect(emulator.url, "shop"),
    billing: await connect(emulator.url, "billing"),
  };
}

test("what is published is told with who sent it, who got it and by which pattern", async () => {
  await using emulator = await start();
  const { shop, billing } = await both(emulator);
  const got = await listen(billing, "orders.*");
  await shop.publish("orders.new", "1");
  await shop.publish("payments", "2");
  await expect.poll(() => got).toEqual(["1"]);
  expect(await journal(emulator)).toEqual([
    ["published", "1", "shop"],
    ["delivered", "1", "billing"],
    ["published", "2", "shop"],
    ["dropped", "2", null, "no subscribers"],
  ]);
  expect((await emulator.events())[1]).toMatchObject({
    channel: "orders.new",
    subscription: { pattern: "orders.*" },
  });
  shop.disconnect();
  billing.disconnect();
});

test("a dropped PUBLISH reaches nobody and is never answered", async () => {
  await using emulator = await start();
  const { shop, billing } = await both(emulator);
  const got = await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { protocol: "redis", operation: "publish", channel: "orders.*", client: "shop" },
    effect: { kind: "drop" },
  });
  let answers = 0;
  shop.publish("orders.new", "lost").then(
    () => answers++,
    () => {},
  );
  // The answer that comes next is taken for the one that never came.
  shop.publish("orders.new", "2").then(
    () => answers++,
    () => {},
  );
  await expect.poll(() => got).toEqual(["2"]);
  await expect.poll(() => answers).toBe(1);
  expect((await journal(emulator)).slice(0, 2)).toEqual([
    ["published", "lost", "shop"],
    ["dropped", "lost", "shop", `fault ${fault.id}: drop`],
  ]);
  shop.disconnect();
  billing.disconnect();
});

test.each([
  ["LPUSH", ["jobs", "1", "2"], "list", ["1", "2"]],
  ["rpush", ["jobs", "1"], "list", ["1"]],
  ["XADD", ["log", "MAXLEN", "~", "10", "*", "a", "1"], "stream", ['{"a":"1"}']],
  ["XADD", ["log", "NOMKSTREAM", "5-*", "__data__", "1"], "stream", ["1"]],
  ["XADD", ["log", "*", "a"], "stream", []],
  ["RPUSHX", ["nothing", "1"], "list", []],
])(
  "what %s %j was to publish is told with the fault that took it",
  async (name, args, type, gone) => {
    await using emulator = await start();
    const shop = await connect(emulator.url, "shop");
    const fault = await emulator.inject({
      match: { operation: "publish", client: "shop" },
      effect: { kind: "error", text: "ERR not now" },
    });
    await expect(shop.call(name, ...args)).rejects.toThrow("ERR not now");
    const reason = `fault ${fault.id}: error`;
    expect(await journal(emulator)).toEqual(
      gone.flatMap((payload) => [
        ["published", payload, "shop"],
        ["dropped", payload, "shop", reason],
      ]),
    );
    for (const event of await emulator.events())
      expect(event).toMatchObject({ channel: args[0], channelType: type });
    expect(await shop.exists(args[0] ?? "")).toBe(0);
    shop.disconnect();
  },
);

test.each(["GET", "get"])(
  "an error refuses one command by its own name (%s)",
  async (operation) => {
    await using emulator = await start();
    const shop = await connect(emulator.url, "shop");
    await emulator.inject({
      match: { operation, channel: "stock:*", nth: 2 },
      effect: { kind: "error", text: "LOADING not yet" },
    });
    await shop.set("stock:1", "7");
    expect(await shop.get("stock:1")).toBe("7");
    await expect(shop.get("stock:1")).rejects.toThrow("LOADING not yet");
    expect(await shop.get("stock:1")).toBe("7");
    shop.disconnect();
  },
);

test("a delivery that is delayed keeps its order, for the emulator's time", async () => {
  await using emulator = await start();
  const { shop, billing } = await both(emulator);
  const got = await listen(billing, "orders.*");
  await emulator.inject({
    match: { operation: "deliver", channel: "orders.*", client: "billing" },
    effect: { kind: "delay", ms: 60_000 },
  });
  await shop.publish("orders.new", "1");
  await shop.publish("orders.new", "2");
  expect(await journal(emulator)).toEqual([
    ["published", "1", "shop"],
    ["published", "2", "shop"],
  ]);
  await emulator.advance(60_000);
  await expect.poll(() => got).toEqual(["1", "2"]);
  shop.disconnect();
  billing.disconnect();
});

test("a connection can be cut at its first command, known by the name that it brings", async () => {
  await using emulator = await start();
  const fault = await emulator.inject({
    match: { operation: "connect" },
    effect: { kind: "disconnect" },
  });
  await expect(connect(emulator.url, "shop")).rejects.toThrow("closed");
  expect(await fault.fired()).toBe(1);
  const again = await connect(emulator.url, "shop");
  expect(await again.ping()).toBe("PONG");
  again.disconnect();
});

test("who takes a message twice is told twice", async () => {
  await using emulator = await start();
  const { shop, billing } = await both(emulator);
  const got = await listen(billing, "*");
  await emulator.inject({ match: { operation: "deliver" }, effect: { kind: "duplicate" } });
  await shop.publish("orders.new", "1");
  await expect.poll(() => got).toEqual(["1", "1"]);
  expect((await journal(emulator)).map(([kind]) => kind)).toEqual([
    "published",
    "delivered",
    "redelivered",
  ]);
  shop.disconnect();
  billing.disconnect();
});

test("the subscriber that a delivery cuts off is gone for the next message", async () => {
  await using emulator = await start();
  const { shop, billing } = await both(emulator);
  await listen(billing, "orders.*");
  const fault = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "disconnect" },
  });
  const ended = once(billing, "end");
  expect(await shop.publish("orders.new", "1")).toBe(1);
  await ended;
  expect(await shop.publish("orders.new", "2")).toBe(0);
  expect(await journal(emulator)).toEqual([
    ["published", "1", "shop"],
    ["dropped", "1", "billing", `fault ${fault.id}: disconnect`],
    ["published", "2", "shop"],
    ["dropped", "2", null, "no subscribers"],
  ]);
  shop.disconnect();
});

test("the workbench publishes to channels, lists and streams, with headers around what it says", async () => {
  await using emulator = await start();
  const billing = await connect(emulator.url, "billing");
  const got: Buffer[] = [];
  billing.on("messageBuffer", (_channel: Buffer, message: Buffer) => void got.push(message));
  const reader = await connect(emulator.url, "reader");
  await billing.subscribe("orders");
  const message = { protocol: "redis", payload: Buffer.from("{}"), channel: "orders" } as const;
  await emulator.publish(message);
  await emulator.publish({ ...message, headers: { trace: "7" } });
  await emulator.publish({ ...message, channel: "jobs", channelType: "list" });
  await emulator.publish({ ...message, channel: "log", channelType: "stream" });
  await expect.poll(() => got.length).toBe(2);
  expect(got[0]!.toString()).toBe("{}");
  expect(got[1]!.subarray(0, 8).toString("latin1")).toBe("\x89BIN\r\n\x1a\n");
  expect(await reader.lrange("jobs", 0, -1)).toEqual(["{}"]);
  expect((await reader.xrange("log", "-", "+"))[0]?.[1]).toEqual(["__data__", "{}"]);
  const events = await emulator.events();
  expect(events.filter(({ client }) => client?.name === "workbench")).toHaveLength(4);
  expect(events.find(({ headers }) => headers["trace"] === "7")).toMatchObject({
    payload: Buffer.from("{}"),
  });
  await reader.set("orders:1", "no list");
  await expect(
    emulator.publish({ ...message, channel: "orders:1", channelType: "list" }),
  ).rejects.toThrow("WRONGTYPE");
  billing.disconnect();
  reader.disconnect();
});
