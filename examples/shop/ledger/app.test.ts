import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { app, entries } from "./app.ts";

test("a payment is an entry of the ledger", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish("payments.taken", {
    orderId: "o-1",
    customerId: "c-7",
    amount: 7,
    method: "card",
  });
  expect(entries.published).toEqual([{ orderId: "o-1", customerId: "c-7", amount: 7 }]);
});
