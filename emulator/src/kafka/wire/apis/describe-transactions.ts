/** https://kafka.apache.org/protocol#The_Messages_DescribeTransactions */
export const describeTransactions = {
  key: 65,
  name: "DescribeTransactions",
  versions: [0, 0],
  flexible: 0,
  request: {
    transactionalIds: ["string"],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    transactionStates: [
      {
        errorCode: "int16",
        transactionalId: "string",
        transactionState: "string",
        transactionTimeoutMs: "int32",
        transactionStartTimeMs: "int64",
        producerId: "int64",
        producerEpoch: "int16",
        topics: [{ topic: "string", partitions: ["int32"] }],
      },
    ],
  },
} as const;
