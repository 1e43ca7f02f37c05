/** Who looks at every command: MONITOR's clients, SLOWLOG and LATENCY. */
import { type Bytes, Status, type Argv } from "../values.ts";
import type { Client } from "./client.ts";
import type { Config } from "./config.ts";
import { redacted } from "./redacted.ts";

export interface SlowCommand {
  readonly id: number;
  /** ms since 1970. */
  readonly time: number;
  /** ms. */
  readonly took: number;
  readonly argv: readonly Bytes[];
  readonly address: string;
  readonly name: Bytes;
}

/** What LATENCY knows of one kind of event. */
export interface LatencySeries {
  /** Newest last: seconds since 1970, and ms. */
  readonly samples: { time: number; took: number }[];
  max: number;
}

/** So many samples, arguments and characters are kept: latency.h, slowlog.h. */
const SAMPLES = 160;
const ARGUMENTS = 32;
const CHARACTERS = 128;
/** µs from which on a ms more or less makes no difference: the threshold that slowlog-log-slower-than has by itself. */
const COARSE = 10_000;

export class Observers {
  readonly monitors: Set<Client> = new Set();
  /** Newest first. */
  slow: SlowCommand[] = [];
  readonly latency: Map<string, LatencySeries> = new Map();
  readonly #config: Config;
  #ids = 0;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Whether a threshold is so low that the clock's ms are too coarse: a command of some µs may begin in one and end in the next. */
  get exact(): boolean {
    const { latencyThreshold, slowlogThreshold } = this.#config;
    return latencyThreshold > 0 || (slowlogThreshold >= 0 && slowlogThreshold < COARSE);
  }

  /** Whether anything is to be told of a command that took so long: nearly always not. */
  interested(took: number): boolean {
    return this.monitors.size > 0 || took > 0 || this.#config.slowlogThreshold === 0;
  }

  /** A line to who monitors: where a script calls, it says `lua` instead of an address. */
  monitor(now: number, client: Client, argv: Argv, inside: "transaction" | "script" | null): void {
    const seconds = Math.floor(now / 1000);
    const micros = String((now % 1000) * 1000).padStart(6, "0");
    const from = inside === "script" ? "lua" : client.address;
    const words = redacted(argv).map(quoted).join(" ");
    const line = new Status(`${seconds}.${micros} [${client.database} ${from}] ${words}`);
    for (const each of this.monitors) each.push(line);
  }

  slowCommand(now: number, client: Client, argv: Argv, took: number): void {
    const threshold = this.#config.slowlogThreshold;
    if (threshold < 0 || took * 1000 < threshold) return;
    this.slow.unshift({
      id: this.#ids++,
      time: now,
      took,
      argv: shortened(redacted(argv)),
      address: client.address,
      name: client.name,
    });
    this.trimSlow();
  }

  trimSlow(): void {
    const max = this.#config.number("slowlog-max-len");
    if (this.slow.length > max) this.slow.length = max;
  }

  /** An event that took too long: latency-monitor-threshold, in ms, 0 for never. */
  sample(now: number, event: string, lasted: number): void {
    const threshold = this.#config.latencyThreshold;
    const took = Math.floor(lasted);
    if (threshold === 0 || took < threshold) return;
    const series = this.latency.get(event) ?? { samples: [], max: 0 };
    this.latency.set(event, series);
    series.max = Math.max(series.max, took);
    const time = Math.floor(now / 1000);
    const last = series.samples.at(-1);
    if (last?.time === time) last.took = Math.max(last.took, took);
    else series.samples.push({ time, took });
    if (series.samples.length > SAMPLES) series.samples.shift();
  }
}

function shortened(argv: Argv): Bytes[] {
  const kept = argv.length > ARGUMENTS ? argv.slice(0, ARGUMENTS - 1) : argv;
  const words = kept.map((word) =>
    word.length > CHARACTERS
      ? `${word.slice(0, CHARACTERS)}... (${word.length - CHARACTERS} more bytes)`
      : word,
  );
  if (kept.length < argv.length) words.push(`... (${argv.length - kept.length} more arguments)`);
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

function quoted(word: Bytes): string {
  const escaped = word.replace(
    /[^ !#-[\]-~]/g,
    (sign) => ESCAPES[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}
