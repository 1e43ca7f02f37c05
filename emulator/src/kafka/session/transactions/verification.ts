/**
 * Whether a producer has said before that it writes here in its transaction: whoever is left over from another one must
 * not leave records that nobody ends. KIP-890, part 1.
 */
import type { TransactionalProducer } from "../../model/contract.ts";
import { KafkaError, refusalOf } from "../../model/errors.ts";
import type { ErrorName } from "../../wire/error-codes.ts";
import type { Call } from "../handling.ts";

/** Produce asks for each partition that it has transactional batches for; it knows the new error from version 11 on. @throws {KafkaError} */
export function verifyPartition(
  { cluster, version }: Call,
  producer: TransactionalProducer,
  topic: string,
  partition: number,
): void {
  const refusal = refusalOf(() => cluster.transactions.verify(producer, topic, partition));
  if (refusal !== "NONE") throw inWordsOf(version >= 11, refusal);
}

/** TxnOffsetCommit asks for its group; it knows the new error from version 4 on. @throws {KafkaError} */
export function verifyGroup(
  { cluster, version }: Call,
  producer: TransactionalProducer,
  groupId: string,
): void {
  const refusal = refusalOf(() => cluster.transactions.verifyGroup(producer, groupId));
  if (refusal !== "NONE") throw inWordsOf(version >= 4, refusal);
}

function inWordsOf(knowsAbortable: boolean, refusal: ErrorName): KafkaError {
  if (refusal === "PRODUCER_FENCED") return new KafkaError("INVALID_PRODUCER_EPOCH");
  if (refusal === "TRANSACTION_ABORTABLE" && !knowsAbortable) {
    return new KafkaError("INVALID_TXN_STATE", "Partition was not added to the transaction");
  }
  return new KafkaError(refusal);
}
