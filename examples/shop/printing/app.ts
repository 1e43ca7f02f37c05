/** Prints invoices, a few at a time, and says what paper that took. */
import { App, RejectMessage } from "millrace";
import { RabbitmqBroker } from "millrace/rabbitmq";
import { RedisBroker, stream } from "millrace/redis";
import { Invoice, LowStock, StockMovement } from "../contracts.ts";
import { invoicesToPrint } from "../queues.ts";

/** What nobody has to sign, in euros. */
const UNSIGNED = 10_000;
/** Orders on a sheet. */
const LINES = 20;
/** Sheets in a packet. */
const PACKET = 50;

const office = new RabbitmqBroker();
const store = new RedisBroker();

export const movements = store.publisher(stream("stock.movements", { maxLength: 10_000 }), {
  schema: StockMovement,
});

export const print = office.subscriber(
  invoicesToPrint,
  { schema: Invoice, prefetch: 5, publish: movements },
  ({ invoiceId, customerId, orderIds, amount }, { logger }) => {
    if (amount > UNSIGNED) throw new RejectMessage(`${amount} EUR has to be signed`);
    logger.info("printing %s for %s", invoiceId, customerId);
    return { item: "paper", change: -Math.ceil(orderIds.length / LINES) };
  },
);

export const refill = store.subscriber(
  "stock.low",
  { schema: LowStock, publish: movements },
  ({ item, left }, { logger }) => {
    logger.info("%d of %s left: opening a packet", left, item);
    return { item, change: PACKET };
  },
);

export const app = new App(office, store, { title: "printing" });
