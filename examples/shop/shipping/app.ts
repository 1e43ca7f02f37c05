/** Sends parcels for paid orders, and tells the depot's MQTT broker. */
import { App } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";
import { Address, AddressQuery, Dispatch, Payment } from "../contracts.ts";

const broker = new NatsBroker();
const depot = new MqttBroker();

export const customerAddress = broker.publisher("customers.address", {
  schema: AddressQuery,
  reply: Address,
});

export const dispatched = depot.publisher("shipments/{orderId}/dispatched", {
  schema: Dispatch,
  qos: 1,
});

export const ship = broker.subscriber(
  "payments.taken",
  { schema: Payment, group: "shipping", publish: dispatched },
  async ({ orderId, customerId, amount }, { logger }) => {
    const address = await customerAddress.request({ customerId });
    logger.info("shipping %s to %s", orderId, address.city);
    return {
      orderId,
      customerId,
      address,
      carrier: amount < 100 ? ("bike" as const) : ("van" as const),
    };
  },
);

export const app = new App(broker, depot, { title: "shipping" });
