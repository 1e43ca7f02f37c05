import { expect, test } from "vitest";
import { shopTopology } from "../fixtures/shop.ts";
import { search } from "./search.ts";

const ids = (text: string) => search(shopTopology, text).map((found) => found.id);

test("a part of a name finds services, channels and operations, starts of names first", () => {
  expect(ids("ship").slice(0, 2)).toEqual([
    "service:shipping",
    "mqtt:shipments/{orderId}/dispatched",
  ]);
  expect(ids("notify")).toEqual(["receive:notifications:mqtt:shipments/{orderId}/dispatched"]);
});

test("every word has to occur", () => {
  expect(ids("orders receives customers")).toEqual(["receive:orders:nats:customers.address"]);
  expect(ids("orders nowhere")).toEqual([]);
  expect(ids("   ")).toEqual([]);
});
