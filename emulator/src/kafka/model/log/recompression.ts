/**
 * A topic's `compression.type` where it is not "producer": https://kafka.apache.org/documentation/#topicconfigs
 * Only "uncompressed" and "gzip" are kept to: for the others nothing is at hand that compresses, so that batches stay as
 * their producer sent them.
 */
import { compress, decompress } from "../../wire/compression.ts";
import { type Batch, headOf, writeBatch } from "../../wire/record-batch.ts";

export function inWantedCompression(batch: Batch, type: string): Batch {
  if (type === "gzip") return batch.compression === "gzip" ? batch : rewrite(batch, "gzip");
  if (type === "uncompressed" && batch.compression !== "none") return rewrite(batch, "none");
  return batch;
}

function rewrite(batch: Batch, compression: "none" | "gzip"): Batch {
  const records = decompress(batch.compression, batch.records);
  return writeBatch({ ...headOf(batch), compression }, compress(compression, records));
}
