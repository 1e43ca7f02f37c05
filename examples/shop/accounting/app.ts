/** Makes invoices of the ledger's entries, one for all that a customer bought meanwhile. */
import { randomUUID } from "node:crypto";
import { App } from "millrace";
import { KafkaBroker } from "millrace/kafka";
import { RabbitmqBroker } from "millrace/rabbitmq";
import { Invoice, LedgerEntry } from "../contracts.ts";
import { failedInvoices, invoicesToPrint } from "../queues.ts";

const log = new KafkaBroker({ topics: { create: true } });
const office = new RabbitmqBroker();

export const invoices = office.publisher(invoicesToPrint, { schema: Invoice });

// A new accounting reads the whole ledger; one that was away goes on where it was.
export const invoice = log.subscriber(
  "ledger.entries",
  { schema: LedgerEntry, group: "accounting", from: "earliest", batch: { size: 50, within: 200 } },
  async (entries, { logger }) => {
    for (const customerId of new Set(entries.map((entry) => entry.customerId))) {
      const own = entries.filter((entry) => entry.customerId === customerId);
      const amount = own.reduce((sum, entry) => sum + entry.amount, 0);
      logger.info("an invoice for %s over %d EUR", customerId, amount);
      const orderIds = own.map((entry) => entry.orderId);
      await invoices.publish({ invoiceId: randomUUID(), customerId, orderIds, amount });
    }
  },
);

export const returned = office.subscriber(
  failedInvoices,
  { schema: Invoice },
  ({ customerId, amount }, { logger }) => {
    logger.warn("somebody has to sign the invoice of %s over %d EUR", customerId, amount);
    return customerId;
  },
);

export const app = new App(log, office, { title: "accounting" });
