/** Random scripts, played on the emulator and on the real server until one is answered differently. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect } from "vitest";

/** Which scripts: from which seed on. */
const seed = Number(process.env["TEST_SEED"] ?? (process.env["CI"] ? 1 : Date.now())) % 2 ** 31;
/** How often a script is played before its answers differ. */
const TRIES = 4;
/** ms; a slow machine plays fewer scripts, and a difference is told as short as it was made by then. */
const TIME_LIMIT = 90_000;

/**
 * A difference is one that stays: what a real server does a moment later, or leaves to chance, it does otherwise when the
 * script is played again. A failure shows the shortest script that still differs.
 *
 * CI tries what it tried before, so that a change is judged by what it changes; by hand each run tries something new.
 * TEST_SEED brings a run back, MILLRACE_ROUNDS makes it longer.
 */
export async function sameAnswers<Script>(
  scripts: fc.Arbitrary<Script>,
  perRound: number,
  playBoth: (script: Script) => Promise<readonly [expected: unknown, seen: unknown]>,
): Promise<void> {
  const property = fc.asyncProperty(scripts, async (script) => {
    for (let tries = 1; ; tries++) {
      const [expected, seen] = await playBoth(script);
      if (isDeepStrictEqual(seen, expected)) return;
      if (tries === TRIES) expect(seen).toEqual(expected);
    }
  });
  const numRuns = perRound * Number(process.env["MILLRACE_ROUNDS"] ?? 2);
  await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: TIME_LIMIT });
}
