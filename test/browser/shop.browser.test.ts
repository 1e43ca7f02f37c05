/** The shop in the workbench, as its first user meets it: `millrace dev examples/shop --run` and a browser. */
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type Dev, startDev } from "./dev.ts";

const shop = join(import.meta.dirname, "..", "..", "examples", "shop");
let dev: Dev;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [dev, browser] = await Promise.all([startDev(shop, "--run"), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await dev?.interrupt();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(30_000);
  await page.goto(dev.url);
  await page.getByTestId("node-service:notifications").waitFor();
});
afterEach(async () => {
  await page.getByTestId("clear-traffic").click();
  await page.close();
});

const service = (name: string): Locator => page.getByTestId(`node-service:${name}`);
const counter = (id: string, what: string): Locator => page.getByTestId(`counter-${id}-${what}`);
const count = async (id: string, what: string) =>
  Number(await counter(id, what).getAttribute("data-count"));
const reaches = (id: string, what: string, value: number) =>
  page.locator(`[data-testid="counter-${id}-${what}"][data-count="${value}"]`).waitFor();
const toggle = (name: string) =>
  page.locator(`[data-testid="service-toggle"][data-service="service:${name}"]`);
const becomes = (name: string, status: string) =>
  page.locator(`[data-testid="node-service:${name}"][data-status="${status}"]`).waitFor();

/** Opens the form of a channel and sends the sample it offers. */
async function sendTo(channel: string): Promise<void> {
  await page.locator(`[data-node="${channel}"]`).click();
  await page.getByTestId("send-message").first().click();
  // Off until the sample is there.
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page.locator('[data-testid="outcome"][data-outcome="sent"]').waitFor();
}

/** An order ends where its invoice is printed and the paper counted. Waited for, so that the next test begins with nothing on its way. */
const orderEnds = () => reaches("service:stock", "received", 1);

test("an order travels through all services, and its chain shows how", async () => {
  await sendTo("nats:orders.new");
  await reaches("service:notifications", "received", 1);
  await orderEnds();
  for (const [channel, delivered] of [
    ["nats:orders.new", 1],
    ["nats:orders.accepted", 1],
    ["nats:payments.taken", 2], // to shipping and to the ledger
    ["mqtt:shipments/{orderId}/dispatched", 1],
    ["kafka:ledger.entries", 1],
    ["rabbitmq.queue:invoices.print", 1],
  ] as const) {
    await reaches(channel, "published", 1);
    await reaches(channel, "delivered", delivered);
  }
  for (const name of ["orders", "billing", "shipping"])
    await expect.poll(() => count(`service:${name}`, "sent")).toBeGreaterThan(0);

  await page.getByTestId("show-chain").click();
  const chain = page.getByTestId("chain");
  await chain.waitFor();
  for (const address of [
    "orders.new",
    "orders.accepted",
    "payments.taken",
    "customers.address",
    "/dispatched",
  ])
    await expect.poll(() => chain.innerText()).toContain(address);
});

test("all eight services run", async () => {
  await expect
    .poll(() => page.getByTestId("services-running").getAttribute("data-count"))
    .toBe("8");
});

test("a ledger entry becomes an invoice, and is printed", async () => {
  await sendTo("kafka:ledger.entries");
  await reaches("kafka:ledger.entries", "published", 1);
  await reaches("kafka:ledger.entries", "delivered", 1);
  await reaches("service:accounting", "received", 1);
  await reaches("rabbitmq.queue:invoices.print", "delivered", 1);
  await orderEnds();
});

test("an invoice is printed from its queue, and the paper it took goes to the stock", async () => {
  await sendTo("rabbitmq.queue:invoices.print");
  await reaches("rabbitmq.queue:invoices.print", "delivered", 1);
  // The third sheet leaves little, so printing hears of it and opens a packet.
  await reaches("service:stock", "received", 2);
  await reaches("service:printing", "received", 2);
});

test("an operation is chosen in its service's card, and says where it stands in the code", async () => {
  await page.getByTestId("node-receive:billing:nats:orders.accepted").click();
  await expect.poll(() => page.getByTestId("place").first().innerText()).toBe("billing/app.ts:15");
});

test("a request from the page gets its answer, in its chain", async () => {
  await sendTo("nats:customers.address");
  await page.getByTestId("show-chain").click();
  const chain = page.getByTestId("chain");
  await chain.getByText("answer on customers.address").waitFor();
  // Asked by the workbench, answered by orders, and back at the workbench.
  await reaches("nats:customers.address", "delivered", 2);
  await expect.poll(() => chain.innerText()).toMatch(/answer on customers\.address\s+by orders/);
});

test("one moving message is one journal event", async () => {
  await sendTo("nats:orders.new");
  await reaches("service:notifications", "received", 1);
  await orderEnds();
  let events: string[] = [];
  const inJournal = async () => {
    events = await journal();
    const moving = events.filter((kind) => kind === "published" || kind === "delivered");
    return [moving.length, events.length].map(String);
  };
  const onPage = () =>
    Promise.all([
      page.locator("#root").getAttribute("data-moved"),
      page.getByTestId("traffic-total").getAttribute("data-count"),
    ]);
  // Acknowledgements may still come in: both are asked until they agree.
  await expect
    .poll(async () => ({ journal: await inJournal(), page: await onPage() }))
    .toSatisfy((seen) => isDeepStrictEqual(seen.journal, seen.page));
  expect(events.length).toBeGreaterThanOrEqual(20);
});

/** The kinds of all events since the traffic was cleared, as another page would be told them. */
function journal(): Promise<string[]> {
  return page.evaluate(
    (token) =>
      new Promise<string[]>((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/session`);
        socket.onopen = () => {
          socket.send(JSON.stringify({ kind: "hello", token }));
          socket.send(JSON.stringify({ kind: "ready" }));
        };
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { kind: string; events?: { kind: string }[] };
          if (message.kind !== "traffic" || message.events === undefined) return;
          socket.close();
          resolve(message.events.map((event) => event.kind));
        };
      }),
    new URL(dev.url).hash.replace("#token=", ""),
  );
}

test("with billing stopped the order visibly stops there", async () => {
  await toggle("billing").click();
  await becomes("billing", "stopped");
  await sendTo("nats:orders.new");
  await reaches("nats:orders.accepted", "published", 1);
  // A second message all the way through another channel: had the first gone on, its events would be here.
  await sendTo("nats:customers.address");
  await reaches("nats:customers.address", "delivered", 2); // the request and its answer
  expect(await count("nats:orders.accepted", "delivered")).toBe(0);
  for (const channel of ["nats:payments.taken", "mqtt:shipments/{orderId}/dispatched"]) {
    expect([channel, await count(channel, "published"), await count(channel, "delivered")]).toEqual(
      [channel, 0, 0],
    );
  }
  for (const name of ["billing", "shipping", "notifications"])
    expect([name, await count(`service:${name}`, "received")]).toEqual([name, 0]);
  await toggle("billing").click();
  await becomes("billing", "running");
});

test("a service that crashes is named, and the rest stay up", async () => {
  const pid = await dev.serviceProcess("shipping");
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, "SIGKILL");
  await becomes("shipping", "crashed");
  await page.locator('[data-node="service:shipping"]').click();
  await expect.poll(() => page.getByTestId("service-error").innerText()).toContain("SIGKILL");
  for (const name of ["orders", "billing", "notifications"])
    await expect.poll(() => service(name).getAttribute("data-status")).toBe("running");
  await toggle("shipping").click();
  await becomes("shipping", "running");
});
