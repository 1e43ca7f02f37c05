/** The records inside a batch: https://kafka.apache.org/documentation/#record */
import { decompress } from "./compression.ts";
import { type Batch, type BatchHead, writeBatch } from "./record-batch.ts";
import { RecordCursor } from "./record-cursor.ts";
import { putVarint, varintSize } from "./varint.ts";

export interface KafkaRecord {
  readonly offset: number;
  /** ms since 1970; -1 where the producer said none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer | null])[];
}

/** Walks over a batch's records, decompressed where they were compressed. @throws {MalformedRecords} */
export function cursorOver(batch: Batch): RecordCursor {
  return new RecordCursor(decompress(batch.compression, batch.records), batch.count);
}

/** When the record was sent, or the log took it. */
export function timestampAt(batch: Batch, cursor: RecordCursor): number {
  return batch.isLogAppendTime ? batch.maxTimestamp : batch.baseTimestamp + cursor.timestampDelta;
}

/** All records of a batch, as views of it. @throws {MalformedRecords} */
export function decodeRecords(batch: Batch): KafkaRecord[] {
  const { baseOffset } = batch;
  const records: KafkaRecord[] = [];
  for (const cursor = cursorOver(batch); cursor.next();)
    records.push({
      offset: baseOffset + cursor.offsetDelta,
      timestamp: timestampAt(batch, cursor),
      key: cursor.key,
      value: cursor.value,
      headers: cursor.headers,
    });
  return records;
}

/** What a record says when it is written; its offset is its place in the batch. */
export type RecordDraft = Omit<KafkaRecord, "offset">;

/** What is special about a batch that is written here; by default it comes of no idempotent producer and is not compressed. */
export type BatchDraft = Partial<
  Pick<
    BatchHead,
    "producerId" | "producerEpoch" | "baseSequence" | "isTransactional" | "isControl" | "baseOffset"
  >
>;

/** A batch as a producer sends it: for markers, conversions, what the workbench publishes. */
export function encodeBatch(records: readonly RecordDraft[], draft: BatchDraft = {}): Batch {
  const { baseOffset = 0 } = draft;
  const baseTimestamp = records[0]?.timestamp ?? -1;
  const head: BatchHead = {
    lastOffset: baseOffset + Math.max(0, records.length - 1),
    count: records.length,
    leaderEpoch: -1,
    compression: "none",
    baseTimestamp,
    maxTimestamp: records.reduce((max, { timestamp }) => Math.max(max, timestamp), -1),
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
    isTransactional: false,
    isControl: false,
    isLogAppendTime: false,
    hasDeleteHorizon: false,
    ...draft,
    baseOffset,
  };
  return writeBatch(
    head,
    Buffer.concat(records.map((record, index) => encodeRecord(record, index, baseTimestamp))),
  );
}

/** One record, its length included. */
export function encodeRecord(
  record: RecordDraft,
  offsetDelta: number,
  baseTimestamp: number,
): Buffer {
  const timestampDelta = record.timestamp - baseTimestamp;
  const headers = record.headers.map(([key, value]) => [Buffer.from(key), value] as const);
  const size =
    1 +
    varintSize(timestampDelta) +
    varintSize(offsetDelta) +
    bytesSize(record.key) +
    bytesSize(record.value) +
    varintSize(headers.length) +
    headers.reduce((sum, [key, value]) => sum + bytesSize(key) + bytesSize(value), 0);
  const bytes = Buffer.allocUnsafe(varintSize(size) + size);
  let at = putVarint(bytes, size, 0);
  bytes[at++] = 0;
  at = putVarint(bytes, timestampDelta, at);
  at = putVarint(bytes, offsetDelta, at);
  at = putBytes(bytes, record.key, at);
  at = putBytes(bytes, record.value, at);
  at = putVarint(bytes, headers.length, at);
  for (const [key, value] of headers) at = putBytes(bytes, value, putBytes(bytes, key, at));
  return bytes;
}

function bytesSize(value: Buffer | null): number {
  return value === null ? 1 : varintSize(value.length) + value.length;
}

function putBytes(bytes: Buffer, value: Buffer | null, at: number): number {
  const begin = putVarint(bytes, value === null ? -1 : value.length, at);
  return begin + (value?.copy(bytes, begin) ?? 0);
}
