import { testBroker } from "millrace";
import { stream } from "millrace/redis";
import { beforeEach, expect, test } from "vitest";
import { app, counts, low } from "./app.ts";

const movements = stream("stock.movements");

beforeEach(() => counts.set("paper", 12));

test("movements are counted", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish(movements, { item: "paper", change: -1 });
  await t.publish(movements, { item: "toner", change: 3 });
  expect([...counts]).toEqual([
    ["paper", 11],
    ["toner", 3],
  ]);
  expect(low.published).toEqual([]);
});

test("little is said once", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish(movements, { item: "paper", change: -3 });
  await t.publish(movements, { item: "paper", change: -1 });
  await t.publish(movements, { item: "paper", change: 50 });
  expect(low.published).toEqual([{ item: "paper", left: 9 }]);
});
