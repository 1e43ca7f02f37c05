/**
 * Two ways measured turn by turn, so that whatever else the machine does falls on both. The first round warms up and is
 * not counted. The figure to quote is the ratio: it travels between machines better than a rate does.
 * @param {number} rounds
 * @param {{ measured(): Promise<number>, against(): Promise<number> }} ways
 */
export async function compare(rounds, ways) {
  const measured = [];
  const against = [];
  const ratios = [];
  for (let round = 0; round <= rounds; round++) {
    const first = await ways.measured();
    const second = await ways.against();
    if (round === 0) continue;
    measured.push(first);
    against.push(second);
    ratios.push(first / second);
  }
  return {
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    measured: median(measured),
    against: median(against),
  };
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
