/**
 * The same requests to the emulator's management API and to the one of rabbitmq-server: status, headers and bodies must be
 * equal, but for what DIFFERENT names. Holds from rabbitmq-server 3.10 on.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import { type ChannelModel, connect } from "amqplib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealBroker, startRabbitmq } from "../../real/brokers.ts";
import { freePort } from "../../real/brokers/server.ts";
import { ManagementPlayer, NODE, step, type Told } from "./rabbitmq-management.ts";
import { before, clear, managementScript } from "./rabbitmq-management-script.ts";
import { sections } from "./rabbitmq-management-steps.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealBroker;
let emulator: Emulator;
let players: readonly [reference: ManagementPlayer, ours: ManagementPlayer];
let urls: readonly [reference: string, ours: string];

beforeAll(async () => {
  const port = await freePort();
  const config = `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${port}`;
  real = await startRabbitmq({ plugins: ["rabbitmq_management"], config });
  emulator = await startEmulator({ only: ["rabbitmq"], ports: { rabbitmq: 0 } });
  const [server] = emulator.servers;
  urls = [real.url, server?.url ?? ""];
  players = [
    new ManagementPlayer(`http://127.0.0.1:${port}`, "millrace@localhost"),
    new ManagementPlayer(server?.management?.url ?? "", "rabbit@millrace"),
  ];
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

test.each(Object.entries(sections))("%s", async (_, steps) => {
  const [expected, seen] = await Promise.all(players.map((player) => player.play(steps)));
  expect(seen).toEqual(expected);
});

test("random scripts", async () => {
  await Promise.all(players.map((player) => player.play(before)));
  await sameAnswers(managementScript, 25, async (script) => {
    const steps = [...clear, ...script];
    const [expected, seen] = await Promise.all(players.map((player) => player.play(steps)));
    return [expected?.slice(clear.length), seen?.slice(clear.length)];
  });
});

test("what clients have open", async () => {
  await Promise.all(players.map((player) => player.play(clear)));
  const clients = await Promise.all(urls.map(openClient));
  try {
    const [reference] = players;
    // The real server tells of connections and queues some seconds late.
    await expect.poll(() => isTold(reference), { timeout: 30_000, interval: 500 }).toBe(true);
    const paths = [
      "/connections",
      "/channels?sort=number",
      "/consumers?sort=consumer_tag",
      "/queues/%2F",
      "/queues/%2F/orders",
      "/queues/%2F/votes",
      "/queues/%2F/log",
      "/queues/%2F/mine",
      "/queues/%2F?columns=name,messages,messages_ready&sort=messages_ready",
      "/exchanges/%2F/shop",
      "/vhosts/%2F",
      "/overview",
      "/definitions",
      `/nodes/${NODE}?columns=name,running,mem_alarm,disk_free_alarm,partitions`,
    ];
    const [expected, seen] = await Promise.all(
      players.map(async (player) => {
        const told = await player.play(paths.map((path) => step(`GET ${path}`)));
        return told.map(([asked, answer]) => [asked, withoutPorts(answer)]);
      }),
    );
    expect(seen).toEqual(expected);
    const closed = clients.map(({ reason }) => reason);
    for (const player of players) {
      const list = (await player.ask(step("GET /connections?columns=name"))).body;
      const [{ name }] = list as [{ name: string }];
      const path = `/connections/${encodeURIComponent(name)}`;
      expect((await player.ask(step(`DELETE ${path}`))).status).toBe(204);
    }
    const [said, saidHere] = await Promise.all(closed);
    expect(saidHere).toBe(said);
  } finally {
    await Promise.allSettled(clients.map(async ({ connection }) => connection.close()));
  }
});

/** Queues of all types, a policy, messages ready and unsettled, consumers of each kind. */
async function openClient(
  url: string,
): Promise<{ connection: ChannelModel; reason: Promise<string> }> {
  const connection = await connect(url, { clientProperties: { connection_name: "shop" } });
  const reason = new Promise<string>((resolve) => {
    connection.on("close", (error?: Error) => resolve(error?.message ?? ""));
  });
  const channel = await connection.createConfirmChannel();
  await channel.prefetch(2);
  await channel.assertExchange("shop", "topic", { alternateExchange: "amq.fanout" });
  await channel.assertQueue("orders", { maxLength: 5, deadLetterExchange: "" });
  await channel.assertQueue("votes", { arguments: { "x-queue-type": "quorum" } });
  await channel.assertQueue("log", { arguments: { "x-queue-type": "stream" } });
  await channel.assertQueue("mine", { exclusive: true, durable: false });
  await channel.assertQueue("alone", { arguments: { "x-single-active-consumer": true } });
  await channel.bindQueue("orders", "shop", "new.*");
  await channel.bindExchange("amq.topic", "shop", "#");
  for (const body of ["1", "22", "333"]) channel.publish("shop", "new.order", Buffer.from(body));
  channel.sendToQueue("votes", Buffer.from("yes"), { timestamp: 1000 });
  channel.sendToQueue("log", Buffer.from("line"));
  await channel.waitForConfirms();
  const other = await connection.createChannel();
  await other.prefetch(2);
  await other.consume("orders", () => {}, { consumerTag: "1", arguments: { "x-priority": 2 } });
  await other.consume("mine", () => {}, { consumerTag: "2", noAck: true, exclusive: true });
  await other.consume("alone", () => {}, { consumerTag: "3" });
  await other.consume("alone", () => {}, { consumerTag: "4" });
  return { connection, reason };
}

async function isTold(player: ManagementPlayer): Promise<boolean> {
  const get = async (path: string) => (await player.ask(step(`GET ${path}`))).body;
  const [queues, channels, connections, totals] = await Promise.all([
    get("/queues") as Promise<{ name: string; messages?: number; consumers?: number }[]>,
    get("/channels") as Promise<{ consumer_count?: number; messages_unacknowledged?: number }[]>,
    get("/connections") as Promise<{ channels?: number }[]>,
    get("/overview") as Promise<{ queue_totals: { messages?: number } }>,
  ]);
  const unsettled = channels.map((each) => each.messages_unacknowledged);
  return (
    queues.every((each) => each.messages !== undefined) &&
    queues.find(({ name }) => name === "alone")?.consumers === 2 &&
    unsettled.includes(2) &&
    connections[0]?.channels === 2 &&
    totals.queue_totals.messages === 5
  );
}

/** Ports stand in the names of connections and channels, too. */
function withoutPorts(told: Told): Told {
  const text = JSON.stringify(told).replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT");
  return JSON.parse(text.replace(/"(peer_)?port":\d+/g, '"$1port":0')) as Told;
}
