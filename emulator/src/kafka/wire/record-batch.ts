/**
 * A record batch, format 2, as it lies in the log and on the wire: a view of its bytes, whose header is read where it is
 * needed. https://kafka.apache.org/documentation/#recordbatch
 */
import { crc32c } from "./crc32c.ts";
import { int64At, putInt64 } from "./int64.ts";
import { MalformedRecords } from "./malformed-records.ts";

export const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** Where the records begin. */
export const BATCH_HEADER = 61;
/** What every format begins with: an offset, and the length of what follows. */
const LOG_OVERHEAD = 12;
/** The shortest message there is, format 0. */
const MIN_RECORD = 14;

const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const DELETE_HORIZON = 0x40;

export class Batch {
  /** All of it, from the base offset on. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get baseOffset(): number {
    return int64At(this.bytes, 0);
  }
  /** Of the last record: compaction keeps it although the record is gone. */
  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(23);
  }
  get leaderEpoch(): number {
    return this.bytes.readInt32BE(12);
  }
  get attributes(): number {
    return this.bytes.readInt16BE(21);
  }
  get baseTimestamp(): number {
    return int64At(this.bytes, 27);
  }
  get maxTimestamp(): number {
    return int64At(this.bytes, 35);
  }
  get producerId(): number {
    return int64At(this.bytes, 43);
  }
  get producerEpoch(): number {
    return this.bytes.readInt16BE(51);
  }
  get baseSequence(): number {
    return this.bytes.readInt32BE(53);
  }
  get count(): number {
    return this.bytes.readInt32BE(57);
  }
  get compression(): Compression {
    const compression = compressions[this.attributes & COMPRESSION];
    if (compression !== undefined) return compression;
    const id = this.attributes & COMPRESSION;
    throw new MalformedRecords("UNKNOWN_SERVER_ERROR", `Unknown compression type id: ${id}`);
  }
  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL) !== 0;
  }
  get isControl(): boolean {
    return (this.attributes & CONTROL) !== 0;
  }
  get isLogAppendTime(): boolean {
    return (this.attributes & LOG_APPEND_TIME) !== 0;
  }
  /** From when on compaction may take the batch's tombstones (KIP-534); null before it saw them. It stands where the base timestamp did. */
  get deleteHorizon(): number | null {
    return (this.attributes & DELETE_HORIZON) === 0 ? null : this.baseTimestamp;
  }
  /** As they lie: compressed, where the batch is. */
  get records(): Buffer {
    return this.bytes.subarray(BATCH_HEADER);
  }
  get isIntact(): boolean {
    return this.bytes.length >= BATCH_HEADER && this.bytes.readUInt32BE(17) === crcOf(this.bytes);
  }
}

/** The format of what begins here: 2, or 0 and 1 for the message sets of old clients. */
export function formatOf(records: Buffer): number {
  return records.length > 16 ? records.readInt8(16) : 2;
}

/**
 * The batches among these bytes: views, whose CRC nobody has looked at. The last one is left out where it is cut off.
 * @throws {MalformedRecords}
 */
export function readBatches(records: Buffer): Batch[] {
  const batches: Batch[] = [];
  for (const bytes of split(records)) {
    if (bytes.length < BATCH_HEADER)
      throw new MalformedRecords(
        "UNKNOWN_SERVER_ERROR",
        `Record batch is corrupted (the size ${bytes.length} is smaller than the minimum allowed overhead ${BATCH_HEADER})`,
      );
    batches.push(new Batch(bytes));
  }
  return batches;
}

/** What lies here one behind the other, in any format. */
export function* split(records: Buffer): Generator<Buffer> {
  for (let at = 0; at + LOG_OVERHEAD + 5 <= records.length;) {
    const size = records.readInt32BE(at + 8);
    if (size < MIN_RECORD)
      throw new MalformedRecords(
        "CORRUPT_MESSAGE",
        `Record size ${size} is less than the minimum record overhead (${MIN_RECORD})`,
      );
    const format = records.readInt8(at + 16);
    if (format < 0 || format > 2)
      throw new MalformedRecords("CORRUPT_MESSAGE", `Invalid magic found in record: ${format}`);
    const end = at + LOG_OVERHEAD + size;
    if (end > records.length) return;
    yield records.subarray(at, end);
    at = end;
  }
}

/** What a batch says of itself. */
export interface BatchHead {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly leaderEpoch: number;
  readonly compression: Compression;
  /** Where there is a delete horizon, it stands here. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** -1, -1, -1 where the producer is not idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly isLogAppendTime: boolean;
  readonly hasDeleteHorizon: boolean;
}

export function headOf(batch: Batch): BatchHead {
  return {
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    count: batch.count,
    leaderEpoch: batch.leaderEpoch,
    compression: batch.compression,
    baseTimestamp: batch.baseTimestamp,
    maxTimestamp: batch.maxTimestamp,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
    isLogAppendTime: batch.isLogAppendTime,
    hasDeleteHorizon: batch.deleteHorizon !== null,
  };
}

/** A batch of records that were written (records.ts) and compressed, if they are to be. */
export function writeBatch(head: BatchHead, records: Buffer): Batch {
  const bytes = Buffer.allocUnsafe(BATCH_HEADER + records.length);
  putInt64(bytes, head.baseOffset, 0);
  bytes.writeInt32BE(bytes.length - LOG_OVERHEAD, 8);
  bytes.writeInt32BE(head.leaderEpoch, 12);
  bytes.writeInt8(2, 16);
  const attributes =
    compressions.indexOf(head.compression) |
    (head.isLogAppendTime ? LOG_APPEND_TIME : 0) |
    (head.isTransactional ? TRANSACTIONAL : 0) |
    (head.isControl ? CONTROL : 0) |
    (head.hasDeleteHorizon ? DELETE_HORIZON : 0);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeInt32BE(head.lastOffset - head.baseOffset, 23);
  putInt64(bytes, head.baseTimestamp, 27);
  putInt64(bytes, head.maxTimestamp, 35);
  putInt64(bytes, head.producerId, 43);
  bytes.writeInt16BE(head.producerEpoch, 51);
  bytes.writeInt32BE(head.baseSequence, 53);
  bytes.writeInt32BE(head.count, 57);
  records.copy(bytes, BATCH_HEADER);
  seal(bytes);
  return new Batch(bytes);
}

/** What the log writes into a batch that is its own: neither is covered by the CRC. */
export function place(bytes: Buffer, baseOffset: number, leaderEpoch: number): void {
  putInt64(bytes, baseOffset, 0);
  bytes.writeInt32BE(leaderEpoch, 12);
}

/** Writes the time of a batch, of the log or of its latest record, and the CRC that comes of it. */
export function stamp(bytes: Buffer, maxTimestamp: number, isLogAppendTime: boolean): void {
  const attributes = bytes.readInt16BE(21);
  bytes.writeInt16BE(
    isLogAppendTime ? attributes | LOG_APPEND_TIME : attributes & ~LOG_APPEND_TIME,
    21,
  );
  putInt64(bytes, maxTimestamp, 35);
  seal(bytes);
}

function seal(bytes: Buffer): void {
  bytes.writeUInt32BE(crcOf(bytes), 17);
}

/** From the attributes to the end. */
function crcOf(bytes: Buffer): number {
  return crc32c(bytes, 21, bytes.length);
}
