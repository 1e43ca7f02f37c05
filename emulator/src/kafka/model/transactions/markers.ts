/** Tells the partitions and groups that a transaction has touched how it ended. */
import type { Groups, Topics } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { OFFSETS_TOPIC } from "../topics/internal-topics.ts";
import type { TransactionMetadata } from "./metadata.ts";

/** Of the broker that coordinates: it never moves here. */
const COORDINATOR_EPOCH = 0;

export function endEverywhere(
  transaction: TransactionMetadata,
  committed: boolean,
  { topics, groups }: { readonly topics: Topics; readonly groups: Groups },
): void {
  const { producerId, producerEpoch } = transaction;
  const end = { producerId, producerEpoch, committed, coordinatorEpoch: COORDINATOR_EPOCH };
  for (const [topic, indexes] of transaction.partitions) {
    // The groups are told themselves.
    if (topic === OFFSETS_TOPIC) continue;
    // The topic may have been deleted meanwhile.
    const partitions = topics.get(topic)?.partitions;
    for (const index of indexes) {
      try {
        partitions?.[index]?.log.endTransaction(end);
      } catch (error) {
        // A marker of a higher epoch has ended it here already: WriteTxnMarkers.
        if (!(error instanceof KafkaError)) throw error;
      }
    }
  }
  for (const group of transaction.groups) {
    groups.offsetsOf(group).endTransaction(producerId, committed);
  }
}
