/** https://kafka.apache.org/protocol#The_Messages_ListOffsets */
export const listOffsets = {
  key: 2,
  name: "ListOffsets",
  versions: [0, 10],
  flexible: 6,
  request: {
    replicaId: "int32",
    isolationLevel: "int8 2+",
    topics: [
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            currentLeaderEpoch: "int32 4+ = -1",
            timestamp: "int64",
            maxNumOffsets: "int32 0 = 1",
          },
        ],
      },
    ],
    timeoutMs: "int32 10+",
  },
  response: {
    throttleTimeMs: "int32 2+",
    topics: [
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            errorCode: "int16",
            oldStyleOffsets: ["0", "int64"],
            timestamp: "int64 1+ = -1",
            offset: "int64 1+ = -1",
            leaderEpoch: "int32 4+ = -1",
          },
        ],
      },
    ],
  },
} as const;
