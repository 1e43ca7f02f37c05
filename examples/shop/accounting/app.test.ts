import { testBroker } from "millrace";
import { expect, test } from "vitest";
import { failedInvoices } from "../queues.ts";
import { app, invoices, returned } from "./app.ts";

const entry = { orderId: "o-1", customerId: "c-7", amount: 7 };

test("entries that come together are one invoice for each customer", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await Promise.all([
    t.publish("ledger.entries", entry),
    t.publish("ledger.entries", { ...entry, orderId: "o-2", amount: 3 }),
    t.publish("ledger.entries", { ...entry, orderId: "o-3", customerId: "c-8" }),
  ]);
  expect(invoices.published).toMatchObject([
    { customerId: "c-7", orderIds: ["o-1", "o-2"], amount: 10 },
    { customerId: "c-8", orderIds: ["o-3"], amount: 7 },
  ]);
});

test("an invoice that could not be printed comes back", async () => {
  await using t = await testBroker(app, { on: "memory" });
  const failed = { invoiceId: "i-1", customerId: "c-7", orderIds: ["o-1"], amount: 20_000 };
  await t.publish(failedInvoices, failed);
  expect(returned.results).toEqual(["c-7"]);
});
