import { headers, type Msg } from "nats";
import { expect, test } from "vitest";
import { readDelivery, readStreamMessage } from "./stream-message.ts";

const message = (reply: string) =>
  ({ subject: "orders.1", reply, data: new Uint8Array([1]), headers: headers() }) as unknown as Msg;

test("what a delivery says of itself, in both forms of the reply subject", () => {
  const short = readDelivery(message("$JS.ACK.ORDERS.billing.3.41.7.1700000000000000000.5"));
  expect(short?.info).toMatchObject({
    stream: "ORDERS",
    consumer: "billing",
    deliveryCount: 3,
    redelivered: true,
    streamSequence: 41,
    deliverySequence: 7,
    pending: 5,
    domain: "",
  });
  const long = readDelivery(message("$JS.ACK.hub.acc.ORDERS.billing.1.41.7.17.5.token"));
  expect(long?.info).toMatchObject({
    domain: "hub",
    account_hash: "acc",
    stream: "ORDERS",
    consumer: "billing",
    deliveryCount: 1,
    redelivered: false,
    streamSequence: 41,
    pending: 5,
  });
  expect(readDelivery(message("$JS.ACK._.acc.S.c.1.2.3.4.5"))?.info.domain).toBe("");
  expect(readDelivery(message("_INBOX.x"))).toBeUndefined();
});

test("without payload it is no message at all", () => {
  const delivery = readDelivery(message("$JS.ACK.ORDERS.billing.2.41.7.17.5"));
  if (delivery === undefined) throw new Error("not read");
  expect(readStreamMessage(delivery, true)).toMatchObject({
    address: "orders.1",
    id: "ORDERS:41",
    attempt: 2,
    tombstone: true,
  });
  expect(readStreamMessage(delivery, false).tombstone).toBeUndefined();
});
