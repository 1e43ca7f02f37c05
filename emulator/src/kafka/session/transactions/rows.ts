/** How transactions are asked for. */
import type { Row } from "../handling.ts";
import { addOffsetsToTxnRow } from "./add-offsets-to-txn.ts";
import { addPartitionsToTxnRow } from "./add-partitions-to-txn.ts";
import { describeProducersRow } from "./describe-producers.ts";
import { describeTransactionsRow } from "./describe-transactions.ts";
import { endTxnRow } from "./end-txn.ts";
import { initProducerIdRow } from "./init-producer-id.ts";
import { listTransactionsRow } from "./list-transactions.ts";
import { txnOffsetCommitRow } from "./txn-offset-commit.ts";
import { writeTxnMarkersRow } from "./write-txn-markers.ts";

export const transactionRows: readonly Row[] = [
  initProducerIdRow,
  addPartitionsToTxnRow,
  addOffsetsToTxnRow,
  endTxnRow,
  writeTxnMarkersRow,
  txnOffsetCommitRow,
  describeProducersRow,
  describeTransactionsRow,
  listTransactionsRow,
];
