/** https://kafka.apache.org/protocol#The_Messages_InitProducerId */
export const initProducerId = {
  key: 22,
  name: "InitProducerId",
  versions: [0, 6],
  flexible: 2,
  request: {
    transactionalId: "string?",
    transactionTimeoutMs: "int32",
    producerId: "int64 3+ = -1",
    producerEpoch: "int16 3+ = -1",
    enable2Pc: "bool 6+",
    keepPreparedTxn: "bool 6+",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    producerId: "int64 = -1",
    producerEpoch: "int16",
    ongoingTxnProducerId: "int64 6+ = -1",
    ongoingTxnProducerEpoch: "int16 6+ = -1",
  },
} as const;
