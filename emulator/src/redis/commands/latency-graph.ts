/** LATENCY GRAPH: a column for each sample, under it how long ago it was. https://redis.io/docs/latest/commands/latency-graph/ */
import type { LatencySeries } from "../model/observers.ts";

const WIDTH = 80;
const HEIGHT = 4;
/** A character shows one of three steps; what is below it is filled. */
const STEPS = "_o#";

export function graphOf(
  event: string,
  { samples, max: highest }: LatencySeries,
  now: number,
): string {
  const times = samples.map(({ took }) => took);
  const low = Math.min(...times);
  const high = Math.max(...times);
  const columns = samples.map(
    ({ time, took }) => `${columnOf(took - low, high - low)} ${ago(Math.floor(now / 1000) - time)}`,
  );
  const pieces: string[] = [];
  for (let at = 0; at < columns.length; at += WIDTH)
    pieces.push(linesOf(columns.slice(at, at + WIDTH)));
  return `${event} - high ${high} ms, low ${low} ms (all time high ${highest} ms)\n${"-".repeat(WIDTH)}\n${pieces.join("\n")}`;
}

/** From the top. */
function columnOf(height: number, highest: number): string {
  const steps = HEIGHT * STEPS.length;
  const step = Math.min(Math.floor((height * steps) / (highest || 1)), steps - 1);
  return Array.from({ length: HEIGHT }, (_, row) => {
    const inRow = step - (HEIGHT - row - 1) * STEPS.length;
    return inRow >= STEPS.length ? "|" : (STEPS[inRow] ?? " ");
  }).join("");
}

function linesOf(columns: readonly string[]): string {
  const length = Math.max(...columns.map((column) => column.length));
  return Array.from(
    { length },
    (_, row) => `${columns.map((column) => column[row] ?? " ").join("")}\n`,
  ).join("");
}

function ago(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
