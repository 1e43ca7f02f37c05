/** Faults through a real client, and what the journal says of exchanges and queues. */
import { once } from "node:events";
import { connect, type Channel, type ChannelModel, type ConfirmChannel } from "amqplib";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { url: string }> {
  const emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  return { ...emulator, url: emulator.servers[0]!.url };
}

interface Client {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
}

/** Without heartbeats: the clock is moved here. */
async function client({ url }: { url: string }, name: string): Promise<Client> {
  const connection = await connect(`${url}?heartbeat=0`, {
    clientProperties: { connection_name: name },
  });
  connection.on("error", () => {});
  const channel = await connection.createConfirmChannel();
  channel.on("error", () => {});
  return { connection, channel };
}

/** What a queue's consumer gets, as text, in order. It acknowledges nothing by itself. */
async function listen(channel: Channel, queue: string, noAck = true): Promise<string[]> {
  const got: string[] = [];
  await channel.assertQueue(queue);
  await channel.consume(
    queue,
    (message) => message !== null && got.push(message.content.toString()),
    { noAck },
  );
  return got;
}

/** Publishes, and says what became of it. */
function publish(channel: ConfirmChannel, queue: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    channel.sendToQueue(queue, Buffer.from(text), {}, (error: unknown) =>
      resolve(error === null ? "taken" : "refused"),
    );
  });
}

const journal = async (emulator: Emulator) =>
  (await emulator.events()).map(({ kind, payload, client: who, reason }) => [
    kind,
    Buffer.from(payload).toString(),
    who?.name ?? null,
    ...(reason === undefined ? [] : [reason]),
  ]);

test("what is published is told with where it went, who got it and that it was settled", async () => {
  await using emulator = await start();
  const [shop, billing] = [await client(emulator, "shop"), await client(emulator, "billing")];
  await billing.channel.assertQueue("billing");
  await billing.channel.bindQueue("billing", "amq.topic", "orders.#");
  await billing.channel.consume("billing", (message) => billing.channel.ack(message!));
  const headers = { traceparent: "00-1-2-01", attempts: 3, "millrace-key": "4711" };
  shop.channel.publish("amq.topic", "orders.new", Buffer.from("1"), {
    headers,
    contentType: "text/plain",
    correlationId: "c",
    replyTo: "answers",
  });
  shop.channel.publish("amq.topic", "payments", Buffer.from("2"));
  shop.channel.sendToQueue("billing", Buffer.from("3"));
  await shop.channel.waitForConfirms();
  await expect
    .poll(async () => (await journal(emulator)).filter(([kind]) => kind === "acknowledged").length)
    .toBe(2);
  expect(await journal(emulator)).toEqual(
    expect.arrayContaining([
      ["published", "1", "shop"],
      ["delivered", "1", "billing"],
      ["acknowledged", "1", "billing"],
      ["published", "2", "shop"],
      ["dropped", "2", null, "no route"],
      ["delivered", "3", "billing"],
    ]),
  );
  const events = await emulator.events();
  expect(events.find(({ kind }) => kind === "delivered")).toMatchObject({
    channel: "orders.new",
    channelType: "exchange:amq.topic",
    subscription: { pattern: "billing", group: "billing" },
    headers: {
      traceparent: "00-1-2-01",
      attempts: "3",
      "content-type": "text/plain",
      correlation_id: "c",
    },
    key: "4711",
    replyTo: "answers",
    client: { port: expect.any(Number) },
  });
  expect(events.find(({ payload }) => String.fromCharCode(...payload) === "3")).toMatchObject({
    channel: "billing",
    channelType: "queue",
  });
});

test("a dropped publish reaches nobody and is never confirmed, though those after it are", async () => {
  await using emulator = await start();
  const { channel } = await client(emulator, "shop");
  const got = await listen(channel, "orders");
  const fault = await emulator.inject({
    match: {
      protocol: "rabbitmq",
      operation: "publish",
      channel: "order*",
      client: "shop",
      nth: 2,
    },
    effect: { kind: "drop" },
  });
  const exact = await emulator.inject({
    match: { operation: "publish", channel: "orders", nth: 2 },
    effect: { kind: "drop" },
  });
  const fates = ["1", "2", "3", "4"].map((text) => publish(channel, "orders", text));
  expect(await Promise.all([fates[0], fates[2], fates[3]])).toEqual(["taken", "taken", "taken"]);
  expect(await Promise.race([fates[1], Promise.resolve("open")])).toBe("open");
  await expect.poll(() => got).toEqual(["1", "3", "4"]);
  // Part of a word is no wildcard here.
  expect([await fault.fired(), await exact.fired()]).toEqual([0, 1]);
  expect(await journal(emulator)).toContainEqual([
    "dropped",
    "2",
    "shop",
    `fault ${exact.id}: drop`,
  ]);
});

test("delays wait for the clock, on the way in and out, and hold no other client back", async () => {
  await using emulator = await start();
  const [shop, other] = [await client(emulator, "shop"), await client(emulator, "other")];
  const got = await listen(other.channel, "orders");
  const incoming = await emulator.inject({
    match: { operation: "publish", client: "shop" },
    effect: { kind: "delay", ms: 60_000 },
  });
  const delayed = Promise.all([
    publish(shop.channel, "orders", "1"),
    publish(shop.channel, "orders", "2"),
  ]);
  await expect.poll(() => incoming.fired()).toBe(1);
  expect(await publish(other.channel, "orders", "other")).toBe("taken");
  await expect.poll(() => got).toEqual(["other"]);
  const outgoing = await emulator.inject({
    match: { operation: "deliver" },
    effect: { kind: "delay", ms: 60_000 },
  });
  await emulator.advance(60_000);
  expect(await delayed).toEqual(["taken", "taken"]);
  expect(await outgoing.fired()).toBe(1);
  expect(got).toEqual(["other"]);
  await emulator.advance(60_000);
  await expect.poll(() => got).toEqual(["other", "1", "2"]);
});

test("a duplicated publish comes twice and is confirmed once; a late one is overtaken", async () => {
  await using emulator = await start();
  const { channel } = await client(emulator, "shop");
  const got = await listen(channel, "orders");
  await emulator.inject({ match: { operation: "publish" }, effect: { kind: "duplicate" } });
  expect(await publish(channel, "orders", "1")).toBe("taken");
  await emulator.inject({ match: { operation: "publish" }, effect: { kind: "reorder" } });
  const fates = [publish(channel, "orders", "2"), publish(channel, "orders", "3")];
  expect(await Promise.all(fates)).toEqual(["taken", "taken"]);
  await expect.poll(() => got).toEqual(["1", "1", "3", "2"]);
});

test("a dropped delivery stays with its channel, and comes again when that is closed", async () => {
  await using emulator = await start();
  const [shop, billing] = [await client(emulator, "shop"), await client(emulator, "billing")];
  const lost = await listen(billing.channel, "orders", false);
  const fault = await emulator.inject({
    match: { operation: "deliver", client: "billing" },
    effect: { kind: "drop" },
  });
  await publish(shop.channel, "orders", "1");
  await expect.poll(() => fault.fired()).toBe(1);
  await billing.channel.close();
  const got = await listen(shop.channel, "orders", false);
  await expect.poll(() => got).toEqual(["1"]);
  expect(lost).toEqual([]);
  expect(await journal(emulator)).toEqual([
    ["published", "1", "shop"],
    ["dropped", "1", "billing", `fault ${fault.id}: drop`],
    ["redelivered", "1", "shop"],
  ]);
});

test.each(["publish", "deliver", "subscribe", "acknowledge"] as const)(
  "a disconnect at %s ends the connection, and its queue gives what it had to another",
  async (operation) => {
    await using emulator = await start();
    const { connection, channel } = await client(emulator, "unlucky");
    const closed = new Promise((resolve) => connection.once("close", resolve));
    await channel.assertQueue("orders");
    await emulator.inject({
      match: { operation, client: "unlucky" },
      effect: { kind: "disconnect" },
    });
    const consuming = channel.consume("orders", (message) => channel.ack(message!));
    consuming.catch(() => {});
    channel.sendToQueue("orders", Buffer.from("1"));
    await closed;
    const other = await client(emulator, "other");
    const got = await listen(other.channel, "orders");
    await expect
      .poll(() => got)
      .toEqual(operation === "publish" || operation === "subscribe" ? [] : ["1"]);
  },
);

test("an error at publish is a nack, or closes the channel with the words it has", async () => {
  await using emulator = await start();
  const { channel } = await client(emulator, "shop");
  const got = await listen(channel, "orders");
  await emulator.inject({ match: { operation: "publish" }, effect: { kind: "error" } });
  expect(await publish(channel, "orders", "1")).toBe("refused");
  expect(await publish(channel, "orders", "2")).toBe("taken");
  await expect.poll(() => got).toEqual(["2"]);
  const text = "not in this shop";
  await emulator.inject({ match: { operation: "publish" }, effect: { kind: "error", text } });
  const failed = once(channel, "error");
  channel.sendToQueue("orders", Buffer.from("3"));
  expect((await failed)[0]).toMatchObject({
    code: 403,
    message: expect.stringContaining(`ACCESS_REFUSED - ${text}`),
  });
});

test("an error at subscribe or acknowledge closes the channel, and not the connection", async () => {
  await using emulator = await start();
  const { connection, channel } = await client(emulator, "shop");
  await channel.assertQueue("orders");
  await emulator.inject({
    match: { operation: "subscribe", channel: "orders" },
    effect: { kind: "error" },
  });
  await expect(channel.consume("orders", () => {})).rejects.toThrow("403");
  const next = await connection.createConfirmChannel();
  await publish(next, "orders", "1");
  const message = await next.get("orders");
  await emulator.inject({ match: { operation: "acknowledge" }, effect: { kind: "error" } });
  const failed = once(next, "error");
  if (message !== false) next.ack(message);
  expect((await failed)[0]).toMatchObject({
    code: 406,
    message: expect.stringContaining("PRECONDITION_FAILED - unknown delivery tag 1"),
  });
});

test("an error at connect is a login that is refused, by the client's name", async () => {
  await using emulator = await start();
  await emulator.inject({
    match: { operation: "connect", client: "shop" },
    effect: { kind: "error" },
  });
  await client(emulator, "other");
  await expect(client(emulator, "shop")).rejects.toThrow("ACCESS_REFUSED - Login was refused");
  await client(emulator, "shop");
});

test("a method is matched by its own name, and hangs until the fault is cleared", async () => {
  await using emulator = await start();
  const { channel } = await client(emulator, "shop");
  const fault = await emulator.inject({
    match: { operation: "queue.declare", channel: "orders" },
    effect: { kind: "hang" },
  });
  await channel.assertQueue("others");
  const declared = channel.assertQueue("orders");
  await expect.poll(() => fault.fired()).toBe(1);
  expect(await Promise.race([declared, Promise.resolve("open")])).toBe("open");
  await fault.clear();
  expect(await declared).toMatchObject({ queue: "orders" });
});

test("an alarm blocks who publishes, shows in the health check, and ends with the fault", async () => {
  await using emulator = await start();
  const { connection, channel } = await client(emulator, "shop");
  const got = await listen(channel, "orders");
  const fault = await emulator.inject({
    match: { protocol: "rabbitmq", operation: "publish", client: "shop" },
    effect: { kind: "alarm", reason: "disk" },
  });
  const blocked = once(connection, "blocked");
  const taken = publish(channel, "orders", "1");
  expect(await blocked).toEqual(["low on disk"]);
  const health = `${emulator.servers[0]?.management?.url}/api/health/checks/alarms`;
  const headers = { authorization: `Basic ${btoa("guest:guest")}` };
  expect((await fetch(health, { headers })).status).toBe(503);
  expect([got, await fault.fired()]).toEqual([[], 1]);
  const unblocked = once(connection, "unblocked");
  await fault.clear();
  await unblocked;
  expect(await taken).toBe("taken");
  expect((await fetch(health, { headers })).status).toBe(200);
  await expect.poll(() => got).toEqual(["1"]);
  await connection.close();
});
