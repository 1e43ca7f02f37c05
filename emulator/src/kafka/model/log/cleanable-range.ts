/**
 * Which part of a log compaction may look at, and whether it is worth it: `min.cleanable.dirty.ratio`,
 * `min.compaction.lag.ms`, `max.compaction.lag.ms`. https://kafka.apache.org/documentation/#design_compactionconfig
 */
import type { LogParts } from "./snapshot.ts";
import type { LogOwner } from "./host.ts";
import type { Segment } from "./segments.ts";

export interface CompactedLog extends LogParts {
  readonly owner: LogOwner;
  readonly startOffset: number;
  readonly lastStableOffset: number;
  /** Up to where it is compacted. */
  cleanedTo: number;
}

export interface CleanableRange {
  /** The first dirty offset. */
  readonly start: number;
  /** The first that stays as it is. */
  readonly end: number;
  /** How many segments lie before the end. */
  readonly segments: number;
}

/** Whether there is a segment that was not compacted yet, and is not appended to. */
export function isDirty({ segments, cleanedTo, startOffset }: CompactedLog): boolean {
  return (segments.active?.baseOffset ?? 0) > Math.max(cleanedTo, startOffset);
}

export function cleanableRange(log: CompactedLog, now: number): CleanableRange | undefined {
  const { configs } = log.owner.topic;
  if (!configs.get("cleanup.policy").includes("compact") || !isDirty(log)) return undefined;
  const start = Math.max(log.cleanedTo, log.startOffset);
  const inactive = log.segments.all.slice(0, -1);
  const dirty = inactive.filter((_, index) => endOf(log, index) > start);
  const limit = Math.min(
    log.lastStableOffset,
    tooYoung(dirty, configs.number("min.compaction.lag.ms"), now),
  );
  // Whole segments: the one that the limit lies in stays.
  const count = inactive.filter((_, index) => endOf(log, index) <= Math.max(start, limit)).length;
  const end = endOf(log, count - 1);
  if (count === 0 || end <= start) return undefined;

  const bytes = (from: number, to: number) =>
    inactive
      .filter(({ baseOffset }) => baseOffset >= from && baseOffset < to)
      .reduce((sum, segment) => sum + segment.bytes, 0);
  const dirtyBytes = bytes(start, end);
  const ratio = dirtyBytes / (bytes(0, start) + dirtyBytes);
  const isDue = isOverdue(dirty, configs.number("max.compaction.lag.ms"), now) && dirtyBytes > 0;
  if (!isDue && !(ratio > configs.number("min.cleanable.dirty.ratio"))) return undefined;
  return { start, end, segments: count };
}

/** Where the next segment begins. */
function endOf({ segments }: CompactedLog, index: number): number {
  return segments.all[index + 1]?.baseOffset ?? 0;
}

/** From where on records are too young to be compacted. */
function tooYoung(dirty: readonly Segment[], lag: number, now: number): number {
  if (lag <= 0) return Number.POSITIVE_INFINITY;
  const young = dirty.find(
    ({ maxTimestamp, modified, moved }) =>
      (maxTimestamp >= 0 ? maxTimestamp + moved : modified) > now - lag,
  );
  return young?.baseOffset ?? Number.POSITIVE_INFINITY;
}

/** Whether one of them has waited for longer than it may. */
function isOverdue(dirty: readonly Segment[], lag: number, now: number): boolean {
  return dirty.some(({ batches, moved }) => {
    const first = batches[0]?.maxTimestamp ?? -1;
    return first > 0 && first + moved < now - Math.max(0, lag);
  });
}
