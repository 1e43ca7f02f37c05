/** https://kafka.apache.org/protocol#The_Messages_ListPartitionReassignments */
export const listPartitionReassignments = {
  key: 46,
  name: "ListPartitionReassignments",
  versions: [0, 0],
  flexible: 0,
  request: {
    timeoutMs: "int32 = 60000",
    topics: ["?", { name: "string", partitionIndexes: ["int32"] }],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    topics: [
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            replicas: ["int32"],
            addingReplicas: ["int32"],
            removingReplicas: ["int32"],
          },
        ],
      },
    ],
  },
} as const;
