/** https://kafka.apache.org/protocol#The_Messages_Metadata */
export const metadata = {
  key: 3,
  name: "Metadata",
  versions: [0, 13],
  flexible: 9,
  request: {
    topics: ["?", { topicId: "uuid 10+", name: "string?" }],
    allowAutoTopicCreation: "bool 4+ = true",
    includeClusterAuthorizedOperations: "bool 8-10",
    includeTopicAuthorizedOperations: "bool 8+",
  },
  response: {
    throttleTimeMs: "int32 3+",
    brokers: [{ nodeId: "int32", host: "string", port: "int32", rack: "string? 1+" }],
    clusterId: "string? 2+",
    controllerId: "int32 1+ = -1",
    topics: [
      {
        errorCode: "int16",
        name: "string?",
        topicId: "uuid 10+",
        isInternal: "bool 1+",
        partitions: [
          {
            errorCode: "int16",
            partitionIndex: "int32",
            leaderId: "int32",
            leaderEpoch: "int32 7+ = -1",
            replicaNodes: ["int32"],
            isrNodes: ["int32"],
            offlineReplicas: ["5+", "int32"],
          },
        ],
        topicAuthorizedOperations: "int32 8+ = -2147483648",
      },
    ],
    clusterAuthorizedOperations: "int32 8-10 = -2147483648",
    errorCode: "int16 13+",
  },
} as const;
