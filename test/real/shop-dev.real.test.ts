/** `millrace dev --run` where the environment names a real Kafka and RabbitMQ: an order goes all the way, over them and the emulator. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { spawnDev, waitFor } from "../browser/dev.ts";
import { openPage, type Page } from "../workbench/page.ts";
import { type RealBroker, startKafka, startRabbitmq } from "./brokers.ts";

const shop = join(import.meta.dirname, "..", "..", "examples", "shop");

// Of its own: on shared ones another file's shop would have a part of the invoices.
const brokers: RealBroker[] = [];
let dev: ReturnType<typeof spawnDev>;
let page: Page;

beforeAll(async () => {
  const [kafka, rabbitmq] = await Promise.all([startKafka(), startRabbitmq()]);
  brokers.push(kafka, rabbitmq);
  const environment = {
    MILLRACE_KAFKA_URL: kafka.url,
    MILLRACE_RABBITMQ_URL: rabbitmq.url,
  };
  dev = spawnDev(shop, environment, "--run");
  page = await openPage(await waitFor(dev, /http:\/\/127\.0\.0\.1:\d+\/\S*/));
});
afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
  await dev?.interrupt();
  await Promise.all(brokers.map((broker) => broker.stop()));
});

test("all eight services run, on the emulator's brokers and the real ones", async () => {
  const running = () => Object.values(page.state().services).map(({ status }) => status);
  await expect.poll(running, { timeout: 60_000 }).toEqual(Array(8).fill("running"));
});

test("an order that the page sends is printed and counted at the far end", async () => {
  const customerId = `c-${randomUUID()}`;
  const items = [{ sku: "mill", quantity: 1, price: 5 }];
  const payload = JSON.stringify({ orderId: `o-${randomUUID()}`, customerId, items });
  const operation = "receive:orders:nats:orders.new";
  const draft = { params: {}, payload, headers: {} };
  expect(await page.ask({ kind: "send", operation, draft })).toMatchObject({ kind: "sent" });
  await waitFor(dev, new RegExp(`notifications \\|.*Dear ${customerId}`));
  await waitFor(dev, new RegExp(`printing \\|.*for ${customerId}`));
  await waitFor(dev, /stock \|.* of paper/);
});
