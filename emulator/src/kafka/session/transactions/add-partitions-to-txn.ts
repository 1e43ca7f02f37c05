/**
 * AddPartitionsToTxn, 0–5: a producer says which partitions its transaction is going to write to. KIP-98.
 * All of them are added or none. From version 4 on it holds several transactions; meant for brokers, who also only ask
 * (verifyOnly, KIP-890), but clients send it as well.
 */
import type { TransactionalProducer } from "../../model/contract.ts";
import { refusalOf } from "../../model/errors.ts";
import { isInternal } from "../../model/topics/internal-topics.ts";
import { addPartitionsToTxn } from "../../wire/apis/add-partitions-to-txn.ts";
import { type ErrorName, errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator, codeFor } from "./coordination.ts";

type AddRequest = RequestOf<typeof addPartitionsToTxn>;
type Transaction = AddRequest["transactions"][number];
/** What becomes of one partition. */
type Judge = (topic: string, partition: number) => ErrorName;

export const addPartitionsToTxnRow: Row = row(addPartitionsToTxn, [0, 5], (request, call) => {
  if (call.version < 4) {
    return { resultsByTopicV3AndBelow: resultsOf(onlyTransactionOf(request), call) };
  }
  if (!may(call, "ClusterAction", "Cluster", "kafka-cluster")) {
    return { errorCode: errorCodes.CLUSTER_AUTHORIZATION_FAILED };
  }
  return {
    resultsByTransaction: request.transactions.map((transaction) => ({
      transactionalId: transaction.transactionalId,
      topicResults: resultsOf(transaction, call),
    })),
  };
});

function onlyTransactionOf(request: AddRequest): Transaction {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  };
}

function resultsOf(transaction: Transaction, call: Call) {
  const judge = judgeOf(transaction, call);
  return transaction.topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codeFor(judge(name, partitionIndex), call.version, 2),
    })),
  }));
}

function judgeOf(transaction: Transaction, call: Call): Judge {
  const isAllowed =
    call.version >= 4 || may(call, "Write", "TransactionalId", transaction.transactionalId);
  if (!isAllowed) return () => "TRANSACTIONAL_ID_AUTHORIZATION_FAILED";
  const refusals = partitionsOf(transaction).map((each) => refusalOfPartition(each, call));
  if (refusals.some((refusal) => refusal !== "NONE")) {
    return (topic, partition) => {
      const refusal = refusalOfPartition([topic, partition], call);
      return refusal === "NONE" ? "OPERATION_NOT_ATTEMPTED" : refusal;
    };
  }
  return transaction.verifyOnly ? verifying(transaction, call) : adding(transaction, call);
}

function adding(transaction: Transaction, call: Call): Judge {
  const refusal = refusalOf(() => {
    checkCoordinator(call, "transaction", transaction.transactionalId);
    call.cluster.transactions.addPartitions(transaction, partitionsOf(transaction));
  });
  return () => refusal;
}

function verifying(producer: TransactionalProducer, call: Call): Judge {
  return (topic, partition) =>
    refusalOf(() => {
      checkCoordinator(call, "transaction", producer.transactionalId);
      call.cluster.transactions.verify(producer, topic, partition);
    });
}

function partitionsOf({ topics }: Transaction): (readonly [string, number])[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => [name, partition] as const),
  );
}

function refusalOfPartition([topic, partition]: readonly [string, number], call: Call): ErrorName {
  const found = call.cluster.topics.get(topic);
  const isFromClient = call.version < 4;
  // Nobody but brokers writes to internal topics, whatever the ACLs say.
  if (isFromClient && (isInternal(topic) || !may(call, "Write", "Topic", topic))) {
    return "TOPIC_AUTHORIZATION_FAILED";
  }
  return found?.partitions[partition] === undefined ? "UNKNOWN_TOPIC_OR_PARTITION" : "NONE";
}
