/** A consumer's configuration on the wire: read as strictly as Go's JSON reads it, said again as nats-server says it. ADR-13 */
import { refuse } from "./consumer-refusals.ts";
import { RFC3339, timestamp, ZERO_TIME } from "./header-block.ts";

export interface ConsumerConfig {
  readonly durable_name?: string;
  readonly name?: string;
  readonly description?: string;
  readonly deliver_policy: DeliverPolicy;
  readonly opt_start_seq?: number;
  readonly opt_start_time?: string;
  readonly ack_policy: "none" | "all" | "explicit";
  /** Durations are ns. */
  readonly ack_wait?: number;
  readonly max_deliver?: number;
  readonly backoff?: readonly number[];
  readonly filter_subject?: string;
  readonly filter_subjects?: readonly string[];
  readonly replay_policy: "instant" | "original";
  readonly rate_limit_bps?: number;
  readonly sample_freq?: string;
  readonly max_waiting?: number;
  readonly max_ack_pending?: number;
  readonly idle_heartbeat?: number;
  readonly flow_control?: boolean;
  readonly headers_only?: boolean;
  readonly max_batch?: number;
  readonly max_expires?: number;
  readonly max_bytes?: number;
  readonly deliver_subject?: string;
  readonly deliver_group?: string;
  readonly inactive_threshold?: number;
  readonly num_replicas: number;
  readonly mem_storage?: boolean;
  readonly direct?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  /** 2.11. */
  readonly pause_until?: string;
  /** 2.11, and `prioritized` of 2.12. */
  readonly priority_groups?: readonly string[];
  readonly priority_policy?: "overflow" | "pinned_client" | "prioritized";
  readonly priority_timeout?: number;
}

type DeliverPolicy =
  | "all"
  | "last"
  | "new"
  | "by_start_sequence"
  | "by_start_time"
  | "last_per_subject";

/** Reads it; a field of another type than Go's is invalid JSON, one that nats-server 2.10 does not know is left out. */
export function readConfig(body: unknown): ConsumerConfig {
  const given = body === undefined || body === null ? {} : body;
  if (typeof given !== "object" || Array.isArray(given)) throw refuse("invalidJson");
  const read: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(fields)) {
    const value = (given as Record<string, unknown>)[name];
    const taken = value === undefined || value === null ? undefined : kind(value);
    if (taken !== undefined) read[name] = taken;
    else if (name in always) read[name] = always[name as keyof typeof always];
  }
  return read as unknown as ConsumerConfig;
}

/** The same, with the fields in nats-server's order. */
export function inOrder(config: ConsumerConfig): ConsumerConfig {
  const names = Object.keys(fields) as (keyof ConsumerConfig)[];
  const set = names.filter((name) => config[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, config[name]])) as unknown as ConsumerConfig;
}

/** Its filters: one, many or none. */
export function filtersOf(config: ConsumerConfig): readonly string[] {
  return config.filter_subject === undefined
    ? (config.filter_subjects ?? [])
    : [config.filter_subject];
}

/** Fields that Go writes though they are empty, with what they are then. */
const always = {
  deliver_policy: "all",
  ack_policy: "none",
  replay_policy: "instant",
  num_replicas: 0,
};

/** Returns undefined for what Go leaves out because it is empty. */
type Field = (value: unknown) => unknown;

const text: Field = (value) => {
  if (typeof value !== "string") throw refuse("invalidJson");
  return value === "" ? undefined : value;
};
const flag: Field = (value) => {
  if (typeof value !== "boolean") throw refuse("invalidJson");
  return value ? true : undefined;
};
const integer: Field = (value) => {
  if (typeof value !== "number" || !Number.isInteger(value)) throw refuse("invalidJson");
  return value === 0 ? undefined : value;
};
const natural: Field = (value) => {
  if (typeof value === "number" && value < 0) throw refuse("invalidJson");
  return integer(value);
};
const list =
  (type: "string" | "number"): Field =>
  (value) => {
    if (!Array.isArray(value) || value.some((item) => typeof item !== type))
      throw refuse("invalidJson");
    return value.length === 0 ? undefined : value;
  };
const one =
  (...words: readonly string[]): Field =>
  (value) => {
    if (!words.includes(value as string)) throw refuse("invalidJson");
    return value;
  };
const time: Field = (value) => {
  if (typeof value !== "string" || !RFC3339.test(value) || Number.isNaN(Date.parse(value)))
    throw refuse("invalidJson");
  // Go writes a time without the zeros at its end.
  return value.replace(/\.(\d*?)0*(Z|[+-])/, (_, digits: string, zone: string) =>
    digits === "" ? zone : `.${digits}${zone}`,
  );
};
const utc: Field = (value) => {
  const text = time(value) as string;
  return text === ZERO_TIME ? undefined : timestamp(Date.parse(text));
};
const strings: Field = (value) => {
  if (typeof value !== "object" || Array.isArray(value)) throw refuse("invalidJson");
  const entries = Object.entries(value as object);
  if (entries.some(([, item]) => typeof item !== "string")) throw refuse("invalidJson");
  return entries.length === 0 ? undefined : value;
};
/** In the order in which nats-server writes them. */
const fields = {
  durable_name: text,
  name: text,
  description: text,
  deliver_policy: (value) =>
    value === "undefined"
      ? "all"
      : one("all", "last", "new", "by_start_sequence", "by_start_time", "last_per_subject")(value),
  opt_start_seq: natural,
  opt_start_time: time,
  ack_policy: one("none", "all", "explicit"),
  ack_wait: integer,
  max_deliver: integer,
  backoff: list("number"),
  filter_subject: text,
  filter_subjects: list("string"),
  replay_policy: one("instant", "original"),
  rate_limit_bps: natural,
  sample_freq: text,
  max_waiting: integer,
  max_ack_pending: integer,
  idle_heartbeat: integer,
  flow_control: flag,
  headers_only: flag,
  max_batch: integer,
  max_expires: integer,
  max_bytes: integer,
  deliver_subject: text,
  deliver_group: text,
  inactive_threshold: integer,
  num_replicas: integer,
  mem_storage: flag,
  direct: flag,
  metadata: strings,
  pause_until: utc,
  priority_groups: list("string"),
  priority_policy: (value) =>
    value === "none" ? undefined : one("overflow", "pinned_client", "prioritized")(value),
  priority_timeout: (value) => ((value as number) < 0 ? undefined : integer(value)),
} satisfies Record<keyof ConsumerConfig, Field>;

/** The names of all fields. */
export const consumerFields: readonly string[] = Object.keys(fields);
