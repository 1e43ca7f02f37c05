/** Takes payments for accepted orders. */
import { App } from "millrace";
import { NatsBroker } from "millrace/nats";
import { AcceptedOrder, FlaggedPayment, Payment } from "../contracts.ts";

const LARGE = 1000;

const broker = new NatsBroker();

export const payments = broker.publisher("payments.taken", { schema: Payment });

// Nobody listens to it: the workbench and the editor say so.
export const flagged = broker.publisher("payments.flagged", { schema: FlaggedPayment });

export const bill = broker.subscriber(
  "orders.accepted",
  { schema: AcceptedOrder, group: "billing", publish: payments },
  async (order, { logger }) => {
    const payment = {
      orderId: order.orderId,
      customerId: order.customerId,
      amount: order.total,
      method: "card" as const,
    };
    logger.info("billing %s", order.orderId);
    if (payment.amount >= LARGE)
      await flagged.publish({ ...payment, reason: `${LARGE} EUR or more` });
    return payment;
  },
);

export const app = new App(broker, { title: "billing" });
