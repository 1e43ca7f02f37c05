/** https://kafka.apache.org/protocol#The_Messages_ConsumerGroupHeartbeat */
export const consumerGroupHeartbeat = {
  key: 68,
  name: "ConsumerGroupHeartbeat",
  versions: [0, 1],
  flexible: 0,
  request: {
    groupId: "string",
    memberId: "string",
    memberEpoch: "int32",
    instanceId: "string?",
    rackId: "string?",
    rebalanceTimeoutMs: "int32 = -1",
    subscribedTopicNames: ["?", "string"],
    subscribedTopicRegex: "string? 1+",
    serverAssignor: "string?",
    topicPartitions: ["?", { topicId: "uuid", partitions: ["int32"] }],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    memberId: "string?",
    memberEpoch: "int32",
    heartbeatIntervalMs: "int32",
    assignment: { $: "?", topicPartitions: [{ topicId: "uuid", partitions: ["int32"] }] },
  },
} as const;
