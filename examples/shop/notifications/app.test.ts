import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { app, notify } from "./app.ts";

test("the customer is told", async () => {
  await using t = await testBroker(app, { on: "memory" });
  const address = { street: "Mill Lane 3", city: "Wheelbridge", country: "NL" };
  await t.publish("shipments/o-1/dispatched", {
    orderId: "o-1",
    customerId: "c-7",
    address,
    carrier: "bike",
  });
  expect(notify.results).toEqual(["Dear c-7, order o-1 is on its way to Mill Lane 3 by bike."]);
});
