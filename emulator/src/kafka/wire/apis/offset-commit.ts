/** https://kafka.apache.org/protocol#The_Messages_OffsetCommit */
export const offsetCommit = {
  key: 8,
  name: "OffsetCommit",
  versions: [0, 10],
  flexible: 8,
  request: {
    groupId: "string",
    generationIdOrMemberEpoch: "int32 1+ = -1",
    memberId: "string 1+",
    groupInstanceId: "string? 7+",
    retentionTimeMs: "int64 2-4 = -1",
    topics: [
      {
        name: "string 0-9",
        topicId: "uuid 10+",
        partitions: [
          {
            partitionIndex: "int32",
            committedOffset: "int64",
            committedLeaderEpoch: "int32 6+ = -1",
            commitTimestamp: "int64 1 = -1",
            committedMetadata: "string?",
          },
        ],
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 3+",
    topics: [
      {
        name: "string 0-9",
        topicId: "uuid 10+",
        partitions: [{ partitionIndex: "int32", errorCode: "int16" }],
      },
    ],
  },
} as const;
