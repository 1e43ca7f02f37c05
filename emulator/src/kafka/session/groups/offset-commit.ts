/**
 * OffsetCommit, 2–9: a group remembers how far it has read. A commit from an old generation or epoch is refused; one
 * without a member (simple consumers, tools) is taken while the group has none. Versions 2 to 4 may say how long it is kept.
 */
import type { CommittedOffset } from "../../model/contract.ts";
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { offsetCommit } from "../../wire/apis/offset-commit.ts";
import { type ErrorName, errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

type CommitRequest = RequestOf<typeof offsetCommit>;
type Offset = CommitRequest["topics"][number]["partitions"][number];

export const offsetCommitRow: Row = row(offsetCommit, [2, 9], (request, call) => {
  const mayRead = may(call, "Read", "Group", request.groupId);
  let judgement: ErrorName | undefined = mayRead ? undefined : "GROUP_AUTHORIZATION_FAILED";
  return {
    topics: request.topics.map((asked) => ({
      name: asked.name,
      partitions: asked.partitions.map((offset) => {
        const error = refusalOf(() => {
          if (!mayRead) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
          checkTopic(call, asked.name, offset.partitionIndex);
          // The group is asked once, and only where something is left to be committed.
          judgement ??= refusalOf(() => check(request, call));
          if (judgement !== "NONE") throw new KafkaError(judgement);
          commit(request, asked.name, offset, call);
        });
        return { partitionIndex: offset.partitionIndex, errorCode: errorCodes[error] };
      }),
    })),
  };
});

function checkTopic(call: Call, topic: string, partition: number): void {
  if (!may(call, "Read", "Topic", topic)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  if (call.cluster.topics.get(topic)?.partitions[partition] === undefined)
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
}

function check(request: CommitRequest, call: Call): void {
  const { groupId, memberId, groupInstanceId: instanceId } = request;
  checkCoordinator(call, "group", groupId);
  call.cluster.groups.checkCommit({
    groupId,
    memberId,
    instanceId,
    generation: request.generationIdOrMemberEpoch,
    transactional: false,
    knowsEpochs: call.version >= 9,
  });
}

function commit(request: CommitRequest, topic: string, said: Offset, call: Call): void {
  const { clock, configs, groups } = call.cluster;
  const metadata = said.committedMetadata ?? "";
  if (metadata.length > configs.number("offset.metadata.max.bytes"))
    throw new KafkaError("OFFSET_METADATA_TOO_LARGE");
  const { committedOffset: offset, committedLeaderEpoch: leaderEpoch } = said;
  const committed = clock.now();
  const commitment: CommittedOffset = { offset, leaderEpoch, metadata, committed };
  const { retentionTimeMs } = request;
  groups
    .offsetsOf(request.groupId)
    .commit(
      topic,
      said.partitionIndex,
      retentionTimeMs === -1 ? commitment : { ...commitment, expires: committed + retentionTimeMs },
      call.client,
    );
}
