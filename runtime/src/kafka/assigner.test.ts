import { expect, test } from "vitest";
import { range, roundRobin } from "./assigner.ts";

const topics = new Map([
  ["invoices", [0, 1]],
  ["orders", [0, 1, 2]],
]);
const member = (memberId: string, ...subscribed: string[]) => ({ memberId, topics: subscribed });

test("roundrobin: each partition goes to the next member that wants its topic", () => {
  const all = [member("a", "invoices", "orders"), member("b", "invoices", "orders")];
  expect(roundRobin(all, topics)).toEqual([
    { invoices: [0], orders: [0, 2] },
    { invoices: [1], orders: [1] },
  ]);
  const split = [member("a", "invoices"), member("b", "orders"), member("c", "orders")];
  expect(roundRobin(split, topics)).toEqual([
    { invoices: [0, 1] },
    { orders: [0, 2] },
    { orders: [1] },
  ]);
});

test("range: each topic is cut into runs for the members that want it", () => {
  const members = [member("a", "orders"), member("b", "invoices", "orders")];
  expect(range(members, topics)).toEqual([{ orders: [0, 1] }, { invoices: [0, 1], orders: [2] }]);
});

test("what nobody wants, or what is not there, is nobody's", () => {
  const gone = new Map([["gone", []]]);
  for (const strategy of [roundRobin, range]) {
    expect(strategy([member("a", "other"), member("b")], topics)).toEqual([{}, {}]);
    expect(strategy([member("a", "gone")], gone)).toEqual([{}]);
  }
});
