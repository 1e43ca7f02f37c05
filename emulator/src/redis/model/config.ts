/** The server's parameters. https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
import { type Bytes, Failure } from "../values.ts";
import { type Parameter, parameters } from "./config-parameters.ts";
import { globMatches } from "./glob.ts";
import { memoryOf } from "./memory-value.ts";
import { notifiedClasses } from "./notifications.ts";
import { changedLimits, hardLimit, INITIAL_OUTPUT_LIMITS } from "./output-limits.ts";

const byName: ReadonlyMap<string, Parameter> = new Map(
  parameters.flatMap((each) => [
    [each.name, each] as const,
    ...(each.alias === undefined ? [] : [[each.alias, each] as const]),
  ]),
);

/** Why a value will not do, as CONFIG SET says it. */
class BadValue extends Error {}

export class Config {
  readonly #values = new Map<string, Bytes>(parameters.map(({ name, initial }) => [name, initial]));
  readonly #listeners = new Map<string, (value: Bytes) => void>();
  /** slowlog-log-slower-than, µs: asked after every command. */
  slowlogThreshold = 10_000;
  /** latency-monitor-threshold, ms, the same. */
  latencyThreshold = 0;
  /** proto-max-bulk-len: asked for every argument. */
  maxBulk: number = 512 * 1024 * 1024;
  /** client-query-buffer-limit, the same. */
  maxRequest: number = 1024 * 1024 * 1024;
  /** stream-node-max-entries and -bytes: asked by every XADD. */
  streamNodes: { readonly entries: number; readonly bytes: number } = { entries: 100, bytes: 4096 };

  /** client-output-buffer-limit, bytes; 0 is none. */
  output: { readonly normal: number; readonly pubsub: number } = hardLimits(INITIAL_OUTPUT_LIMITS);

  has(name: Bytes): boolean {
    return byName.has(name.toLowerCase());
  }

  /** Of a parameter that there is. */
  text(name: string): Bytes {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`no parameter ${name}`);
    return value;
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  isOn(name: string): boolean {
    return this.text(name) === "yes";
  }

  /** Names and values in turn; where both its names match, a parameter comes twice. */
  matching(patterns: readonly Bytes[]): Bytes[] {
    const found = new Map<string, Bytes>();
    for (const pattern of patterns.map((each) => each.toLowerCase()))
      for (const [name, parameter] of byName)
        if (parameter.hidden === true ? name === pattern : globMatches(pattern, name))
          found.set(name, this.text(parameter.name));
    return [...found].flat();
  }

  /** What is so, whatever was said. */
  note(name: string, value: Bytes): void {
    this.#values.set(name, value);
  }

  onChange(name: string, listener: (value: Bytes) => void): void {
    this.#listeners.set(name, listener);
  }

  /** Sets all of them or none. @throws {Failure} as CONFIG SET answers. */
  set(pairs: readonly (readonly [name: Bytes, value: Bytes])[]): void {
    const changes = new Map<Parameter, Bytes>();
    for (const [given, value] of pairs) {
      const parameter = byName.get(given.toLowerCase());
      if (parameter === undefined)
        throw new Failure(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`);
      if (parameter.fixed !== undefined)
        throw refused(given, `can't set ${parameter.fixed} config`);
      if (changes.has(parameter)) throw refused(given, "duplicate parameter");
      changes.set(parameter, value);
    }
    const port = [...changes].find(([{ name }]) => name === "port")?.[1];
    if (port !== undefined && port !== this.text("port"))
      throw refused("port", "Unable to listen on this port. Check server logs.");
    const checked = [...changes].map(([parameter, value]) => {
      try {
        return [parameter.name, canonical(parameter, value, this.text(parameter.name))] as const;
      } catch (error) {
        if (!(error instanceof BadValue)) throw error;
        throw refused(parameter.name, error.message);
      }
    });
    for (const [name, value] of checked) {
      this.#values.set(name, value);
      if (name === "slowlog-log-slower-than") this.slowlogThreshold = Number(value);
      if (name === "latency-monitor-threshold") this.latencyThreshold = Number(value);
      if (name === "proto-max-bulk-len") this.maxBulk = Number(value);
      if (name === "client-query-buffer-limit") this.maxRequest = Number(value);
      if (name === "client-output-buffer-limit") this.output = hardLimits(value);
      if (name.startsWith("stream-node-max-"))
        this.streamNodes = {
          entries: this.number("stream-node-max-entries"),
          bytes: this.number("stream-node-max-bytes"),
        };
      this.#listeners.get(name)?.(value);
    }
  }
}

function hardLimits(limits: Bytes): { readonly normal: number; readonly pubsub: number } {
  return { normal: hardLimit(limits, "normal"), pubsub: hardLimit(limits, "pubsub") };
}

function refused(name: string, why: string): Failure {
  return new Failure(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);
}

/** The value as CONFIG GET gives it back. @throws {BadValue} */
function canonical(parameter: Parameter, value: Bytes, current: Bytes): Bytes {
  const { kind } = parameter;
  if (kind === "yes or no") {
    if (!/^(?:yes|no)$/i.test(value)) throw new BadValue("argument must be 'yes' or 'no'");
    return value.toLowerCase();
  }
  if (kind === "integer") {
    if (!/^-?\d{1,18}$/.test(value))
      throw new BadValue("argument couldn't be parsed into an integer");
    return within(parameter, Number(value));
  }
  if (kind === "memory") return within(parameter, memory(value));
  if (kind === "memory or percent") {
    const percent = /^(\d{1,9})%$/.exec(value)?.[1];
    if (percent === undefined && memoryOf(value) === null)
      throw new BadValue("argument must be a memory or percent value");
    if (percent === undefined) return within(parameter, memory(value));
    if (Number(percent) > 100)
      throw new BadValue("percentage argument must be less or equal to 100");
    return `${Number(percent)}%`;
  }
  if (kind === "text") return TEXTS[parameter.name]?.(value, current) ?? value;
  if (!kind.oneOf.includes(value.toLowerCase()))
    throw new BadValue(`argument(s) must be one of the following: ${kind.oneOf.join(", ")}`);
  return value.toLowerCase();
}

function within({ min = 0, max = Number.MAX_SAFE_INTEGER }: Parameter, value: number): Bytes {
  if (value < min || value > max) {
    // What is bounded by 64 bits only is said as the server says it.
    const most = max === Number.MAX_SAFE_INTEGER ? "9223372036854775807" : max;
    throw new BadValue(`argument must be between ${min} and ${most} inclusive`);
  }
  return String(value);
}

function memory(value: Bytes): number {
  const bytes = memoryOf(value);
  if (bytes === null) throw new BadValue("argument must be a memory value");
  return bytes;
}

const TEXTS: Readonly<Record<string, (value: Bytes, current: Bytes) => Bytes>> = {
  "client-output-buffer-limit": (value, current) => {
    try {
      return changedLimits(current, value);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new BadValue(error.message);
    }
  },
  "notify-keyspace-events": (value) => {
    const classes = notifiedClasses(value);
    if (classes === null)
      throw new BadValue("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    return classes;
  },
  save(value) {
    const numbers = value.split(/\s+/).filter((word) => word !== "");
    const valid =
      numbers.length % 2 === 0 &&
      numbers.every((word, index) => /^\d+$/.test(word) && Number(word) >= (index + 1) % 2);
    if (!valid) throw new BadValue("Invalid save parameters");
    return numbers.join(" ");
  },
  "latency-tracking-info-percentiles": (value) => {
    const numbers = value.split(/\s+/).filter((word) => word !== "");
    if (numbers.some((word) => !(Number(word) >= 0 && Number(word) <= 100)))
      throw new BadValue(
        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
      );
    return numbers.map((word) => String(Number(word))).join(" ");
  },
};
