/** The user's way: install the extension, open the shop, send an order from the editor, watch it travel. */
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./desk.ts";
import { chosenReleases } from "./releases.js";

describe.each(chosenReleases())("an order sent from VS Code $vscode", (release) => {
  let desk: Desk;
  let page: Frame;

  beforeAll(async () => {
    desk = await Desk.open({ release, file: "orders/app.ts" });
  });
  afterAll(() => desk?.[Symbol.asyncDispose]());

  test("Send message above the subscriber opens its form, filled with a sample", async () => {
    const { window } = desk;
    // Above accepted, accept and address: the second is the subscriber of orders.new.
    await window.lens("Send message").nth(1).click();
    page = await window.webview('[data-testid="compose"]');
    await page.locator('[data-testid="panel-title"]', { hasText: "orders.new" }).waitFor();
    await expect
      .poll(() => payload(page))
      .toMatchObject({
        orderId: expect.any(String),
        items: expect.any(Array),
      });
  });

  test("the emulator starts without being asked, and the services with one click", async () => {
    const { window } = desk;
    await window.statusBar(/NATS \d+ · Redis \d+ · MQTT \d+/).waitFor();
    await window.answer("orders is not running", "Run All Services");
    await expect
      .poll(() => page.locator('[data-testid="services-running"]').getAttribute("data-count"))
      .toBe("8");
  });

  test("sent, it moves the counters of the services on its way", async () => {
    await expect.poll(() => count(page, "notifications", "received")).toBe(0);
    await page.locator('[data-testid="send"]:not([disabled])').click();
    await page.locator('[data-testid="outcome"][data-outcome="sent"]').waitFor();
    await page
      .locator('[data-testid="counter-service:notifications-received"][data-count="1"]')
      .waitFor();
    await expect.poll(() => count(page, "orders", "sent")).toBeGreaterThanOrEqual(1);
    await expect.poll(() => count(page, "billing", "received")).toBe(1);
    await expect.poll(() => count(page, "shipping", "sent")).toBeGreaterThanOrEqual(1);
  });

  test("the traffic list shows the chain it set off, in order", async () => {
    await page.locator('[data-testid="show-chain"]').click();
    const chain = page.locator('[data-testid="chain"]');
    await chain.locator(".address", { hasText: /^shipments\/.+\/dispatched$/ }).waitFor();
    const way = async () => {
      const addresses = await chain.locator(".address").allInnerTexts();
      return addresses.filter((address) => /^(orders|payments\.taken|shipments)/.test(address));
    };
    await expect
      .poll(way)
      .toEqual([
        "orders.new",
        "orders.accepted",
        "payments.taken",
        expect.stringMatching(/^shipments\//),
      ]);
    await desk.picture("send");
    await page.locator('[data-testid="close-panel"]').first().click();
    await page.locator('[data-testid="fit"]').click();
    await desk.picture("chain");
  });

  test("Restart ends the services and begins anew, on the page as well", async () => {
    const { window } = desk;
    await window.command("Millrace: Restart");
    await window.statusBar("Millrace").waitFor();
    // The old page shows its services stopped as well, before the new one takes its place: only that one counts from 0.
    page = await window.webview(
      '[data-testid="counter-service:notifications-received"][data-count="0"]',
    );
    const card = page.locator('[data-testid="node-service:notifications"]');
    await expect.poll(() => card.getAttribute("data-status")).toBe("stopped");
  });

  test("the page comes back with the window", async () => {
    const { window, server, shop } = desk;
    await window.reopen(server, shop.path);
    page = await window.webview('[data-testid="topology"]');
    const card = page.locator('[data-testid="node-service:orders"]');
    await card.waitFor();
    // Its session ended with the window, and so did the services.
    await expect.poll(() => card.getAttribute("data-status")).toBe("stopped");
  });
});

async function payload(page: Frame): Promise<unknown> {
  await page.locator('[data-testid="view-text"]').click();
  const field = page.locator('[data-testid="payload"]');
  // The panel is there before its draft.
  await expect.poll(() => field.inputValue()).not.toBe("");
  const text = await field.inputValue();
  await page.locator('[data-testid="view-fields"]').click();
  return JSON.parse(text);
}

async function count(page: Frame, service: string, counter: string): Promise<number> {
  return Number(
    await page
      .locator(`[data-testid="counter-service:${service}-${counter}"]`)
      .getAttribute("data-count"),
  );
}
