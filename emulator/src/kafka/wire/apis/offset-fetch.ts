/** https://kafka.apache.org/protocol#The_Messages_OffsetFetch */
export const offsetFetch = {
  key: 9,
  name: "OffsetFetch",
  versions: [0, 10],
  flexible: 6,
  request: {
    groupId: "string 0-7",
    topics: ["? 0-7", { name: "string", partitionIndexes: ["int32"] }],
    groups: [
      "8+",
      {
        groupId: "string",
        memberId: "string? 9+",
        memberEpoch: "int32 9+ = -1",
        topics: ["?", { name: "string 8-9", topicId: "uuid 10+", partitionIndexes: ["int32"] }],
      },
    ],
    requireStable: "bool 7+",
  },
  response: {
    throttleTimeMs: "int32 3+",
    topics: [
      "0-7",
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            committedOffset: "int64",
            committedLeaderEpoch: "int32 5+ = -1",
            metadata: "string?",
            errorCode: "int16",
          },
        ],
      },
    ],
    errorCode: "int16 2-7",
    groups: [
      "8+",
      {
        groupId: "string",
        topics: [
          {
            name: "string 8-9",
            topicId: "uuid 10+",
            partitions: [
              {
                partitionIndex: "int32",
                committedOffset: "int64",
                committedLeaderEpoch: "int32 = -1",
                metadata: "string?",
                errorCode: "int16",
              },
            ],
          },
        ],
        errorCode: "int16",
      },
    ],
  },
} as const;
