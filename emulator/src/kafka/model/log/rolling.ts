/** When a new segment begins: `segment.bytes`, `segment.ms`. https://kafka.apache.org/documentation/#topicconfigs */
import type { Batch } from "../../wire/record-batch.ts";
import type { TopicConfigs } from "../contract.ts";
import type { Segment } from "./segments.ts";

/** Offsets within a segment are kept in 32 bits. */
const MAX_RELATIVE_OFFSET = 2 ** 31 - 1;

export interface RollTerms {
  readonly configs: TopicConfigs;
  readonly now: number;
  /** The last offset that the batch would get. */
  readonly last: number;
}

/** Whether the batch goes into a segment of its own. */
export function mustRoll(active: Segment | undefined, batch: Batch, terms: RollTerms): boolean {
  if (active === undefined) return true;
  const { configs, now, last } = terms;
  if (active.bytes > configs.number("segment.bytes") - batch.bytes.length) return true;
  if (last - active.baseOffset > MAX_RELATIVE_OFFSET) return true;
  return active.bytes > 0 && waited(active, batch, now) > segmentTime(configs);
}

/** By the clock of the records, where they say one: from the segment's first to this one. */
function waited(active: Segment, batch: Batch, now: number): number {
  const first = active.batches[0]?.maxTimestamp ?? -1;
  return first >= 0 ? batch.maxTimestamp - first - active.moved : now - active.created;
}

/** KIP-354: what is to be compacted within a time is not kept in the active segment for longer. */
function segmentTime(configs: TopicConfigs): number {
  const time = configs.number("segment.ms");
  const lag = configs.number("max.compaction.lag.ms");
  return configs.get("cleanup.policy").includes("compact") && lag > 0 ? Math.min(time, lag) : time;
}
