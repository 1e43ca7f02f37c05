/** RabbitMQ through the emulator's own door: who it says it is, what the workbench sends, what a snapshot brings back. */
import { connect, type Channel, type ChannelModel } from "amqplib";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { url: string }> {
  const emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  return { ...emulator, url: emulator.servers[0]!.url };
}

/** Without heartbeats: the clock is moved here. */
async function client({ url }: { url: string }): Promise<[ChannelModel, Channel]> {
  const connection = await connect(`${url}?heartbeat=0`);
  connection.on("error", () => {});
  return [connection, await connection.createChannel()];
}

/** What is first in a queue. */
async function taken(channel: Channel, queue: string): Promise<string | null> {
  const message = await channel.get(queue, { noAck: true });
  return message === false ? null : message.content.toString();
}

test("says who it is, so that nobody takes it for a real broker", async () => {
  await using emulator = await start();
  const [connection] = await client(emulator);
  const { serverProperties } = connection.connection as unknown as {
    serverProperties: Record<string, string>;
  };
  expect(serverProperties).toMatchObject({ product: "RabbitMQ", version: "3.13.7" });
  expect(serverProperties["information"]).toContain("millrace-emulator");
});

test("the workbench sends to a queue, to an exchange, and where plain addresses meet", async () => {
  await using emulator = await start();
  const [, channel] = await client(emulator);
  await channel.assertQueue("jobs");
  await channel.assertQueue("all");
  await channel.bindQueue("all", "amq.topic", "orders.#");
  await channel.bindQueue("all", "amq.direct", "jobs");
  const send = (to: string, text: string, channelType?: string) =>
    emulator.publish({
      protocol: "rabbitmq",
      channel: to,
      payload: Buffer.from(text),
      headers: { "content-type": "text/plain", x: "y" },
      ...(channelType === undefined ? {} : { channelType }),
    });
  await send("jobs", "queue", "queue");
  await send("jobs", "exchange", "exchange:amq.direct");
  await send("orders.new", "plain");
  await send("jobs", "named");
  await expect(send("a", "b", "exchange:none")).rejects.toThrow(
    "NOT_FOUND - no exchange 'none' in vhost '/'",
  );
  expect(await channel.get("jobs", { noAck: true })).toMatchObject({
    content: Buffer.from("queue"),
    properties: { contentType: "text/plain", headers: { x: "y" } },
  });
  expect(await taken(channel, "jobs")).toBe("named");
  expect([await taken(channel, "all"), await taken(channel, "all")]).toEqual(["exchange", "plain"]);
  const [event] = await emulator.events();
  expect(event).toMatchObject({
    client: { connection: 0, name: "workbench", port: null },
    headers: { "content-type": "text/plain", x: "y" },
  });
});

test("the workbench's request gets its one answer, in the journal", async () => {
  await using emulator = await start();
  const [, channel] = await client(emulator);
  await channel.assertQueue("address");
  await channel.consume(
    "address",
    (message) => {
      channel.sendToQueue(message?.properties.replyTo as string, Buffer.from("here"));
      channel.sendToQueue(message?.properties.replyTo as string, Buffer.from("again"));
    },
    { noAck: true },
  );
  await emulator.publish({
    protocol: "rabbitmq",
    channel: "address",
    channelType: "queue",
    payload: Buffer.from("where?"),
    answer: true,
  });
  const delivered = async () =>
    (await emulator.events())
      .filter(({ kind, client: who }) => kind === "delivered" && who?.name === "workbench")
      .map(({ payload }) => Buffer.from(payload).toString());
  const last = async () => (await emulator.events()).at(-1)?.kind;
  await expect.poll(last).toBe("dropped");
  expect(await delivered()).toEqual(["here"]);
});

test("a snapshot brings back exchanges, queues and messages, with the time that was left", async () => {
  await using first = await start();
  const [, channel] = await client(first);
  await channel.assertExchange("orders", "topic", { alternateExchange: "amq.fanout" });
  await channel.assertQueue("billing", { deadLetterExchange: "", deadLetterRoutingKey: "late" });
  await channel.assertQueue("late");
  await channel.bindQueue("billing", "orders", "#");
  channel.publish("orders", "a", Buffer.from("1"), { expiration: "60000", headers: { x: [1] } });
  channel.publish("orders", "b", Buffer.from("2"));
  // What is not settled is in the queue again.
  expect(await channel.get("billing")).toMatchObject({ content: Buffer.from("1") });
  await first.advance(20_000);
  const snapshot = structuredClone(await first.snapshot());

  await using second = await start();
  const [, again] = await client(second);
  await again.assertQueue("gone");
  await second.advance(10_000_000);
  await second.restore(snapshot);
  await again.assertExchange("orders", "topic", { alternateExchange: "amq.fanout" });
  expect(await again.checkQueue("billing")).toMatchObject({ messageCount: 2 });
  await second.advance(39_000);
  expect(await again.checkQueue("billing")).toMatchObject({ messageCount: 2 });
  await second.advance(2_000);
  expect(await again.checkQueue("billing")).toMatchObject({ messageCount: 1 });
  const dead = await again.get("late", { noAck: true });
  expect(dead).toMatchObject({
    properties: { headers: { x: [1], "x-death": [{ queue: "billing", reason: "expired" }] } },
  });
  again.on("error", () => {});
  await expect(again.checkQueue("gone")).rejects.toThrow("404");
});
