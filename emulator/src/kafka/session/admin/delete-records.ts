/**
 * DeleteRecords, 0–2: moves the start of a partition's log up, to its end where the offset is -1. The partition's leader
 * does it.
 * https://kafka.apache.org/protocol#The_Messages_DeleteRecords, KIP-107
 */
import { KafkaError } from "../../model/errors.ts";
import { deleteRecords } from "../../wire/apis/delete-records.ts";
import type { RequestOf, ResponseOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { codeOf, partitionLedHere } from "../partition-lookup.ts";

type Asked = RequestOf<typeof deleteRecords>["topics"][number]["partitions"][number];
type Answer = ResponseOf<typeof deleteRecords>["topics"][number]["partitions"][number];

const TO_THE_END = -1;

export const deleteRecordsRow: Row = row(deleteRecords, [0, 2], (request, call) => ({
  topics: request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => remove(name, asked, call)),
  })),
}));

function remove(topic: string, { partitionIndex, offset }: Asked, call: Call): Answer {
  try {
    if (!may(call, "Delete", "Topic", topic)) throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
    const { log, topic: found } = partitionLedHere(call, topic, partitionIndex);
    if (found.internal) throw new KafkaError("INVALID_TOPIC_EXCEPTION");
    // Of a topic that is only compacted, the last value of each key is kept.
    if (!found.configs.get("cleanup.policy").includes("delete"))
      throw new KafkaError("POLICY_VIOLATION");
    log.deleteBefore(offset === TO_THE_END ? log.highWatermark : offset);
    return { partitionIndex, lowWatermark: log.startOffset, errorCode: 0 };
  } catch (error) {
    return { partitionIndex, lowWatermark: -1, errorCode: codeOf(error) };
  }
}
