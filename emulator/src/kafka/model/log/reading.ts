/** What a fetch gets of a log: https://kafka.apache.org/documentation/#impl_reads */
import type { Batch } from "../../wire/record-batch.ts";
import type { ReadRecords, ReadTerms } from "../contract.ts";
import { inPieces } from "./segments.ts";
import type { LogParts } from "./snapshot.ts";

type Readable = Pick<LogParts, "segments" | "aborted">;

/** `index.interval.bytes` */
const INDEX_INTERVAL = 4096;

/** `end`: the first offset that may not be seen. */
export function readLog(
  log: Readable,
  offset: number,
  { maxBytes, atLeastOne, committedOnly }: ReadTerms,
  end: number,
): ReadRecords {
  const batches: Batch[] = [];
  let bytes = 0;
  for (const batch of log.segments.from(offset)) {
    if (batch.baseOffset >= end) break;
    const isFree = atLeastOne && batches.length === 0;
    if (!isFree && bytes + batch.bytes.length > maxBytes) break;
    bytes += batch.bytes.length;
    batches.push(batch);
  }
  const last = batches.at(-1);
  const isTold = committedOnly && last !== undefined && log.aborted.all.length > 0;
  const aborted = isTold ? log.aborted.among(offset, indexedAfter(log, last.lastOffset)) : [];
  return { batches, bytes, aborted, pieces: () => inPieces(batches) };
}

/** The broker tells of aborted transactions up to the next entry of its index, or the log's end. */
function indexedAfter({ segments }: Readable, offset: number): number {
  let passed = 0;
  for (const batch of segments.from(offset + 1)) {
    passed += batch.bytes.length;
    if (passed > INDEX_INTERVAL) return batch.lastOffset;
  }
  return Number.POSITIVE_INFINITY;
}
