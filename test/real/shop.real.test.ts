/** The shop on five real brokers: an order followed to the end of both its branches, and messages from the workbench. */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createSession, type Session } from "@millrace/workbench";
import type { App } from "millrace";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringUpToDate } from "../../build.js";
import {
  type RealBroker,
  shareKafka,
  shareRabbitmq,
  startMosquitto,
  startNatsServer,
  startRedis,
} from "./brokers.ts";
import { recordedLog } from "./log.ts";

const shop = join(import.meta.dirname, "..", "..", "examples", "shop");
const services = [
  "orders",
  "billing",
  "shipping",
  "notifications",
  "ledger",
  "accounting",
  "printing",
  "stock",
];

const log = recordedLog();
const brokers: RealBroker[] = [];
const apps: App[] = [];
let urls: Record<string, string>;
let webShop: NatsConnection;
let session: Session;

beforeAll(async () => {
  const started = await Promise.all([
    shareKafka(),
    shareRabbitmq(),
    startNatsServer(),
    startRedis(),
    startMosquitto(),
  ]);
  brokers.push(...started);
  urls = Object.fromEntries(
    ["KAFKA", "RABBITMQ", "NATS", "REDIS", "MQTT"].map((name, index) => [
      `MILLRACE_${name}_URL`,
      started[index]?.url ?? "",
    ]),
  );
  Object.assign(process.env, urls);
  for (const service of services)
    apps.push(((await import(join(shop, service, "app.ts"))) as { app: App }).app);
  await Promise.all(
    apps.map((app, index) => app.start({ logger: log.logger, clientName: services[index] ?? "" })),
  );
  webShop = await connect({ servers: urls["MILLRACE_NATS_URL"] ?? "" });
});

afterAll(async () => {
  await session?.close();
  await webShop?.close();
  await Promise.all(apps.map((app) => app.stop()));
  await Promise.all(brokers.map((broker) => broker.stop()));
  for (const name of Object.keys(urls ?? {})) delete process.env[name];
});

/** A customer of this run buys something. */
function order(price: number): { orderId: string; customerId: string } {
  const ids = { orderId: `o-${randomUUID()}`, customerId: `c-${randomUUID()}` };
  const items = [{ sku: "mill", quantity: 1, price }];
  webShop.publish("orders.new", JSON.stringify({ ...ids, items }));
  return ids;
}

async function says(line: string, start = ""): Promise<void> {
  const isSaid = ({ msg }: { msg: string }) => msg.startsWith(start) && msg.includes(line);
  await log.lines.until(() => log.lines.items.some(isSaid), `${start} … ${line}`);
}

const saidOften = (line: string) => log.lines.items.filter(({ msg }) => msg === line).length;

test("an order is dispatched to the customer, and its invoice is printed and counted", async () => {
  const { orderId, customerId } = order(30);
  // NATS, then MQTT.
  await says(`Dear ${customerId}, order ${orderId} is on its way`);
  // NATS, Kafka, RabbitMQ, then Redis.
  await says(`an invoice for ${customerId} over 30 EUR`);
  await says(`for ${customerId}`, "printing");
  await says("11 of paper");
});

test("an invoice that nobody may print alone comes back by the dead-letter queue", async () => {
  const { orderId, customerId } = order(12_000);
  await says(`somebody has to sign the invoice of ${customerId} over 12000 EUR`);
  await says(`order ${orderId} is on its way`);
  expect(saidOften("10 of paper")).toBe(0);
});

test("the last sheets are announced once, and a packet is opened", async () => {
  order(1);
  await says("10 of paper");
  order(2);
  await says("9 of paper");
  await says("9 of paper left: opening a packet");
  await says("59 of paper");
  expect(saidOften("9 of paper left: opening a packet")).toBe(1);
});

test("the workbench runs nothing of it, and sends to each of the brokers", async () => {
  for (const room of ["runtime", "workbench"]) await bringUpToDate(room);
  const { resolve } = createRequire(import.meta.url);
  session = createSession({
    folder: shop,
    shell: "browser",
    trusted: true,
    workers: {
      analysis: resolve("@millrace/workbench/analysis-worker"),
      emulator: resolve("@millrace/emulator/worker"),
    },
    ownEnvironment: urls,
  });
  await session.analysed();
  const statuses = Object.values(session.state.services).map(({ status }) => status);
  expect(statuses).toEqual(services.map(() => "stopped"));

  const customerId = `c-${randomUUID()}`;
  const [orderId, invoiceId] = [`o-${randomUUID()}`, `i-${randomUUID()}`];
  await send("ledger:kafka:ledger.entries", { orderId, customerId, amount: 5 }, customerId);
  await says(`an invoice for ${customerId} over 5 EUR`);
  const invoice = { invoiceId, customerId, orderIds: [orderId], amount: 5 };
  await send("accounting:rabbitmq.queue:invoices.print", invoice);
  await says(`printing ${invoiceId} for ${customerId}`);
  await send("printing:redis.stream:stock.movements", { item: "toner", change: 7 });
  await says("7 of toner");
  await send("stock:redis:stock.low", { item: "staples", left: 3 });
  await says("3 of staples left: opening a packet");
  await send("billing:nats:payments.taken", {
    orderId: `again-${orderId}`,
    customerId: "c-1",
    amount: 6,
    method: "card",
  });
  await says(`Dear c-1, order again-${orderId}`);
});

async function send(operation: string, payload: unknown, key?: string): Promise<void> {
  const draft = {
    params: {},
    payload: JSON.stringify(payload),
    headers: {},
    ...(key === undefined ? {} : { key }),
  };
  const answer = await session.send(`send:${operation}`, draft, { real: true });
  expect(answer).toMatchObject({
    kind: "sent",
    to: expect.stringMatching(/127\.0\.0\.1|localhost/),
  });
}
