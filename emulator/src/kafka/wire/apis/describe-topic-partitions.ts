/** https://kafka.apache.org/protocol#The_Messages_DescribeTopicPartitions */
export const describeTopicPartitions = {
  key: 75,
  name: "DescribeTopicPartitions",
  versions: [0, 0],
  flexible: 0,
  request: {
    topics: [{ name: "string" }],
    responsePartitionLimit: "int32 = 2000",
    cursor: { $: "?", topicName: "string", partitionIndex: "int32" },
  },
  response: {
    throttleTimeMs: "int32 = 0",
    topics: [
      {
        errorCode: "int16",
        name: "string?",
        topicId: "uuid",
        isInternal: "bool",
        partitions: [
          {
            errorCode: "int16",
            partitionIndex: "int32",
            leaderId: "int32",
            leaderEpoch: "int32 = -1",
            replicaNodes: ["int32"],
            isrNodes: ["int32"],
            eligibleLeaderReplicas: ["?", "int32"],
            lastKnownElr: ["?", "int32"],
            offlineReplicas: ["int32"],
          },
        ],
        topicAuthorizedOperations: "int32 = -2147483648",
      },
    ],
    nextCursor: { $: "?", topicName: "string", partitionIndex: "int32" },
  },
} as const;
