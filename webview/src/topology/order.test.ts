import { expect, test } from "vitest";
import { type Flow, inFlowOrder } from "./order.ts";

/** `a > b > c` */
function flows(...chains: readonly string[]): readonly Flow[] {
  return chains.flatMap((chain) => {
    const cards = chain.split(" > ");
    return cards.slice(1).map((to, index) => ({ from: cards[index] ?? "", to }));
  });
}

const order = (cards: string, ...chains: readonly string[]) =>
  inFlowOrder(cards.split(" "), flows(...chains)).join(" ");

test("who sends stands before who receives, whatever order they are declared in", () => {
  expect(order("d c b a", "a > b > c > d")).toBe("a b c d");
  expect(order("e d c b a", "a > b > d", "a > c > d > e")).toBe("a b c d e");
});

test("cards that nothing connects keep their order", () => {
  expect(order("b a c")).toBe("b a c");
});

test("a circle begins where it is reached from outside", () => {
  expect(
    order(
      "printing stock low movements jobs",
      "jobs > printing > movements > stock > low > printing",
    ),
  ).toBe("jobs printing movements stock low");
});

test("two circles that share a card both begin with the flow", () => {
  expect(
    order(
      "accounting failed jobs low movements printing entries stock",
      "entries > accounting > jobs > printing > movements > stock > low > printing",
      "jobs > failed > accounting",
    ),
  ).toBe("entries accounting jobs failed printing movements stock low");
});

test("a circle by itself begins with who sends most", () => {
  expect(order("a b c", "a > b > c > a", "b > a")).toBe("b c a");
});
