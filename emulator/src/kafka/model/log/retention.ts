/**
 * Which segments of a log its topic's `retention.ms` and `retention.bytes` let go: whole ones, from the oldest on, and the
 * active one, too, once all that is in it is too old. https://kafka.apache.org/documentation/#design_retention
 */
import type { TopicConfigs } from "../contract.ts";
import type { Segment } from "./segments.ts";

/** How many of the oldest segments are to go. */
export function expiredCount(
  segments: readonly Segment[],
  configs: TopicConfigs,
  now: number,
): number {
  if (!configs.get("cleanup.policy").includes("delete")) return 0;
  return Math.max(overSize(segments, configs), overTime(segments, configs, now));
}

/**
 * When to look next. Kafka looks at intervals, and so nothing goes sooner than that after it came, however old it says it is.
 */
export function nextRetention(
  segments: readonly Segment[],
  configs: TopicConfigs,
  now: number,
  interval: number,
): number {
  const [oldest] = segments;
  if (oldest === undefined || !configs.get("cleanup.policy").includes("delete"))
    return Number.POSITIVE_INFINITY;
  if (configs.number("retention.bytes") >= 0) return now + interval;
  const retention = configs.number("retention.ms");
  if (retention < 0) return Number.POSITIVE_INFINITY;
  return Math.max(now + interval, latestOf(oldest) + retention + 1);
}

function overTime(segments: readonly Segment[], configs: TopicConfigs, now: number): number {
  const retention = configs.number("retention.ms");
  if (retention < 0) return 0;
  const kept = segments.findIndex((segment) => now - latestOf(segment) <= retention);
  return kept < 0 ? segments.length : kept;
}

function overSize(segments: readonly Segment[], configs: TopicConfigs): number {
  const retention = configs.number("retention.bytes");
  if (retention < 0) return 0;
  let over = segments.reduce((sum, { bytes }) => sum + bytes, 0) - retention;
  const kept = segments.findIndex(({ bytes }) => (over -= bytes) < 0);
  return kept < 0 ? segments.length : kept;
}

/** The latest time that one of its records says; where none does, when it was written to. */
function latestOf({ maxTimestamp, modified, moved }: Segment): number {
  return maxTimestamp >= 0 ? maxTimestamp + moved : modified;
}
