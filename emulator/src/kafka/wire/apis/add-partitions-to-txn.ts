/** https://kafka.apache.org/protocol#The_Messages_AddPartitionsToTxn */
export const addPartitionsToTxn = {
  key: 24,
  name: "AddPartitionsToTxn",
  versions: [0, 5],
  flexible: 3,
  request: {
    transactions: [
      "4+",
      {
        transactionalId: "string",
        producerId: "int64",
        producerEpoch: "int16",
        verifyOnly: "bool",
        topics: [{ name: "string", partitions: ["int32"] }],
      },
    ],
    v3AndBelowTransactionalId: "string 0-3",
    v3AndBelowProducerId: "int64 0-3",
    v3AndBelowProducerEpoch: "int16 0-3",
    v3AndBelowTopics: ["0-3", { name: "string", partitions: ["int32"] }],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16 4+",
    resultsByTransaction: [
      "4+",
      {
        transactionalId: "string",
        topicResults: [
          {
            name: "string",
            resultsByPartition: [{ partitionIndex: "int32", partitionErrorCode: "int16" }],
          },
        ],
      },
    ],
    resultsByTopicV3AndBelow: [
      "0-3",
      {
        name: "string",
        resultsByPartition: [{ partitionIndex: "int32", partitionErrorCode: "int16" }],
      },
    ],
  },
} as const;
