/** A stream, as STREAM.INFO and its siblings show it. */
import { timestamp, ZERO_TIME } from "./header-block.ts";
import type { OriginInfo } from "./origins.ts";
import type { StreamConfig } from "./stream-config.ts";
import type { Stream } from "./stream.ts";

export interface StreamState {
  readonly messages: number;
  readonly bytes: number;
  readonly first_seq: number;
  readonly first_ts: string;
  readonly last_seq: number;
  readonly last_ts: string;
  readonly num_subjects?: number;
  readonly subjects?: Readonly<Record<string, number>>;
  readonly num_deleted?: number;
  readonly deleted?: readonly number[];
  readonly consumer_count: number;
}

export interface StreamInfo extends OriginInfo {
  readonly config: StreamConfig;
  readonly created: string;
  readonly state: StreamState;
  readonly domain: string | undefined;
  readonly ts: string;
}

export function streamInfo(
  stream: Stream,
  about: {
    readonly now: number;
    readonly domain: string | undefined;
    readonly origins: OriginInfo;
    readonly deleted: boolean;
  },
): StreamInfo {
  return {
    config: stream.config,
    created: timestamp(stream.created),
    state: streamState(stream, about.deleted),
    domain: about.domain,
    ...about.origins,
    ts: timestamp(about.now),
  };
}

function streamState({ store, consumers }: Stream, details: boolean): StreamState {
  const gaps = store.messages === 0 ? 0 : store.last - store.first + 1 - store.messages;
  const first = store.get(store.first);
  return {
    messages: store.messages,
    bytes: store.bytes,
    first_seq: store.begun ? store.first : 0,
    first_ts: first === undefined ? ZERO_TIME : timestamp(first.time),
    last_seq: store.last,
    last_ts: store.lastTime === 0 ? ZERO_TIME : timestamp(store.lastTime),
    ...(store.subjects > 0 ? { num_subjects: store.subjects } : {}),
    ...(gaps > 0 ? { num_deleted: gaps } : {}),
    ...(gaps > 0 && details ? { deleted: store.deleted() } : {}),
    consumer_count: consumers.size,
  };
}
