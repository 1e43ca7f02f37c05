/** Tells customers that their parcel is on its way. */
import { App } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { Dispatch } from "../contracts.ts";

const depot = new MqttBroker();

export const notify = depot.subscriber(
  "shipments/{orderId}/dispatched",
  { schema: Dispatch, qos: 1 },
  ({ customerId, address, carrier }, { params, logger }) => {
    const text = `Dear ${customerId}, order ${params.orderId} is on its way to ${address.street} by ${carrier}.`;
    logger.info(text);
    return text;
  },
);

export const app = new App(depot, { title: "notifications" });
