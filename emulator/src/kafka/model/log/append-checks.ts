/**
 * What a broker looks at before it takes a batch into its log, in Kafka's order; offsets are those that the records would
 * get. https://kafka.apache.org/documentation/#recordbatch
 */
import type { Batch } from "../../wire/record-batch.ts";
import { MalformedRecords } from "../../wire/malformed-records.ts";
import type { RecordCursor } from "../../wire/record-cursor.ts";
import { cursorOver, timestampAt } from "../../wire/records.ts";
import type { TopicConfigs } from "../contract.ts";
import { KafkaError, type RecordError, RecordValidationError } from "../errors.ts";

export interface CheckTerms {
  /** `topic-0`, for messages. */
  readonly name: string;
  readonly configs: TopicConfigs;
  readonly now: number;
}

/** @throws {KafkaError} INVALID_RECORD, MESSAGE_TOO_LARGE, CORRUPT_MESSAGE */
export function checkEnvelope(batch: Batch, { name, configs }: CheckTerms): void {
  const { baseOffset } = batch;
  if (baseOffset !== 0)
    throw new KafkaError(
      "INVALID_RECORD",
      `The baseOffset of the record batch in the append to ${name} should be 0, but it is ${baseOffset}`,
    );
  const size = batch.bytes.length;
  const most = configs.number("max.message.bytes");
  if (size > most)
    throw new KafkaError(
      "MESSAGE_TOO_LARGE",
      `The record batch size in the append to ${name} is ${size} bytes which exceeds the maximum configured value of ${most}.`,
    );
  if (!batch.isIntact)
    throw new KafkaError("CORRUPT_MESSAGE", `Record is corrupt in topic partition ${name}.`);
}

/** @throws {KafkaError} INVALID_RECORD */
export function checkHeader(batch: Batch, { name }: CheckTerms): void {
  const { baseOffset, lastOffset, count } = batch;
  const countFromOffsets = lastOffset - baseOffset + 1;
  const refuse = (why: string): never => {
    throw new KafkaError("INVALID_RECORD", `${why} in topic partition ${name}`);
  };
  if (countFromOffsets <= 0)
    refuse(`Batch has an invalid offset range: [${baseOffset}, ${lastOffset}]`);
  if (count <= 0) refuse(`Invalid reported count for record batch: ${count}`);
  if (countFromOffsets !== count)
    refuse(
      `Inconsistent batch offset range [${baseOffset}, ${lastOffset}] and count of records ${count}`,
    );
  if (batch.isControl) refuse("Clients are not allowed to write control records");
  if (batch.producerId >= 0 && batch.baseSequence < 0)
    refuse(
      `Invalid sequence number ${batch.baseSequence} in record batch with producerId ${batch.producerId}`,
    );
}

/**
 * Looks at each record, and returns the latest time that one says. What is compressed is decompressed for that.
 * @throws {KafkaError} INVALID_RECORD, INVALID_TIMESTAMP, UNKNOWN_SERVER_ERROR
 * @throws {MalformedRecords}
 */
export function checkRecords(batch: Batch, terms: CheckTerms): number {
  const { configs } = terms;
  const isCompacted = configs.get("cleanup.policy").includes("compact");
  const limits = new TimestampLimits(terms);
  const errors: RecordError[] = [];
  let maxTimestamp = -1;
  let hasTimeError = false;
  let isInOrder = true;
  const cursor = cursorOver(batch);
  for (let index = 0; advance(cursor, batch); index++) {
    if (cursor.offsetDelta !== index) isInOrder = false;
    const timestamp = timestampAt(batch, cursor);
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (isCompacted && !cursor.hasKey) {
      const text = "Compacted topic cannot accept message without key in topic partition";
      errors.push({ index, message: `${text} ${terms.name}` });
    } else if (limits.refuses(timestamp)) {
      errors.push({ index, message: limits.refusal(timestamp, index) });
      hasTimeError = true;
    } else if (batch.isLogAppendTime && !(limits.kept && timestamp !== -1)) {
      errors.push({ index, message: wrongTimestampType(cursor, timestamp) });
      hasTimeError = true;
    }
  }
  if (errors.length > 0)
    throw new RecordValidationError(hasTimeError ? "INVALID_TIMESTAMP" : "INVALID_RECORD", errors);
  // Kafka would write them anew then, but has kept neither keys nor values: it runs into an exception of its own.
  if (!isInOrder && batch.compression !== "none" && staysCompressed(batch, configs))
    throw new KafkaError("UNKNOWN_SERVER_ERROR");
  return maxTimestamp;
}

/** In what was compressed, Kafka has one error for whatever is wrong. */
function advance(cursor: RecordCursor, batch: Batch): boolean {
  try {
    return cursor.next();
  } catch (error) {
    if (error instanceof MalformedRecords && batch.compression !== "none")
      throw new KafkaError("INVALID_RECORD", error.message);
    throw error;
  }
}

function staysCompressed(batch: Batch, configs: TopicConfigs): boolean {
  const wanted = configs.get("compression.type");
  return wanted === "producer" || wanted === batch.compression;
}

/** A producer's own times, where the topic keeps them, may be off by so much (KIP-937). */
class TimestampLimits {
  /** Whether the topic keeps the producer's times. */
  readonly kept: boolean;
  readonly #earliest: number;
  readonly #latest: number;

  constructor({ configs, now }: CheckTerms) {
    this.kept = configs.get("message.timestamp.type") === "CreateTime";
    this.#earliest = now - configs.number("message.timestamp.before.max.ms");
    this.#latest = now + configs.number("message.timestamp.after.max.ms");
  }

  refuses(timestamp: number): boolean {
    if (!this.kept || timestamp === -1) return false;
    return timestamp < this.#earliest || timestamp > this.#latest;
  }

  refusal(timestamp: number, offset: number): string {
    return `Timestamp ${timestamp} of message with offset ${offset} is out of range. The timestamp should be within [${this.#earliest}, ${this.#latest}]`;
  }
}

function wrongTimestampType(cursor: RecordCursor, timestamp: number): string {
  const [key, value] = [cursor.key?.length ?? 0, cursor.value?.length ?? 0];
  const record = `DefaultRecord(offset=${cursor.offsetDelta}, timestamp=${timestamp}, key=${key} bytes, value=${value} bytes)`;
  return `Invalid timestamp type in message ${record}. Producer should not set timestamp type to LogAppendTime.`;
}
