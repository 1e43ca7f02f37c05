/** Durations as Go writes and reads them: https://pkg.go.dev/time#Duration. Numbers are ns. */

/** `1m30s`, `5s`, `1.5ms`. */
export function goDuration(ns: number): string {
  if (ns === 0) return "0s";
  const sign = ns < 0 ? "-" : "";
  const rest = Math.abs(ns);
  if (rest < 1_000) return `${sign}${rest}ns`;
  if (rest < 1_000_000) return `${sign}${rest / 1_000}µs`;
  if (rest < 1_000_000_000) return `${sign}${rest / 1_000_000}ms`;
  const hours = Math.floor(rest / 3_600_000_000_000);
  const minutes = Math.floor(rest / 60_000_000_000) % 60;
  const seconds = (rest % 60_000_000_000) / 1_000_000_000;
  const small = `${seconds}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${small}`;
  return minutes > 0 ? `${sign}${minutes}m${small}` : sign + small;
}

/** undefined where it is none. */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.exec(text);
  if (match === null) return text === "0" ? 0 : undefined;
  let ns = 0;
  for (const [, number = "", unit = ""] of text.matchAll(
    /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g,
  ))
    ns += Number(number) * (UNITS.get(unit) ?? 0);
  return match[1] === "-" ? -Math.round(ns) : Math.round(ns);
}

const UNITS = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["μs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
]);
