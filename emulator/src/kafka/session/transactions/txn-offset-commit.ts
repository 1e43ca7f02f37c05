/**
 * TxnOffsetCommit, 0–4: offsets of a group, which count when the producer's transaction commits. The producer has added
 * the group to it before (AddOffsetsToTxn). From version 3 on it says which member it commits for, so that one that has
 * lost its partitions is refused. KIP-98, KIP-447.
 */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { txnOffsetCommit } from "../../wire/apis/txn-offset-commit.ts";
import { type ErrorName, errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "./coordination.ts";
import { verifyGroup } from "./verification.ts";

type CommitRequest = RequestOf<typeof txnOffsetCommit>;
type Offset = CommitRequest["topics"][number]["partitions"][number];

export const txnOffsetCommitRow: Row = row(txnOffsetCommit, [0, 4], (request, call) => {
  const refusal = refusalOf(() => authorize(request, call));
  if (refusal !== "NONE") return answer(request, () => refusal);
  // The group is asked once, and only where something is left to be committed.
  let judgement: ErrorName | undefined;
  return answer(request, (topic, offset) => {
    const missing = refusalOfPartition(topic, offset.partitionIndex, call);
    if (missing !== "NONE") return missing;
    judgement ??= refusalOf(() => check(request, call));
    return judgement === "NONE" ? commit(request, topic, offset, call) : judgement;
  });
});

function answer(
  { topics }: CommitRequest,
  judge: (topic: string, offset: Offset) => ErrorName,
): ResponseOf<typeof txnOffsetCommit> {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((offset) => ({
        partitionIndex: offset.partitionIndex,
        errorCode: errorCodes[judge(name, offset)],
      })),
    })),
  };
}

function authorize({ transactionalId, groupId }: CommitRequest, call: Call): void {
  if (!may(call, "Write", "TransactionalId", transactionalId)) {
    throw new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  }
  if (!may(call, "Read", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
}

function refusalOfPartition(topic: string, partition: number, call: Call): ErrorName {
  if (!may(call, "Read", "Topic", topic)) return "TOPIC_AUTHORIZATION_FAILED";
  const found = call.cluster.topics.get(topic)?.partitions[partition];
  return found === undefined ? "UNKNOWN_TOPIC_OR_PARTITION" : "NONE";
}

function check(request: CommitRequest, call: Call): void {
  const { groupId, memberId, groupInstanceId: instanceId, generationId: generation } = request;
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  checkCoordinator(call, "group", groupId);
  verifyGroup(call, request, groupId);
  const member = { groupId, memberId, instanceId, generation };
  call.cluster.groups.checkCommit({ ...member, transactional: true, knowsEpochs: false });
}

function commit(request: CommitRequest, topic: string, said: Offset, call: Call): ErrorName {
  const { clock, configs, groups } = call.cluster;
  const metadata = said.committedMetadata ?? "";
  if (metadata.length > configs.number("offset.metadata.max.bytes")) {
    return "OFFSET_METADATA_TOO_LARGE";
  }
  groups.offsetsOf(request.groupId).commitPending(request.producerId, topic, said.partitionIndex, {
    offset: said.committedOffset,
    leaderEpoch: said.committedLeaderEpoch,
    metadata,
    committed: clock.now(),
  });
  return "NONE";
}
