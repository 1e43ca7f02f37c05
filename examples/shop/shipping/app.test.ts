import { testBroker } from "millrace";
import { NatsBroker } from "millrace/nats";
import { expect, test } from "vitest";
import { Address, AddressQuery } from "../contracts.ts";
import { app, dispatched } from "./app.ts";

const payment = { orderId: "o-1", customerId: "c-7", amount: 7, method: "card" };
const home = { street: "Mill Lane 3", city: "Wheelbridge", country: "NL" };

/** Answers instead of the orders service. */
const neighbour = new NatsBroker();
neighbour.subscriber("customers.address", { schema: AddressQuery, reply: Address }, () => home);

test("a paid order is dispatched to the customer's address", async () => {
  await using t = await testBroker([...app.brokers, neighbour], { on: "memory" });
  await t.publish("payments.taken", payment);
  expect(dispatched.published).toEqual([
    { orderId: "o-1", customerId: "c-7", address: home, carrier: "bike" },
  ]);
});

test("without an address nothing is dispatched", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await expect(t.publish("payments.taken", payment)).rejects.toThrow("nobody answers");
  expect(dispatched.published).toEqual([]);
});
