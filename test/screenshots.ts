/**
 * Makes the pictures of README.md and docs/ from the running shop: `npm run screenshots`, or with a folder to put them
 * elsewhere. Light and dark, after an order has travelled through all services.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchChromium } from "./browser/chromium.ts";
import { startDev } from "./browser/dev.ts";

const root = join(import.meta.dirname, "..");
const output = process.argv[2] ?? join(root, "docs", "images");

await mkdir(output, { recursive: true });
await using dev = await startDev(join(root, "examples", "shop"), "--run");
const browser = await launchChromium();
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 860 },
      deviceScaleFactor: 1.5,
      colorScheme,
    });
    page.setDefaultTimeout(30_000);
    await page.goto(dev.url);
    await sendOrder(page);
    await page.getByTestId("show-chain").click();
    await page.getByTestId("chain").waitFor();
    await save(page, `chain-${colorScheme}`);
    await page.getByTestId("close-panel").click();
    // Everything lies in view, and no dot hides a name.
    await page.getByTestId("fit").click();
    await page.locator(".dot").first().waitFor({ state: "detached" });
    await save(page, `topology-${colorScheme}`);
    await page.getByTestId("clear-traffic").click();
    await page.close();
  }
} finally {
  await browser.close();
}

async function sendOrder(page: Page): Promise<void> {
  await page.locator('[data-node="nats:orders.new"]').click();
  await page.getByTestId("send-message").first().click();
  await page.locator('[data-testid="send"]:not([disabled])').click();
  await page
    .locator('[data-testid="counter-service:notifications-received"][data-count="1"]')
    .waitFor();
}

async function save(page: Page, name: string): Promise<void> {
  const path = join(output, `${name}.png`);
  await page.screenshot({ path });
  console.log(path);
}
