import { expect, test } from "vitest";
import { journey } from "../fixtures/shop.ts";
import { chainSize, chainTree, type ChainMessage } from "./chain.ts";
import { actorName } from "./filter.ts";

function outline(messages: readonly ChainMessage[], depth = 0): string[] {
  const indent = "  ".repeat(depth);
  return messages.flatMap((message) => [
    `${indent}${message.first.address}${message.inferred ? " (inferred)" : ""}`,
    ...message.deliveries.flatMap((delivery) => [
      `${indent}> ${actorName(delivery.event.actor)}${delivery.settled === null ? "" : ` ${delivery.settled.kind}`}`,
      ...outline(delivery.published, depth + 1),
    ]),
    ...outline(message.consequences, depth + 1),
  ]);
}

test("a chain is told as a tree of messages and deliveries", () => {
  expect(outline(chainTree(journey(), "chain-A-1001"))).toEqual([
    "orders.new",
    "> orders",
    "  orders.accepted",
    "  > billing",
    "    payments.taken",
    "    > shipping",
    "      customers.address",
    "      > orders",
    "        _INBOX.shop.1",
    "        > shipping",
    "      shipments/A-1001/dispatched (inferred)",
    "      > notifications acknowledged",
  ]);
});

test("other chains are left out, and a chain that begins before the list still shows", () => {
  const events = [...journey({ seq: 100, id: "other" }), ...journey().slice(3)];
  expect(outline(chainTree(events, "chain-A-1001"))[0]).toBe("orders.accepted");
  expect(chainTree(events, "nothing")).toEqual([]);
});

test("a circle of causes ends", () => {
  const [first, , third] = journey();
  const events = [
    { ...first!, chain: { ...first!.chain, cause: third!.message } },
    { ...third!, chain: { ...third!.chain, cause: first!.message } },
  ];
  expect(chainTree(events, "chain-A-1001")).toEqual([]);
});

test("a chain's size is its messages and deliveries", () => {
  expect(chainSize(journey(), "chain-A-1001")).toEqual({ messages: 6, deliveries: 6 });
  expect(chainSize(journey({ until: "orders.accepted" }), "chain-A-1001")).toEqual({
    messages: 2,
    deliveries: 1,
  });
});

test("a delivery that was refused and given again is two deliveries, the first without an end", () => {
  const [published, delivered] = journey();
  const again = { ...delivered!, seq: 50, kind: "redelivered" as const };
  const acknowledged = { ...delivered!, seq: 51, kind: "acknowledged" as const };
  const [message] = chainTree([published!, delivered!, again, acknowledged], "chain-A-1001");
  expect(message?.deliveries.map((one) => one.settled?.kind ?? null)).toEqual([
    null,
    "acknowledged",
  ]);
});
