import { expect, test } from "vitest";
import { seededRandom } from "../../random.ts";
import { LONGEST_RECURRING, recurring } from "./recurring.ts";

test("an argument is what its bytes say, whatever was read before", () => {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now());
  const random = seededRandom(seed);
  for (let round = 0; round < 20_000; round++) {
    // Few different bytes, so that many come again, and more than there is room for.
    const word = Array.from(
      { length: Math.floor(random() ** 2 * (LONGEST_RECURRING + 1)) },
      () => "\x00\xffab"[Math.floor(random() * 4)],
    ).join("");
    const bytes = Buffer.from(`before${word}behind`, "latin1");
    expect(recurring(bytes, 6, 6 + word.length), `seed ${seed}`).toBe(word);
  }
});
