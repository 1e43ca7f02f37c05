/**
 * OffsetForLeaderEpoch, 0–4: where an epoch ended, so that a consumer finds out whether what it has read was cut off.
 * KIP-320; https://kafka.apache.org/protocol#The_Messages_OffsetForLeaderEpoch
 */
import { KafkaError } from "../model/errors.ts";
import { offsetForLeaderEpoch } from "../wire/apis/offset-for-leader-epoch.ts";
import { may } from "./authorization.ts";
import { type Row, row } from "./handling.ts";
import { codeOf, partitionLedHere } from "./partition-lookup.ts";

const UNDEFINED = { epoch: -1, offset: -1 } as const;

export const offsetForLeaderEpochRow: Row = row(offsetForLeaderEpoch, [0, 4], (request, call) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, leaderEpoch, currentLeaderEpoch }) => {
      try {
        if (!may(call, "Describe", "Topic", topic))
          throw new KafkaError("TOPIC_AUTHORIZATION_FAILED");
        const { log } = partitionLedHere(call, topic, partition, currentLeaderEpoch);
        // -1 is no epoch.
        const { epoch, offset } = leaderEpoch < 0 ? UNDEFINED : log.endOfEpoch(leaderEpoch);
        return { errorCode: 0, partition, leaderEpoch: epoch, endOffset: offset };
      } catch (error) {
        return { errorCode: codeOf(error), partition };
      }
    }),
  })),
}));
