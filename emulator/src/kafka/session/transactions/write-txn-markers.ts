/**
 * WriteTxnMarkers, 0–1: ends a producer's transaction in some partitions, whatever its coordinator thinks. Meant for
 * brokers; `kafka-transactions abort` sends it where a transaction was left hanging. KIP-98, KIP-664.
 */
import type { TransactionEnd } from "../../model/contract.ts";
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { keyPartition } from "../../model/key-partition.ts";
import { OFFSETS_TOPIC } from "../../model/topics/internal-topics.ts";
import { writeTxnMarkers } from "../../wire/apis/write-txn-markers.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { partitionLedHere } from "../partition-lookup.ts";

type Marker = RequestOf<typeof writeTxnMarkers>["markers"][number];

export const writeTxnMarkersRow: Row = row(writeTxnMarkers, [0, 1], ({ markers }, call) => ({
  // One without partitions is passed over.
  markers: markers
    .filter(({ topics }) => topics.length > 0)
    .map((marker) => ({ producerId: marker.producerId, topics: topicsOf(marker, call) })),
}));

function topicsOf(marker: Marker, call: Call) {
  return marker.topics.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const refusal = refusalOf(() => write(marker, name, partitionIndex, call));
      return { partitionIndex, errorCode: errorCodes[refusal] };
    }),
  }));
}

function write(marker: Marker, topic: string, index: number, call: Call): void {
  const isAllowed = (["Alter", "ClusterAction"] as const).some((operation) =>
    may(call, operation, "Cluster", "kafka-cluster"),
  );
  if (!isAllowed) throw new KafkaError("CLUSTER_AUTHORIZATION_FAILED");
  const { producerId, producerEpoch, coordinatorEpoch, transactionResult: committed } = marker;
  const end = { producerId, producerEpoch, coordinatorEpoch, committed };
  partitionLedHere(call, topic, index).log.endTransaction(end);
  if (topic === OFFSETS_TOPIC) endInGroups(index, end, call);
}

/** The groups whose offsets lie in this partition. */
function endInGroups(index: number, { producerId, committed }: TransactionEnd, call: Call): void {
  const { groups, configs } = call.cluster;
  const partitions = configs.number("offsets.topic.num.partitions");
  for (const { id } of groups.all) {
    if (keyPartition(id, partitions) === index) {
      groups.offsetsOf(id).endTransaction(producerId, committed);
    }
  }
}
