import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { SortedTree } from "./sorted-tree.ts";

test("keeps the order, ranks and slices of a sorted array, while it grows and shrinks", () => {
  const random = seededRandom(7);
  const tree = new SortedTree<number>((one, other) => one - other);
  const reference: number[] = [];
  const countBelow = (value: number) => reference.filter((item) => item < value).length;
  // More come than go, then more go than come, until nothing is left.
  for (const growth of [0.9, 0.5, 0.1, 0]) {
    for (let round = 0; round < 4000; round++) {
      const value = Math.floor(random() * 1e6);
      if (random() < growth) {
        if (reference.includes(value)) continue;
        tree.insert(value);
        reference.splice(countBelow(value), 0, value);
      } else {
        const [gone] = reference.splice(Math.floor(random() * reference.length), 1);
        if (gone !== undefined) tree.delete(gone);
      }
    }
    expect(tree.size).toBe(reference.length);
    expect(tree.slice(0, tree.size)).toEqual(reference);
    for (let probe = 0; probe < 50; probe++) {
      const value = Math.floor(random() * 1e6);
      expect(tree.countWhile((item) => item < value)).toBe(countBelow(value));
      const from = Math.floor(random() * (reference.length + 2)) - 1;
      const to = from + Math.floor(random() * 200);
      expect(tree.slice(from, to)).toEqual(reference.slice(Math.max(0, from), Math.max(0, to)));
    }
  }
  expect(tree.size).toBe(0);
});

test("what is not in it takes nothing out", () => {
  const tree = new SortedTree<number>((one, other) => one - other);
  for (let value = 0; value < 1000; value += 2) tree.insert(value);
  for (let value = 1; value < 1000; value += 2) tree.delete(value);
  expect(tree.size).toBe(500);
});
