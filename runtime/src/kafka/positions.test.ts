import { expect, test } from "vitest";
import { Positions, type PositionsTerms } from "./positions.ts";

/** A topic of two partitions with records from 5 up to 9; the group has come to `committed`. */
function positionsOf(terms: Partial<PositionsTerms> = {}, committed: [number, number][] = []) {
  const group = new Map(committed);
  const positions = new Positions({
    topics: {
      committed: async () => new Map([["orders", group]]),
      begin: async (_, from) => {
        const offset = from === "earliest" ? 5 : from === "latest" ? 9 : 7;
        return new Map([0, 1].map((number) => [number, offset]));
      },
    },
    group: "shop",
    from: "latest",
    present: new Set(["orders/0", "orders/1"]),
    ...terms,
  });
  const place = async () => {
    const assignment = { orders: [0, 1] };
    const placed = await positions.place(assignment, await positions.committed(assignment));
    return placed.map(({ next }) => next);
  };
  return { positions, group, place };
}

test("a partition goes on where its group is, and begins where it is nowhere", async () => {
  expect(await positionsOf({}, [[1, 6]]).place()).toEqual([9, 6]);
});

test("a partition that came later is read from its first record, unless a place was asked for", async () => {
  const present = new Set(["orders/0"]);
  expect(await positionsOf({ present }).place()).toEqual([9, 5]);
  expect(await positionsOf({ present, from: { offset: 7 } }).place()).toEqual([7, 7]);
});

test("a partition that comes back goes on after what others did meanwhile", async () => {
  const { positions, group, place } = positionsOf({}, [[0, 5]]);
  await place();
  const known = positions.get("orders", 0);
  group.set(0, 8);
  expect(await place()).toEqual([8, 9]);
  expect(positions.get("orders", 0)).toBe(known);
});

test("all of a partition comes again that its group was set back in", async () => {
  const { group, place } = positionsOf({}, [[0, 8]]);
  await place();
  group.set(0, 6);
  expect(await place()).toEqual([6, 9]);
});

test("without a group, a partition goes on where this process was", async () => {
  const { positions, place } = positionsOf({ group: undefined, from: "earliest" });
  expect(await place()).toEqual([5, 5]);
  positions.get("orders", 0)?.accept([], 7);
  expect(await place()).toEqual([7, 5]);
});
