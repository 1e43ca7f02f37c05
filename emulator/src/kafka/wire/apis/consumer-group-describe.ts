/** https://kafka.apache.org/protocol#The_Messages_ConsumerGroupDescribe */
export const consumerGroupDescribe = {
  key: 69,
  name: "ConsumerGroupDescribe",
  versions: [0, 1],
  flexible: 0,
  request: {
    groupIds: ["string"],
    includeAuthorizedOperations: "bool",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    groups: [
      {
        errorCode: "int16",
        errorMessage: "string? = null",
        groupId: "string",
        groupState: "string",
        groupEpoch: "int32",
        assignmentEpoch: "int32",
        assignorName: "string",
        members: [
          {
            memberId: "string",
            instanceId: "string?",
            rackId: "string?",
            memberEpoch: "int32",
            clientId: "string",
            clientHost: "string",
            subscribedTopicNames: ["string"],
            subscribedTopicRegex: "string?",
            assignment: {
              topicPartitions: [{ topicId: "uuid", topicName: "string", partitions: ["int32"] }],
            },
            targetAssignment: {
              topicPartitions: [{ topicId: "uuid", topicName: "string", partitions: ["int32"] }],
            },
            memberType: "int8 1+ = -1",
          },
        ],
        authorizedOperations: "int32 = -2147483648",
      },
    ],
  },
} as const;
