import { expect, test } from "vitest";
import { ConsumerLine } from "./consumer-line.ts";
import type { Consumer } from "./contract.ts";

/** Takes as many as it has credit for. */
function consumer(credit: number): Consumer & { credit: number } {
  const made = { credit, priority: 0, ready: () => made.credit > 0 };
  return made as unknown as Consumer & { credit: number };
}

test("who is asked again while it takes nothing gets no earlier place", () => {
  const line = new ConsumerLine(false);
  const [a, b, c] = [consumer(1), consumer(2), consumer(1)] as const;
  const names = new Map<Consumer, string>([
    [a, "a"],
    [b, "b"],
    [c, "c"],
  ]);
  for (const each of [a, b, c]) line.add(each);
  const turn = (): string | undefined => {
    const next = line.next();
    if (next === null) return undefined;
    (next as typeof a).credit--;
    line.rest(next);
    return names.get(next);
  };

  expect(turn()).toBe("a");
  expect(line.wake(a)).toBe(false);
  expect(turn()).toBe("b");
  a.credit++;
  expect(line.wake(a)).toBe(true);
  expect([turn(), turn(), turn(), turn()]).toEqual(["c", "b", "a", undefined]);
});
