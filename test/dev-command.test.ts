/** `millrace dev` ends as it should: Ctrl-C at any moment leaves nothing behind. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processesWith, spawnDev, waitFor } from "./browser/dev.ts";

const shop = join(import.meta.dirname, "..", "examples", "shop");

test.skipIf(process.platform !== "linux").each([
  ["before anything is ready", /reading the code/],
  ["while services start", /starting accounting/],
  ["when all is ready", /http:\/\/127\.0\.0\.1:\d+\/\S*/],
])("Ctrl-C %s leaves no process", { timeout: 180_000 }, async (_, moment) => {
  const mark = `MILLRACE_TEST_MARK=${randomUUID()}`;
  const dev = spawnDev(shop, { MILLRACE_TEST_MARK: mark.split("=")[1] as string }, "--run");
  onTestFinished(dev.end);
  await waitFor(dev, moment);
  const { code, ms } = await dev.interrupt();
  console.log(`ended ${Math.round(ms)} ms after Ctrl-C`);
  expect({ code, left: await processesWith(mark) }).toEqual({ code: 0, left: [] });
});

test(
  "the address is printed once all services are ready, plain and first",
  { timeout: 180_000 },
  async () => {
    const dev = spawnDev(shop, { FORCE_COLOR: "1" }, "--run");
    onTestFinished(dev.end);
    const address = await waitFor(dev, /http:\/\/127\.0\.0\.1:\d+\/\S*/);
    const before = dev.output().slice(0, dev.output().indexOf(address));
    for (const name of ["orders", "billing", "shipping", "notifications"])
      expect(before).toContain(`${name} is ready`);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{32}$/);
    expect((await fetch(address)).status).toBe(200);
  },
);
