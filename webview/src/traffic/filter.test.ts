import { expect, test } from "vitest";
import { journey, strangerPublishes } from "../fixtures/shop.ts";
import { actorName, addressText, everything, filterTraffic } from "./filter.ts";

const events = [...journey(), strangerPublishes(99)];

test("without a filter the list is the list", () => {
  expect(filterTraffic(events, everything)).toBe(events);
});

test("text is looked for in address, actor, headers and payload, every word", () => {
  expect(filterTraffic(events, { ...everything, text: "river shipments" })).toHaveLength(3);
  expect(
    filterTraffic(events, { ...everything, text: "LEGACY" }).map((event) => actorName(event.actor)),
  ).toEqual(["legacy-importer"]);
  expect(filterTraffic(events, { ...everything, text: "river orders.new" })).toEqual([]);
});

test("kind, service and channel narrow together", () => {
  expect(
    filterTraffic(events, {
      ...everything,
      kind: "published",
      service: "service:orders",
      channel: "nats:orders.accepted",
    }),
  ).toHaveLength(1);
  expect(filterTraffic(events, { ...everything, service: "workbench" })).toHaveLength(1);
  expect(filterTraffic(events, { ...everything, kind: "trouble" })).toEqual([]);
  expect(
    filterTraffic([{ ...events[0]!, kind: "dropped" }], { ...everything, kind: "trouble" }),
  ).toHaveLength(1);
});

test("an answer is named by what was asked, not by its inbox", () => {
  expect(events.filter((event) => event.replyOf !== undefined).map(addressText)).toEqual([
    "answer on customers.address",
    "answer on customers.address",
  ]);
  expect(addressText(events[0]!)).toBe("orders.new");
  expect(filterTraffic(events, { ...everything, text: "answer" })).toHaveLength(2);
});
