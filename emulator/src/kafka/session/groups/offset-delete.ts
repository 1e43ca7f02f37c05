/** OffsetDelete, 0: forgets offsets of topics that nobody in the group reads (KIP-496). */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { offsetDelete } from "../../wire/apis/offset-delete.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

export const offsetDeleteRow: Row = row(offsetDelete, [0, 0], (request, call) => {
  const { groupId } = request;
  const refusal = refusalOf(() => check(call, groupId));
  if (refusal !== "NONE") return { errorCode: errorCodes[refusal], topics: [] };
  return {
    errorCode: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const error = refusalOf(() => remove(call, groupId, name, partitionIndex));
        return { partitionIndex, errorCode: errorCodes[error] };
      }),
    })),
  };
});

function check(call: Call, groupId: string): void {
  if (!may(call, "Delete", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  checkCoordinator(call, "group", groupId);
  // Whether the group is one whose offsets can be deleted at all.
  call.cluster.groups.subscribes(groupId, "");
}

function remove(call: Call, groupId: string, topic: string, partition: number): void {
  const { groups, topics } = call.cluster;
  if (!may(call, "Read", "Topic", topic)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  if (topics.get(topic)?.partitions[partition] === undefined)
    throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
  if (groups.subscribes(groupId, topic)) throw new KafkaError("GROUP_SUBSCRIBED_TO_TOPIC");
  groups.offsetsOf(groupId).delete(topic, partition);
}
