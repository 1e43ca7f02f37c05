import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { app, flagged, payments } from "./app.ts";

const order = {
  orderId: "o-1",
  customerId: "c-7",
  items: [{ sku: "flour", quantity: 2, price: 3.5 }],
  total: 7,
};

test("an accepted order is paid", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish("orders.accepted", order);
  expect(payments.published).toEqual([
    { orderId: "o-1", customerId: "c-7", amount: 7, method: "card" },
  ]);
  expect(flagged.published).toEqual([]);
});

test("a large payment is flagged as well", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish("orders.accepted", { ...order, total: 2000 });
  expect(payments.published).toHaveLength(1);
  expect(flagged.published).toMatchObject([{ orderId: "o-1", reason: "1000 EUR or more" }]);
});
