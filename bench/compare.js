/** @typedef {{ ratio: number, lowest: number, highest: number, against: number }} Comparison */
/** @typedef {{ refusal: string }} Refusal */
/** @typedef {Comparison & { measured: number, peer?: Comparison | Refusal }} Result */

/**
 * Ways measured turn by turn, so that whatever else the machine does falls on all. The first round warms up and is not
 * counted. The figure to quote is the ratio: it travels between machines better than a rate does. A peer is one more to
 * compare with: the figure stands without it, and says what kept it from being measured.
 * @param {number} rounds
 * @param {{ measured(): Promise<number>, against(): Promise<number>, peer?: (() => Promise<number>) | undefined }} ways
 * @returns {Promise<Result>}
 */
export async function compare(rounds, ways) {
  const measured = [];
  const against = [];
  const peer = [];
  /** @type {string | undefined} */
  let refusal;
  for (let round = 0; round <= rounds; round++) {
    const first = await ways.measured();
    const second = await ways.against();
    let third = Number.NaN;
    if (ways.peer && refusal === undefined)
      try {
        third = await ways.peer();
      } catch (error) {
        refusal = error instanceof Error ? error.message : String(error);
      }
    if (round === 0) continue;
    measured.push(first);
    against.push(second);
    peer.push(third);
  }
  return {
    measured: median(measured),
    ...comparison(measured, against),
    ...(ways.peer && { peer: refusal === undefined ? comparison(measured, peer) : { refusal } }),
  };
}

/** @param {number[]} measured @param {number[]} against @returns {Comparison} */
function comparison(measured, against) {
  const ratios = measured.map((value, round) => value / (against[round] ?? Number.NaN));
  return {
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
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
