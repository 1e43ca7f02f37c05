/**
 * Message sets, formats 0 and 1, as clients before Kafka 0.11 send and read them: https://kafka.apache.org/documentation/#messageset
 * The log holds batches of format 2 only. Headers get lost on the way down, and so do control batches.
 */
import { crc32 } from "node:zlib";
import { decompress } from "./compression.ts";
import { int64At, putInt64 } from "./int64.ts";
import { MalformedRecords } from "./malformed-records.ts";
import { type Batch, type Compression, compressions, split } from "./record-batch.ts";
import { decodeRecords, encodeBatch, type RecordDraft } from "./records.ts";

/** Offset, length, CRC, format, attributes; from format 1 on the timestamp; then key and value with their lengths. */
const OFFSET_AND_LENGTH = 12;
const CRC = 12;
const FORMAT = 16;
const ATTRIBUTES = 17;
const TIMESTAMP = 18;
const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;

/** One batch of format 2 with all that was sent. @throws {MalformedRecords} */
export function convertUp(messages: Buffer): Buffer {
  const records = readMessages(messages, true);
  return records.length === 0 ? Buffer.alloc(0) : encodeBatch(records).bytes;
}

/** What is in these batches, for a client that reads nothing newer. @throws {MalformedRecords} */
export function convertDown(batches: readonly Batch[], format: 0 | 1): Buffer {
  const messages = batches
    .filter(({ isControl }) => !isControl)
    .flatMap((batch) => {
      const flag = batch.isLogAppendTime ? LOG_APPEND_TIME : 0;
      return decodeRecords(batch).map(({ offset, ...record }) =>
        writeMessage(offset, record, format, flag),
      );
    });
  return Buffer.concat(messages);
}

function readMessages(messages: Buffer, mayNest: boolean): RecordDraft[] {
  const records: RecordDraft[] = [];
  for (const message of split(messages)) {
    const format = message.readInt8(FORMAT);
    const attributes = message.readInt8(ATTRIBUTES);
    if (message.readUInt32BE(CRC) !== crc32(message.subarray(FORMAT)))
      throw new MalformedRecords("CORRUPT_MESSAGE", "Record is corrupt");
    const key = lengthAndBytes(message, format === 0 ? TIMESTAMP : TIMESTAMP + 8);
    const value = lengthAndBytes(message, key.end);
    const compression = compressionOf(attributes);
    if (compression === "none") {
      const timestamp = format === 0 ? -1 : int64At(message, TIMESTAMP);
      records.push({ timestamp, key: key.bytes, value: value.bytes, headers: [] });
    } else if (mayNest) {
      // A message whose value is a message set. Offsets in there are of no matter: the log gives them anew.
      const inner = decompress(compression, value.bytes ?? Buffer.alloc(0));
      records.push(...readMessages(inner, false));
    } else
      throw new MalformedRecords(
        "INVALID_RECORD",
        "Compressed outer record should not have an inner record with a compression attribute set",
      );
  }
  return records;
}

function compressionOf(attributes: number): Compression {
  const compression = compressions[attributes & COMPRESSION];
  // Format 2 brought it.
  if (compression === undefined || compression === "zstd")
    throw new MalformedRecords("INVALID_RECORD", "Magic v0 and v1 do not support this compression");
  return compression;
}

function lengthAndBytes(
  message: Buffer,
  at: number,
): { readonly bytes: Buffer | null; readonly end: number } {
  const begin = at + 4;
  const length = begin <= message.length ? message.readInt32BE(at) : message.length;
  if (begin + length > message.length)
    throw new MalformedRecords("CORRUPT_MESSAGE", "Found invalid record structure");
  if (length < 0) return { bytes: null, end: begin };
  return { bytes: message.subarray(begin, begin + length), end: begin + length };
}

function writeMessage(
  offset: number,
  { timestamp, key, value }: RecordDraft,
  format: 0 | 1,
  attributes: number,
): Buffer {
  const fields = format === 0 ? TIMESTAMP : TIMESTAMP + 8;
  const message = Buffer.alloc(fields + 8 + (key?.length ?? 0) + (value?.length ?? 0));
  putInt64(message, offset, 0);
  message.writeInt32BE(message.length - OFFSET_AND_LENGTH, 8);
  message.writeInt8(format, FORMAT);
  message.writeInt8(format === 0 ? 0 : attributes, ATTRIBUTES);
  if (format === 1) putInt64(message, timestamp, TIMESTAMP);
  let at = fields;
  for (const bytes of [key, value]) {
    at = message.writeInt32BE(bytes?.length ?? -1, at);
    at += bytes?.copy(message, at) ?? 0;
  }
  message.writeUInt32BE(crc32(message.subarray(FORMAT)), CRC);
  return message;
}
