/** Takes orders, prices them, and knows where customers live. */
import { App } from "millrace";
import { NatsBroker } from "millrace/nats";
import { AcceptedOrder, Address, AddressQuery, NewOrder } from "../contracts.ts";
import { addressOf } from "./customers.ts";

const broker = new NatsBroker();

export const accepted = broker.publisher("orders.accepted", { schema: AcceptedOrder });

export const accept = broker.subscriber(
  "orders.new",
  { schema: NewOrder, group: "orders", publish: accepted },
  (order, { logger }) => {
    const total = order.items.reduce((sum, item) => sum + item.quantity * item.price, 0);
    logger.info("order %s over %d EUR", order.orderId, total);
    return { ...order, total };
  },
);

export const address = broker.subscriber(
  "customers.address",
  { schema: AddressQuery, reply: Address, group: "orders" },
  ({ customerId }) => addressOf(customerId),
);

export const app = new App(broker, { title: "orders" });
