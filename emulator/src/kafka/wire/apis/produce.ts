/** https://kafka.apache.org/protocol#The_Messages_Produce */
export const produce = {
  key: 0,
  name: "Produce",
  versions: [0, 13],
  flexible: 9,
  request: {
    transactionalId: "string? 3+",
    acks: "int16",
    timeoutMs: "int32",
    topicData: [
      {
        name: "string 0-12",
        topicId: "uuid 13+",
        partitionData: [{ index: "int32", records: "records?" }],
      },
    ],
  },
  response: {
    responses: [
      {
        name: "string 0-12",
        topicId: "uuid 13+",
        partitionResponses: [
          {
            index: "int32",
            errorCode: "int16",
            baseOffset: "int64",
            logAppendTimeMs: "int64 2+ = -1",
            logStartOffset: "int64 5+ = -1",
            recordErrors: ["8+", { batchIndex: "int32", batchIndexErrorMessage: "string?" }],
            errorMessage: "string? 8+",
            currentLeader: { $: "10+ #0", leaderId: "int32 = -1", leaderEpoch: "int32 = -1" },
          },
        ],
      },
    ],
    throttleTimeMs: "int32 1+",
    nodeEndpoints: ["10+ #0", { nodeId: "int32", host: "string", port: "int32", rack: "string?" }],
  },
} as const;
