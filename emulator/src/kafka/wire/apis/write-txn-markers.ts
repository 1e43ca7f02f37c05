/** https://kafka.apache.org/protocol#The_Messages_WriteTxnMarkers */
export const writeTxnMarkers = {
  key: 27,
  name: "WriteTxnMarkers",
  versions: [0, 1],
  flexible: 1,
  request: {
    markers: [
      {
        producerId: "int64",
        producerEpoch: "int16",
        transactionResult: "bool",
        topics: [{ name: "string", partitionIndexes: ["int32"] }],
        coordinatorEpoch: "int32",
      },
    ],
  },
  response: {
    markers: [
      {
        producerId: "int64",
        topics: [
          {
            name: "string",
            partitions: [{ partitionIndex: "int32", errorCode: "int16" }],
          },
        ],
      },
    ],
  },
} as const;
