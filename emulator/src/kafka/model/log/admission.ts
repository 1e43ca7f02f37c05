/** What a client sent, as far as a log may take it. */
import { convertUp } from "../../wire/message-set.ts";
import { type Batch, formatOf, readBatches } from "../../wire/record-batch.ts";
import { KafkaError } from "../errors.ts";
import { checkEnvelope, checkHeader, checkRecords, type CheckTerms } from "./append-checks.ts";
import { inWantedCompression } from "./recompression.ts";

export interface Admitted {
  readonly batch: Batch;
  /** The latest that one of its records says. */
  readonly maxTimestamp: number;
}

/**
 * Message sets of old clients become one batch. Undefined where there is nothing at all.
 * @throws {KafkaError} CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_RECORD, INVALID_TIMESTAMP, RECORD_LIST_TOO_LARGE
 * @throws {MalformedRecords}
 */
export function admit(records: Buffer, terms: CheckTerms): Admitted | undefined {
  const { name, configs } = terms;
  const [batch, ...more] = readBatches(formatOf(records) < 2 ? convertUp(records) : records);
  if (batch === undefined) return undefined;
  checkEnvelope(batch, terms);
  if (more.length > 0)
    throw new KafkaError("INVALID_RECORD", "Compressed outer record has more than one batch");
  checkHeader(batch, terms);
  const maxTimestamp = checkRecords(batch, terms);
  const size = batch.bytes.length;
  const most = configs.number("segment.bytes");
  if (size > most)
    throw new KafkaError(
      "RECORD_LIST_TOO_LARGE",
      `Message batch size is ${size} bytes in append to partition ${name}, which exceeds the maximum configured segment size of ${most}.`,
    );
  return { batch: inWantedCompression(batch, configs.get("compression.type")), maxTimestamp };
}
