/** https://kafka.apache.org/protocol#The_Messages_AlterPartitionReassignments */
export const alterPartitionReassignments = {
  key: 45,
  name: "AlterPartitionReassignments",
  versions: [0, 1],
  flexible: 0,
  request: {
    timeoutMs: "int32 = 60000",
    allowReplicationFactorChange: "bool 1+ = true",
    topics: [
      {
        name: "string",
        partitions: [{ partitionIndex: "int32", replicas: ["?", "int32"] }],
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    allowReplicationFactorChange: "bool 1+ = true",
    errorCode: "int16",
    errorMessage: "string? = null",
    responses: [
      {
        name: "string",
        partitions: [
          {
            partitionIndex: "int32",
            errorCode: "int16",
            errorMessage: "string? = null",
          },
        ],
      },
    ],
  },
} as const;
