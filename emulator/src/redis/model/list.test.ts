import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { List } from "./list.ts";

test("a ring is what an array would be", () => {
  const random = seededRandom(11);
  const below = (count: number) => Math.floor(random() * count);
  for (let run = 0; run < 20; run++) {
    const list = new List();
    let expected: string[] = [];
    for (let step = 0; step < 200; step++) {
      const element = String(below(4));
      const index = below(expected.length + 1);
      const steps: readonly (() => void)[] = [
        () => (list.push("left", element), expected.unshift(element)),
        () => (list.push("right", element), expected.push(element)),
        () => (list.insert(index, element), expected.splice(index, 0, element)),
        () => expect(list.pop("left")).toBe(expected.shift()),
        () => expect(list.pop("right")).toBe(expected.pop()),
        () => {
          const count = below(7) - 3;
          const found = [...expected.keys()].filter((at) => expected[at] === element);
          const gone = count > 0 ? found.slice(0, count) : count < 0 ? found.slice(count) : found;
          expect(list.remove(element, count)).toBe(gone.length);
          expected = expected.filter((_, at) => !gone.includes(at));
        },
        () => {
          if (step % 10 !== 0) return;
          const start = below(expected.length);
          list.trim(start, expected.length - below(expected.length - start));
          expected = expected.slice(start, start + list.length);
        },
      ];
      steps[below(steps.length)]!();
      expect(list.snapshot()).toEqual(expected);
    }
    expect(List.restore(structuredClone(list.snapshot())).snapshot()).toEqual(expected);
    expect(list.copy().snapshot()).toEqual(expected);
  }
});
