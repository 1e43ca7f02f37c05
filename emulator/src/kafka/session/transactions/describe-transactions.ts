/** DescribeTransactions, 0: what the coordinator knows of transactional ids; of their topics those that the client may see. KIP-664. */
import type { Transaction } from "../../model/contract.ts";
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { describeTransactions } from "../../wire/apis/describe-transactions.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "./coordination.ts";

const NOTHING = {
  transactionState: "",
  transactionTimeoutMs: 0,
  transactionStartTimeMs: 0,
  producerId: 0,
  producerEpoch: 0,
  topics: [],
} as const;

export const describeTransactionsRow: Row = row(
  describeTransactions,
  [0, 0],
  ({ transactionalIds }, call) => ({
    transactionStates: transactionalIds.map((transactionalId) => {
      const refusal = refusalOf(() => check(transactionalId, call));
      const found = call.cluster.transactions.get(transactionalId);
      if (refusal === "NONE" && found !== undefined)
        return { errorCode: 0, ...describe(found, call) };
      const error = refusal === "NONE" ? "TRANSACTIONAL_ID_NOT_FOUND" : refusal;
      return { errorCode: errorCodes[error], transactionalId, ...NOTHING };
    }),
  }),
);

function check(transactionalId: string, call: Call): void {
  if (!may(call, "Describe", "TransactionalId", transactionalId)) {
    throw new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  }
  if (transactionalId === "") throw new KafkaError("INVALID_REQUEST");
  checkCoordinator(call, "transaction", transactionalId);
}

function describe(transaction: Transaction, call: Call) {
  const { transactionalId, producerId, producerEpoch, state, timeout, started } = transaction;
  const topics = [...transaction.partitions].filter(([topic]) =>
    may(call, "Describe", "Topic", topic),
  );
  return {
    transactionalId,
    producerId,
    producerEpoch,
    transactionState: state,
    transactionTimeoutMs: timeout,
    transactionStartTimeMs: started,
    topics: topics.map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  };
}
