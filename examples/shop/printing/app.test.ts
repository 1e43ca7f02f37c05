import { RejectMessage, testBroker } from "millrace";
import { expect, test } from "vitest";
import { invoicesToPrint } from "../queues.ts";
import { app, movements } from "./app.ts";

const invoice = { invoiceId: "i-1", customerId: "c-7", orderIds: ["o-1"], amount: 7 };

test("an invoice takes a sheet for each twenty orders", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish(invoicesToPrint, invoice);
  await t.publish(invoicesToPrint, { ...invoice, orderIds: Array.from({ length: 21 }, String) });
  expect(movements.published).toEqual([
    { item: "paper", change: -1 },
    { item: "paper", change: -2 },
  ]);
});

test("an invoice that has to be signed is rejected, not printed", async () => {
  await using t = await testBroker(app, { on: "memory" });
  const large = t.publish(invoicesToPrint, { ...invoice, amount: 10_001 });
  await expect(large).rejects.toThrow(RejectMessage);
  expect(movements.published).toEqual([]);
});

test("where little is left a packet is opened", async () => {
  await using t = await testBroker(app, { on: "memory" });
  await t.publish("stock.low", { item: "paper", left: 9 });
  expect(movements.published).toEqual([{ item: "paper", change: 50 }]);
});
