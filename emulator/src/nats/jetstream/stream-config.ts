/** A stream's configuration, as it is on the wire: read from a request with nats-server's defaults, shown as 2.10 shows it. */
import { isDeepStrictEqual } from "node:util";
import type { StreamLimits } from "./contract.ts";
import { refusal } from "./errors.ts";
import { Fields } from "./json-fields.ts";

/** Durations in ns, as on the wire. What is undefined is not shown. */
export interface StreamConfig {
  readonly name: string;
  readonly description?: string | undefined;
  readonly subjects?: readonly string[] | undefined;
  readonly retention: "limits" | "interest" | "workqueue";
  readonly max_consumers: number;
  readonly max_msgs: number;
  readonly max_bytes: number;
  readonly max_age: number;
  readonly max_msgs_per_subject: number;
  readonly max_msg_size: number;
  readonly discard: "old" | "new";
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  readonly no_ack?: true | undefined;
  readonly template_owner?: string | undefined;
  readonly duplicate_window?: number | undefined;
  readonly placement?: Placement | undefined;
  readonly mirror?: StreamSource | undefined;
  readonly sources?: readonly StreamSource[] | undefined;
  readonly compression: "none" | "s2";
  readonly first_seq?: number | undefined;
  readonly subject_transform?: Transform | undefined;
  readonly republish?: Republish | undefined;
  readonly allow_direct: boolean;
  readonly mirror_direct: boolean;
  readonly discard_new_per_subject?: true | undefined;
  readonly sealed: boolean;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
  readonly allow_rollup_hdrs: boolean;
  readonly consumer_limits: {
    readonly inactive_threshold?: number | undefined;
    readonly max_ack_pending?: number | undefined;
  };
  /** 2.11. */
  readonly allow_msg_ttl?: true | undefined;
  /** 2.11, ns. */
  readonly subject_delete_marker_ttl?: number | undefined;
  /** 2.12, and so the next two. */
  readonly allow_msg_counter?: true | undefined;
  readonly allow_atomic?: true | undefined;
  readonly allow_msg_schedules?: true | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Where a mirror or a source takes its messages from. */
export interface StreamSource {
  readonly name: string;
  readonly opt_start_seq?: number | undefined;
  readonly opt_start_time?: string | undefined;
  readonly filter_subject?: string | undefined;
  readonly subject_transforms?: readonly Transform[] | undefined;
  readonly external?: { readonly api: string; readonly deliver: string } | undefined;
}

/** One server has no choice where a stream goes; it only says again what was asked. */
interface Placement {
  readonly cluster?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface Transform {
  readonly src: string;
  readonly dest: string;
}

export interface Republish extends Transform {
  readonly headers_only?: true | undefined;
}

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
const DUPLICATE_WINDOW = 2 * 60 * 1000 * NS_PER_MS;

/** @throws {ApiError} 10025 for what has the wrong type. */
export function readStreamConfig(json: unknown): StreamConfig {
  if (json === undefined) throw refusal("invalidJson");
  const fields = new Fields(json);
  const maxAge = fields.integer("max_age");
  const mirror = fields.object("mirror");
  const window =
    fields.integer("duplicate_window") ||
    (mirror === undefined ? shorter(maxAge, DUPLICATE_WINDOW) : 0);
  return {
    name: fields.string("name"),
    description: fields.string("description") || undefined,
    subjects: nonEmpty(fields.strings("subjects")),
    retention: fields.oneOf("retention", ["limits", "interest", "workqueue"]) ?? "limits",
    max_consumers: fields.integer("max_consumers") || -1,
    max_msgs: fields.integer("max_msgs") || -1,
    max_bytes: fields.integer("max_bytes") || -1,
    max_age: maxAge,
    max_msgs_per_subject: fields.integer("max_msgs_per_subject") || -1,
    max_msg_size: fields.integer("max_msg_size") || -1,
    discard: fields.oneOf("discard", ["old", "new"]) ?? "old",
    storage: fields.oneOf("storage", ["file", "memory"]) ?? "file",
    num_replicas: fields.integer("num_replicas") || 1,
    no_ack: flag(fields, "no_ack"),
    template_owner: fields.string("template_owner") || undefined,
    duplicate_window: window || undefined,
    placement: readPlacement(fields.object("placement")),
    mirror: mirror && readSource(mirror),
    sources: nonEmpty(fields.objects("sources").map(readSource)),
    compression: fields.oneOf("compression", ["none", "s2"]) ?? "none",
    first_seq: fields.count("first_seq") || undefined,
    subject_transform: readTransform(fields.object("subject_transform")),
    republish: readRepublish(fields.object("republish")),
    allow_direct: fields.boolean("allow_direct"),
    mirror_direct: fields.boolean("mirror_direct"),
    discard_new_per_subject: flag(fields, "discard_new_per_subject"),
    sealed: fields.boolean("sealed"),
    deny_delete: fields.boolean("deny_delete"),
    deny_purge: fields.boolean("deny_purge"),
    allow_rollup_hdrs: fields.boolean("allow_rollup_hdrs"),
    consumer_limits: readConsumerLimits(fields.object("consumer_limits")),
    allow_msg_ttl: flag(fields, "allow_msg_ttl"),
    subject_delete_marker_ttl: fields.integer("subject_delete_marker_ttl") || undefined,
    allow_msg_counter: flag(fields, "allow_msg_counter"),
    allow_atomic: flag(fields, "allow_atomic"),
    allow_msg_schedules: flag(fields, "allow_msg_schedules"),
    metadata: fields.map("metadata"),
  };
}

/** Also of the streams that a mirror and sources name. */
export function isStreamName(name: string): boolean {
  return name !== "" && !/[.*>\s]/.test(name);
}

/** Whether two are the same in all that is shown: nats-server compares them deeply. */
export function sameConfig(one: StreamConfig, other: StreamConfig): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

/** What a consumer's configuration is held against. */
export function limitsOf(config: StreamConfig): StreamLimits {
  return {
    subjects: config.subjects ?? [],
    maxConsumers: config.max_consumers,
    maxMsgSize: config.max_msg_size,
    replicas: config.num_replicas,
    maxAckPending: config.consumer_limits.max_ack_pending ?? 0,
    inactiveThreshold: config.consumer_limits.inactive_threshold ?? 0,
  };
}

/** Without what is undefined. */
function plain(config: StreamConfig): unknown {
  return JSON.parse(JSON.stringify(config));
}

function readSource(fields: Fields): StreamSource {
  const start = fields.time("opt_start_time");
  const external = fields.object("external");
  return {
    name: fields.string("name"),
    opt_start_seq: fields.count("opt_start_seq") || undefined,
    opt_start_time: start === undefined ? undefined : fields.string("opt_start_time"),
    filter_subject: fields.string("filter_subject") || undefined,
    subject_transforms: nonEmpty(
      fields.objects("subject_transforms").map((each) => ({
        src: each.string("src"),
        dest: each.string("dest"),
      })),
    ),
    external: external && { api: external.string("api"), deliver: external.string("deliver") },
  };
}

function readPlacement(fields: Fields | undefined): Placement | undefined {
  return (
    fields && {
      cluster: fields.string("cluster") || undefined,
      tags: nonEmpty(fields.strings("tags")),
    }
  );
}

function readTransform(fields: Fields | undefined): Transform | undefined {
  return fields && { src: fields.string("src"), dest: fields.string("dest") };
}

function readRepublish(fields: Fields | undefined): Republish | undefined {
  if (fields === undefined) return undefined;
  return {
    // Nothing is the same as everything.
    src: fields.string("src") || ">",
    dest: fields.string("dest"),
    headers_only: flag(fields, "headers_only"),
  };
}

function readConsumerLimits(fields: Fields | undefined): StreamConfig["consumer_limits"] {
  return {
    inactive_threshold: fields?.integer("inactive_threshold") || undefined,
    max_ack_pending: fields?.integer("max_ack_pending") || undefined,
  };
}

function flag(fields: Fields, name: string): true | undefined {
  return fields.boolean(name) || undefined;
}

function nonEmpty<Value>(list: Value[]): Value[] | undefined {
  return list.length === 0 ? undefined : list;
}

function shorter(maxAge: number, window: number): number {
  return maxAge !== 0 && maxAge < window ? maxAge : window;
}
