/** https://kafka.apache.org/protocol#The_Messages_TxnOffsetCommit */
export const txnOffsetCommit = {
  key: 28,
  name: "TxnOffsetCommit",
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: "string",
    groupId: "string",
    producerId: "int64",
    producerEpoch: "int16",
    generationId: "int32 3+ = -1",
    memberId: "string 3+",
    groupInstanceId: "string? 3+",
    topics: [
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            committedOffset: "int64",
            committedLeaderEpoch: "int32 2+ = -1",
            committedMetadata: "string?",
          },
        ],
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    topics: [
      {
        name: "string",
        partitions: [{ partitionIndex: "int32", errorCode: "int16" }],
      },
    ],
  },
} as const;
