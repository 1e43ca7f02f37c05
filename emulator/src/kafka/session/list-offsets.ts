/**
 * ListOffsets, 0–10: the offset at a time, or one of those that a negative "time" names. What a consumer that reads only
 * what is committed may not see yet is not found.
 * https://kafka.apache.org/protocol#The_Messages_ListOffsets, KIP-734 (greatest timestamp), KIP-405 (tiers)
 */
import type { Partition } from "../model/contract.ts";
import type { RequestOf, ResponseOf } from "../wire/layout.ts";
import { listOffsets } from "../wire/apis/list-offsets.ts";
import { may } from "./authorization.ts";
import { type Call, type Row, row } from "./handling.ts";
import { codeOf, partitionLedHere, partitionOf } from "./partition-lookup.ts";
import { KafkaError } from "../model/errors.ts";

type Request = RequestOf<typeof listOffsets>;
type Asked = Request["topics"][number]["partitions"][number];
type Answer = ResponseOf<typeof listOffsets>["topics"][number]["partitions"][number];

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
/** Since which version each may be asked for. */
const NAMED_TIMES: ReadonlyMap<number, number> = new Map([
  [LATEST, 0],
  [EARLIEST, 0],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
]);
/** A replica id: tools may ask any replica. */
const DEBUGGING = -2;

export const listOffsetsRow: Row = row(listOffsets, [0, 10], (request, call) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => {
      try {
        return answer(request, name, asked, call);
      } catch (error) {
        return { partitionIndex: asked.partitionIndex, errorCode: codeOf(error) };
      }
    }),
  })),
}));

function answer(request: Request, topic: string, asked: Asked, call: Call): Answer {
  const { partitionIndex, timestamp, currentLeaderEpoch } = asked;
  if (!may(call, "Describe", "Topic", topic)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
  if (isTwice(request, topic, partitionIndex)) throw new KafkaError("INVALID_REQUEST");
  if (timestamp < 0 && call.version < (NAMED_TIMES.get(timestamp) ?? Number.POSITIVE_INFINITY))
    throw new KafkaError("UNSUPPORTED_VERSION");
  const partition =
    request.replicaId === DEBUGGING
      ? partitionOf(call, topic, partitionIndex)
      : partitionLedHere(call, topic, partitionIndex, currentLeaderEpoch);
  if (call.version === 0) {
    const oldStyleOffsets = offsetsBefore(partition, asked, call.cluster.clock.now());
    return { partitionIndex, errorCode: 0, oldStyleOffsets };
  }
  return { partitionIndex, errorCode: 0, ...find(partition, timestamp, request.isolationLevel) };
}

type Found = Pick<Answer, "offset" | "timestamp" | "leaderEpoch">;

function find(partition: Partition, timestamp: number, isolationLevel: number): Found {
  const { log, leaderEpoch } = partition;
  const end = isolationLevel === 1 ? log.lastStableOffset : log.highWatermark;
  switch (timestamp) {
    case LATEST:
      return { offset: end, leaderEpoch };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, leaderEpoch: epochAt(partition, log.startOffset) };
    case LATEST_TIERED:
      return {};
    default: {
      const found = timestamp === MAX_TIMESTAMP ? log.findMaxTime() : log.findTime(timestamp);
      if (found === null || found.offset >= end) return {};
      return found;
    }
  }
}

/** Under which leader a record was written, a field of its batch; or is going to be, where there is none yet. */
function epochAt({ log, leaderEpoch }: Partition, offset: number): number {
  const terms = { maxBytes: 0, atLeastOne: true, committedOnly: false };
  return log.read(offset, terms).batches[0]?.leaderEpoch ?? leaderEpoch;
}

/** Version 0 knows segments only, newest first: the one there is, which was written to just now, and its end. */
function offsetsBefore(
  { log }: Partition,
  { timestamp, maxNumOffsets: count }: Asked,
  now: number,
): number[] {
  const { startOffset: start, highWatermark: end } = log;
  if (timestamp === EARLIEST) return [start].slice(0, count);
  if (timestamp !== LATEST && timestamp < now) return [];
  return (start === end ? [end] : [end, start]).slice(0, count);
}

function isTwice({ topics }: Request, topic: string, index: number): boolean {
  const same = topics.flatMap(({ name, partitions }) =>
    name === topic ? partitions.filter(({ partitionIndex }) => partitionIndex === index) : [],
  );
  return same.length > 1;
}
