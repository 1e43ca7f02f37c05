/** What older releases of Kafka answered, so that the emulator can be like one of them. */
import type { Row } from "./handling.ts";

/**
 * The release that brought each version of an API, from version 0 on.
 * https://kafka.apache.org/protocol#protocol_api_keys, as the releases' ApiVersions have it
 */
const BROUGHT: Readonly<Record<string, string>> = {
  Produce: "0.8 0.9 0.10 0.11 1.0 1.0 2.0 2.1 2.4 2.8 3.7 3.8 4.0 4.1",
  Fetch: "0.8 0.9 0.10 0.10.1 0.11 0.11 1.0 1.1 2.0 2.1 2.1 2.3 2.7 3.1 3.5 3.5 3.7 3.9 4.1",
  ListOffsets: "0.8 0.10.1 0.11 2.0 2.1 2.2 2.8 3.0 3.5 3.9 4.0",
  Metadata: "0.8 0.10 0.10.1 0.11 0.11 1.0 2.0 2.1 2.3 2.4 2.8 2.8 3.1 4.0",
  OffsetCommit: "0.8 0.8.2 0.9 0.11 2.0 2.1 2.1 2.3 2.4 3.7 4.2",
  OffsetFetch: "0.8 0.8.2 0.11 0.11 2.0 2.1 2.4 2.5 3.0 3.7 4.2",
  FindCoordinator: "0.8.2 0.11 2.0 2.4 3.0 3.8 3.9",
  JoinGroup: "0.9 0.10.1 0.11 2.0 2.2 2.3 2.4 2.5 3.2 3.2",
  Heartbeat: "0.9 0.11 2.0 2.3 2.4",
  LeaveGroup: "0.9 0.11 2.0 2.4 2.4 3.2",
  SyncGroup: "0.9 0.11 2.0 2.3 2.4 2.5",
  DescribeGroups: "0.9 0.11 2.0 2.3 2.4 2.4 4.0",
  ListGroups: "0.9 0.11 2.0 2.4 2.6 3.8",
  SaslHandshake: "0.10 1.0",
  ApiVersions: "0.10 0.11 2.0 2.4 3.9",
  CreateTopics: "0.10.1 0.10.2 0.11 2.0 2.4 2.4 2.7 2.8",
  DeleteTopics: "0.10.1 0.11 2.0 2.1 2.4 2.7 2.8",
  DeleteRecords: "0.11 2.0 2.6",
  InitProducerId: "0.11 2.0 2.4 2.5 2.7 3.8",
  OffsetForLeaderEpoch: "0.11 2.0 2.1 2.3 2.8",
  AddPartitionsToTxn: "0.11 2.0 2.7 2.8 3.6 3.8",
  AddOffsetsToTxn: "0.11 2.0 2.7 2.8 3.8",
  EndTxn: "0.11 2.0 2.7 2.8 3.8 4.0",
  WriteTxnMarkers: "0.11 2.8 4.2",
  TxnOffsetCommit: "0.11 2.0 2.1 2.5 3.8 4.0",
  DescribeAcls: "0.11 2.0 2.5 3.3",
  CreateAcls: "0.11 2.0 2.5 3.3",
  DeleteAcls: "0.11 2.0 2.5 3.3",
  DescribeConfigs: "0.11 1.1 2.0 2.6 2.8",
  AlterConfigs: "0.11 2.0 2.8",
  AlterReplicaLogDirs: "1.0 2.0 2.8",
  DescribeLogDirs: "1.0 2.0 2.6 3.2 3.3",
  SaslAuthenticate: "1.0 2.2 2.5",
  CreatePartitions: "1.0 2.0 2.5 2.7",
  DeleteGroups: "1.1 2.0 2.4",
  ElectLeaders: "2.2 2.4 2.4",
  IncrementalAlterConfigs: "2.3 2.4",
  AlterPartitionReassignments: "2.4 4.1",
  ListPartitionReassignments: "2.4",
  OffsetDelete: "2.4",
  DescribeClientQuotas: "2.6 2.8",
  AlterClientQuotas: "2.6 2.8",
  DescribeUserScramCredentials: "2.7",
  AlterUserScramCredentials: "2.7",
  UpdateFeatures: "2.7 3.3 4.0",
  DescribeCluster: "2.8 3.7 4.0",
  DescribeProducers: "2.8",
  DescribeTransactions: "3.0",
  ListTransactions: "3.0 3.8 4.1",
  ConsumerGroupHeartbeat: "3.7 4.0",
  ConsumerGroupDescribe: "3.8 4.0",
  ListConfigResources: "3.7 4.1",
  DescribeTopicPartitions: "3.8",
};

/** The lowest version that 4.0 and later still take, where it is not 0 (KIP-896). */
const KEPT: Readonly<Record<string, number>> = {
  Fetch: 4,
  ListOffsets: 1,
  OffsetCommit: 2,
  OffsetFetch: 1,
  CreateTopics: 2,
  DeleteTopics: 1,
  OffsetForLeaderEpoch: 2,
  WriteTxnMarkers: 1,
  DescribeAcls: 1,
  CreateAcls: 1,
  DeleteAcls: 1,
  DescribeConfigs: 1,
  AlterReplicaLogDirs: 1,
  DescribeLogDirs: 1,
};

/** Before this one a broker did not say what it answers. */
const OLDEST = "0.10";
const NEWEST = "4.2";

/** These rows as far as a release had them. @throws {Error} where there was no such release. */
export function narrowTo(release: string, rows: readonly Row[]): Row[] {
  const isRelease = /^\d{1,2}\.\d{1,2}(\.\d{1,2}){0,2}$/.test(release);
  if (!isRelease || isOlder(release, OLDEST) || isOlder(NEWEST, seriesOf(release)))
    throw new Error(
      `"${release}" is no release of Kafka from ${OLDEST} to ${NEWEST}: for example 2.8`,
    );
  return rows.flatMap((row) => {
    const [lowest, highest] = row.versions;
    const brought = BROUGHT[row.api.name]?.split(" ") ?? [];
    const known = brought.filter((since) => !isOlder(release, since)).length - 1;
    const least = isOlder(release, "4.0") ? lowest : Math.max(lowest, KEPT[row.api.name] ?? 0);
    const most = Math.min(highest, known);
    return most < least ? [] : [{ ...row, versions: [least, most] }];
  });
}

function isOlder(release: string, other: string): boolean {
  const [first, second] = [numbersOf(release), numbersOf(other)];
  const index = second.findIndex((number, place) => number !== (first[place] ?? 0));
  return index >= 0 && (first[index] ?? 0) < (second[index] ?? 0);
}

/** 3.9.1 brings nothing that 3.9 has not; 0.10.2 does. */
function seriesOf(release: string): string {
  return numbersOf(release)
    .slice(0, release.startsWith("0.") ? 3 : 2)
    .join(".");
}

function numbersOf(release: string): number[] {
  return release.split(".").map(Number);
}
