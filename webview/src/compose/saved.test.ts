import { expect, test } from "vitest";
import { shopState, shopTopology } from "../fixtures/shop.ts";
import { draftOf, paramsOf, savedFor } from "./saved.ts";

const channel = (id: string) => shopTopology.channels.find((one) => one.id === id)!;

test("saved messages are offered on the channel they were saved for", () => {
  expect(
    savedFor(channel("nats:orders.new"), shopState.savedMessages).map((one) => one.name),
  ).toEqual(["large-order"]);
  expect(savedFor(channel("nats:orders.accepted"), shopState.savedMessages)).toEqual([]);
});

test("a saved address gives the parameters their values", () => {
  const shipments = channel("mqtt:shipments/{orderId}/dispatched");
  expect(paramsOf(shipments, "shipments/A-7/dispatched")).toEqual({ orderId: "A-7" });
  expect(paramsOf(shipments, "shipments/A-7/lost")).toBeNull();
  expect(paramsOf(channel("nats:orders.new"), "ordersXnew")).toBeNull();
});

test("a saved payload becomes text again", () => {
  const draft = draftOf(channel("nats:orders.new"), shopState.savedMessages[0]!);
  expect(JSON.parse(draft.payload)).toMatchObject({ id: "A-900" });
  expect(draft.headers).toEqual({ source: "saved" });
});
