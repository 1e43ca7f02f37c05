/**
 * OffsetFetch, 1–9: what groups have committed; -1 and "" where there is nothing, which is no error. Many groups from 8
 * on (KIP-709), all topics where none are named (2 and up), only stable offsets where asked for (7, KIP-447).
 */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { offsetFetch } from "../../wire/apis/offset-fetch.ts";
import { type ErrorName, errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

type FetchRequest = RequestOf<typeof offsetFetch>;
type AskedGroup = FetchRequest["groups"][number];
interface AskedTopic {
  readonly name: string;
  readonly partitionIndexes: readonly number[];
}
interface FetchedTopic {
  readonly name: string;
  readonly partitions: readonly FetchedPartition[];
}
interface FetchedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

export const offsetFetchRow: Row = row(offsetFetch, [1, 9], (request, call) => {
  if (call.version >= 8) {
    const groups = request.groups.map((asked) => {
      const { error, topics } = fetch(asked, request.requireStable, call);
      return { groupId: asked.groupId, topics, errorCode: errorCodes[error] };
    });
    return { groups };
  }
  const { groupId, topics } = request;
  const asked = { groupId, memberId: null, memberEpoch: -1, topics };
  const fetched = fetch(asked, request.requireStable, call);
  const refused = fetched.error !== "NONE" && call.version < 2;
  return {
    // The oldest version has no room for the group's error but at the partitions.
    topics: refused ? (topics ?? []).map((topic) => allOf(topic, fetched.error)) : fetched.topics,
    errorCode: errorCodes[fetched.error],
  };
});

function fetch(
  asked: Omit<AskedGroup, "topics"> & { readonly topics: readonly AskedTopic[] | null },
  requireStable: boolean,
  call: Call,
): { error: ErrorName; topics: readonly FetchedTopic[] } {
  const { groupId, memberId, memberEpoch } = asked;
  const { groups } = call.cluster;
  const error = refusalOf(() => {
    if (!may(call, "Describe", "Group", groupId))
      throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
    checkCoordinator(call, "group", groupId);
    groups.checkFetch(groupId, memberId, memberEpoch);
  });
  // A group that there is not has committed nothing.
  if (error !== "NONE" && error !== "GROUP_ID_NOT_FOUND") return { error, topics: [] };
  const look = (topic: string, partition: number) =>
    error === "NONE" ? lookUp(call, groupId, topic, partition, requireStable) : nothing(partition);
  if (asked.topics !== null)
    return { error: "NONE", topics: asked.topics.map((topic) => fetchTopic(call, topic, look)) };
  return { error: "NONE", topics: error === "NONE" ? fetchAll(call, groupId, look) : [] };
}

type Look = (topic: string, partition: number) => FetchedPartition;

function fetchTopic(call: Call, asked: AskedTopic, look: Look): FetchedTopic {
  const { name, partitionIndexes } = asked;
  if (!may(call, "Describe", "Topic", name)) return allOf(asked, "TOPIC_AUTHORIZATION_FAILED");
  return { name, partitions: partitionIndexes.map((index) => look(name, index)) };
}

function fetchAll(call: Call, groupId: string, look: Look): FetchedTopic[] {
  const { groups } = call.cluster;
  const found = new Map<string, FetchedPartition[]>();
  for (const [topic, partition] of groups.offsetsOf(groupId).all) {
    if (!may(call, "Describe", "Topic", topic)) continue;
    const partitions = found.get(topic) ?? [];
    partitions.push(look(topic, partition));
    found.set(topic, partitions);
  }
  return [...found].map(([name, partitions]) => ({ name, partitions }));
}

function lookUp(
  call: Call,
  groupId: string,
  topic: string,
  partitionIndex: number,
  requireStable: boolean,
): FetchedPartition {
  const offsets = call.cluster.groups.offsetsOf(groupId);
  if (requireStable && offsets.isUnstable(topic, partitionIndex))
    return nothing(partitionIndex, "UNSTABLE_OFFSET_COMMIT");
  const found = offsets.get(topic, partitionIndex);
  if (found === undefined) return nothing(partitionIndex);
  const { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata } = found;
  return { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode: 0 };
}

function allOf({ name, partitionIndexes }: AskedTopic, error: ErrorName): FetchedTopic {
  return { name, partitions: partitionIndexes.map((index) => nothing(index, error)) };
}

/** Metadata is never null: clients print it. */
function nothing(partitionIndex: number, error: ErrorName = "NONE"): FetchedPartition {
  return {
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: "",
    errorCode: errorCodes[error],
  };
}
