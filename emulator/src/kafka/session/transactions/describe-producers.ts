/** DescribeProducers, 0: who writes to a partition, idempotently or in transactions; and since which offset one is open. KIP-664. */
import type { Partition } from "../../model/contract.ts";
import { checkTopicName } from "../../model/topics/names.ts";
import { describeProducers } from "../../wire/apis/describe-producers.ts";
import { failure, plain } from "../admin/failure.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { partitionLedHere } from "../partition-lookup.ts";

export const describeProducersRow: Row = row(describeProducers, [0, 0], (request, call) => ({
  topics: request.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((index) => describe(name, index, call)),
  })),
}));

function describe(topic: string, partitionIndex: number, call: Call) {
  try {
    const { log } = findPartition(topic, partitionIndex, call);
    const activeProducers = log.producers.map(({ currentTransactionStart, ...producer }) => ({
      ...producer,
      currentTxnStartOffset: currentTransactionStart,
    }));
    return { partitionIndex, errorCode: 0, activeProducers };
  } catch (error) {
    return { partitionIndex, ...failure(error), activeProducers: [] };
  }
}

function findPartition(topic: string, index: number, call: Call): Partition {
  checkTopicName(topic);
  if (!may(call, "Read", "Topic", topic)) throw plain("TOPIC_AUTHORIZATION_FAILED");
  if (call.cluster.topics.get(topic) === undefined) throw plain("UNKNOWN_TOPIC_OR_PARTITION");
  return partitionLedHere(call, topic, index);
}
