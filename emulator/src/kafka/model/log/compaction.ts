/**
 * Compaction: of each key the last record stays, in all segments but the active one. Tombstones and what is left of
 * transactions stay for `delete.retention.ms` after compaction has seen them (KIP-534).
 * https://kafka.apache.org/documentation/#compaction
 */
import { compress } from "../../wire/compression.ts";
import { Batch, headOf, writeBatch } from "../../wire/record-batch.ts";
import { decodeRecords, encodeRecord, type KafkaRecord } from "../../wire/records.ts";
import { type CleanableRange, cleanableRange, type CompactedLog } from "./cleanable-range.ts";
import { CleanedTransactions } from "./cleaned-transactions.ts";
import { add, emptySegment, type Segment } from "./segments.ts";

/** What happens to a batch of which no record is left. */
type WhenEmpty = "drop" | "keep";

/** Compacts what may be compacted now, if it is worth it. */
export function compact(log: CompactedLog, now: number): void {
  const range = cleanableRange(log, now);
  if (range === undefined) return;
  new Cleaning(log, range, now).run();
  log.cleanedTo = range.end;
}

class Cleaning {
  readonly #log: CompactedLog;
  readonly #range: CleanableRange;
  readonly #now: number;
  /** The last offset of each key in the dirty part. */
  readonly #latest = new Map<string, number>();
  readonly #transactions: CleanedTransactions;

  constructor(log: CompactedLog, range: CleanableRange, now: number) {
    this.#log = log;
    this.#range = range;
    this.#now = now;
    this.#transactions = new CleanedTransactions(log.aborted.among(0, range.end));
  }

  run(): void {
    const { segments, aborted } = this.#log;
    this.#findLatest();
    const old = segments.all.slice(0, this.#range.segments);
    const cleaned = this.#grouped(old).map((group) => this.#cleanInto(group));
    segments.replaceFirst(
      old.length,
      cleaned.filter(({ batches }) => batches.length > 0),
    );
    const later = aborted.all.filter(({ lastOffset }) => lastOffset >= this.#range.end);
    aborted.restore([...this.#transactions.kept, ...later]);
  }

  #findLatest(): void {
    const { start, end } = this.#range;
    const { aborted, segments } = this.#log;
    const transactions = new CleanedTransactions(aborted.among(start, end));
    for (const batch of segments.from(start)) {
      if (batch.baseOffset >= end) return;
      if (transactions.mayDiscard(batch) || batch.isControl) continue;
      for (const { key, offset } of decodeRecords(batch))
        if (key !== null && offset >= start) this.#latest.set(key.toString("latin1"), offset);
    }
  }

  /** Segments that have become small are put together. */
  #grouped(segments: readonly Segment[]): Segment[][] {
    const most = this.#log.owner.topic.configs.number("segment.bytes");
    const groups: Segment[][] = [];
    let size = 0;
    for (const segment of segments) {
      const group = groups.at(-1);
      size += segment.bytes;
      if (group !== undefined && size <= most) group.push(segment);
      else {
        groups.push([segment]);
        size = segment.bytes;
      }
    }
    return groups;
  }

  #cleanInto(group: readonly Segment[]): Segment {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) throw new Error("a group has segments");
    const { modified, moved } = last;
    const { baseOffset, created } = first;
    const into = emptySegment({ baseOffset, created, modified, moved });
    for (const { batches, messages } of group)
      batches.forEach((batch, index) => {
        const cleaned = this.#clean(batch);
        if (cleaned === undefined) return;
        const bytes = this.#log.segments.reserve(cleaned.bytes.length);
        cleaned.bytes.copy(bytes);
        add(into, new Batch(bytes), messages[index] ?? 0);
      });
    return into;
  }

  /** What is left of a batch. */
  #clean(batch: Batch): Batch | undefined {
    const mayDiscard = this.#transactions.mayDiscard(batch);
    const isMarkerOfNothing = mayDiscard && batch.isControl;
    const discards = isMarkerOfNothing ? this.#isOver(batch) : mayDiscard;
    const whenEmpty = this.#whenEmpty(batch);
    if (discards && whenEmpty === "drop") return undefined;

    const records = decodeRecords(batch);
    const kept = discards ? [] : records.filter((record) => this.#keeps(batch, record));
    if (kept.length === 0) return whenEmpty === "keep" ? emptied(batch) : undefined;
    const waits = isMarkerOfNothing || kept.some(({ value }) => value === null);
    if (waits && batch.deleteHorizon === null) {
      const { configs } = this.#log.owner.topic;
      return rewritten(batch, kept, this.#now + configs.number("delete.retention.ms"));
    }
    return kept.length === records.length ? batch : rewritten(batch, kept, null);
  }

  #keeps(batch: Batch, { key, value, offset }: KafkaRecord): boolean {
    if (batch.isControl) return true;
    if (key === null) return false;
    const isLatest = offset >= (this.#latest.get(key.toString("latin1")) ?? -1);
    return isLatest && (value !== null || !this.#isOver(batch));
  }

  /** Whether its tombstones, or the marker it is, have been there for long enough. */
  #isOver({ deleteHorizon }: Batch): boolean {
    return deleteHorizon !== null && deleteHorizon <= this.#now;
  }

  /** A producer's last batch says with which sequence it goes on, and the round's last where the next begins. */
  #whenEmpty(batch: Batch): WhenEmpty {
    if (batch.lastOffset + 1 === this.#range.end) return "keep";
    const producer = this.#log.producerStates.get(batch.producerId);
    if (producer === undefined) return "drop";
    const last = producer.batches.at(-1);
    const isLast =
      last === undefined
        ? batch.isControl && batch.producerEpoch === producer.epoch
        : batch.lastOffset === last.lastOffset;
    return isLast ? "keep" : "drop";
  }
}

function emptied(batch: Batch): Batch {
  const head = headOf(batch);
  const none = {
    count: 0,
    compression: "none",
    baseTimestamp: -1,
    hasDeleteHorizon: false,
  } as const;
  return writeBatch({ ...head, ...none }, Buffer.alloc(0));
}

/** Keeps both of its offsets. With a horizon, that stands where the base of the times was. */
function rewritten(batch: Batch, kept: readonly KafkaRecord[], horizon: number | null): Batch {
  const head = headOf(batch);
  const compression = head.compression === "gzip" ? "gzip" : "none";
  const baseTimestamp = horizon ?? head.baseTimestamp;
  const records = kept.map((record) =>
    encodeRecord(record, record.offset - head.baseOffset, baseTimestamp),
  );
  const times = kept.map(({ timestamp }) => timestamp);
  return writeBatch(
    {
      ...head,
      compression,
      baseTimestamp,
      count: kept.length,
      maxTimestamp: times.reduce((max, timestamp) => Math.max(max, timestamp), -1),
      hasDeleteHorizon: head.hasDeleteHorizon || horizon !== null,
    },
    compress(compression, Buffer.concat(records)),
  );
}
