/** Finds records by their times: ListOffsets (KIP-79, KIP-734). */
import type { Batch } from "../../wire/record-batch.ts";
import { cursorOver, timestampAt } from "../../wire/records.ts";
import type { TimedRecord } from "../contract.ts";
import type { Segment } from "./segments.ts";

/** The first record at or after a time. */
export function findTime(
  segments: readonly Segment[],
  startOffset: number,
  timestamp: number,
): TimedRecord | null {
  for (const segment of segments) {
    if (segment.maxTimestamp < timestamp) continue;
    for (const batch of segment.batches) {
      if (batch.maxTimestamp < timestamp || batch.lastOffset < startOffset) continue;
      const found = findIn(batch, startOffset, timestamp);
      if (found !== null) return found;
    }
  }
  return null;
}

/** The first of the records with the greatest time, of all that are kept: Kafka does not ask whether it is still to be read. */
export function findMaxTime(segments: readonly Segment[]): TimedRecord | null {
  let latest: Batch | undefined;
  for (const { batches, maxTimestamp } of segments) {
    if (maxTimestamp <= (latest?.maxTimestamp ?? -1)) continue;
    latest = batches.find((batch) => batch.maxTimestamp === maxTimestamp);
  }
  return latest === undefined ? null : findIn(latest, 0, latest.maxTimestamp);
}

function findIn(batch: Batch, startOffset: number, timestamp: number): TimedRecord | null {
  const { baseOffset, leaderEpoch } = batch;
  for (const cursor = cursorOver(batch); cursor.next();) {
    const record = {
      offset: baseOffset + cursor.offsetDelta,
      timestamp: timestampAt(batch, cursor),
      leaderEpoch,
    };
    if (record.timestamp >= timestamp && record.offset >= startOffset) return record;
  }
  return null;
}
