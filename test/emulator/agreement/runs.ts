/** How many random runs a comparison makes, and from which seed. */
const seed = Number(process.env["TEST_SEED"] ?? (process.env["CI"] ? 1 : Date.now())) % 2 ** 31;

/**
 * CI tries what it tried before, so that a change is judged by what it changes; by hand each run tries something new.
 * TEST_SEED brings a run back, MILLRACE_ROUNDS makes it longer.
 */
export function runs(perRound: number): { readonly seed: number; readonly numRuns: number } {
  return { seed, numRuns: perRound * Number(process.env["MILLRACE_ROUNDS"] ?? 2) };
}
