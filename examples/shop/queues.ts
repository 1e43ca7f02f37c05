/** The queues between accounting and printing: who uses one declares it, so both declare the same. */
import { queue } from "millrace/rabbitmq";

/** Invoices nobody could print. */
export const failedInvoices = queue("invoices.failed", { type: "quorum" });

/** Work to be shared: each invoice goes to one printer. What a printer rejects is kept for somebody to look at. */
export const invoicesToPrint = queue("invoices.print", {
  type: "quorum",
  deadLetter: { key: "invoices.failed" },
});
