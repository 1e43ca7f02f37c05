import { expect, test } from "vitest";
import { accepted, bill, flagged, topology } from "./fixtures/orders-and-billing.ts";
import { addressOf, peerCount, peersOf } from "./peers.ts";

test("a subscriber's peers are its publishers, a publisher's its subscribers", () => {
  expect(peersOf(topology, bill)).toEqual([accepted]);
  expect(peersOf(topology, accepted)).toEqual([bill]);
  expect(peersOf(topology, flagged)).toEqual([]);
});

test("the lens counts them in words", () => {
  expect(peerCount(topology, bill)).toBe("1 publisher");
  expect(peerCount(topology, flagged)).toBe("0 subscribers");
});

test("an answer's link is not a message's", () => {
  const linked = {
    ...topology,
    links: [{ kind: "publishes" as const, from: bill.id, to: flagged.id }],
  };
  expect(peersOf(linked, flagged)).toEqual([]);
});

test("a dynamic address is named by its source text", () => {
  const channels = [
    {
      id: bill.channel,
      protocol: "nats" as const,
      address: null,
      pattern: null,
      expression: "subjects[0]",
      params: [],
    },
  ];
  expect(addressOf({ ...topology, channels }, bill)).toBe("subjects[0]");
});
