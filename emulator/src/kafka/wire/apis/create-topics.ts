/** https://kafka.apache.org/protocol#The_Messages_CreateTopics */
export const createTopics = {
  key: 19,
  name: "CreateTopics",
  versions: [0, 7],
  flexible: 5,
  request: {
    topics: [
      {
        name: "string",
        numPartitions: "int32",
        replicationFactor: "int16",
        assignments: [{ partitionIndex: "int32", brokerIds: ["int32"] }],
        configs: [{ name: "string", value: "string?" }],
      },
    ],
    timeoutMs: "int32 = 60000",
    validateOnly: "bool 1+",
  },
  response: {
    throttleTimeMs: "int32 2+",
    topics: [
      {
        name: "string",
        topicId: "uuid 7+",
        errorCode: "int16",
        errorMessage: "string? 1+",
        topicConfigErrorCode: "int16 5+ #0",
        numPartitions: "int32 5+ = -1",
        replicationFactor: "int16 5+ = -1",
        configs: [
          "? 5+",
          {
            name: "string",
            value: "string?",
            readOnly: "bool",
            configSource: "int8 = -1",
            isSensitive: "bool",
          },
        ],
      },
    ],
  },
} as const;
