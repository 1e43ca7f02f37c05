/**
 * DescribeLogDirs, 0–4: how much each log takes of those that this node keeps. There is one directory, in memory: how
 * large its volume is (version 4) is not known.
 * https://kafka.apache.org/protocol#The_Messages_DescribeLogDirs, KIP-113
 */
import { LOG_DIRECTORY } from "../../model/configs/server-properties.ts";
import type { Topic } from "../../model/contract.ts";
import { describeLogDirs } from "../../wire/apis/describe-log-dirs.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { plain } from "./failure.ts";

type Asked = RequestOf<typeof describeLogDirs>["topics"];

export const describeLogDirsRow: Row = row(describeLogDirs, [0, 4], ({ topics }, call) => {
  if (!may(call, "Describe", "Cluster", "kafka-cluster"))
    return { errorCode: plain("CLUSTER_AUTHORIZATION_FAILED").code, results: [] };
  const described = [...call.cluster.topics.all]
    .map((topic) => ({ name: topic.name, partitions: partitionsOf(topic, topics, call) }))
    .filter(({ partitions }) => partitions.length > 0);
  return {
    errorCode: 0,
    results: [{ errorCode: 0, logDir: LOG_DIRECTORY, topics: described }],
  };
});

function partitionsOf({ name, partitions }: Topic, asked: Asked, { node }: Call) {
  const wanted = asked?.flatMap((topic) => (topic.topic === name ? topic.partitions : []));
  return partitions
    .filter(
      ({ index, replicas }) => replicas.includes(node.id) && wanted?.includes(index) !== false,
    )
    .map(({ index, log }) => ({
      partitionIndex: index,
      partitionSize: log.size,
      offsetLag: 0,
      isFutureKey: false,
    }));
}
