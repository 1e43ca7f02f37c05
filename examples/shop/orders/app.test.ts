import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { accept, accepted, app } from "./app.ts";

const order = {
  orderId: "o-1",
  customerId: "c-7",
  items: [{ sku: "flour", quantity: 2, price: 3.5 }],
};

test("the handler is a function", async () => {
  expect(await accept(order)).toMatchObject({ orderId: "o-1", total: 7 });
});

test("an order is accepted with its total", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish("orders.new", order);
  expect(accepted.published).toEqual([{ ...order, total: 7 }]);
});

test("an order without items is refused", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await expect(t.publish("orders.new", { ...order, items: [] })).rejects.toThrow("items");
  expect(accepted.published).toEqual([]);
});

test("whoever asks for a customer's address gets it", async () => {
  await using t = await testBroker(app, { on: "memory" });
  expect(await t.request("customers.address", { customerId: "c-7" })).toMatchObject({
    city: "Wheelbridge",
    country: "NL",
  });
});
