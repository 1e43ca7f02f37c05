/** https://kafka.apache.org/protocol#The_Messages_EndTxn */
export const endTxn = {
  key: 26,
  name: "EndTxn",
  versions: [0, 5],
  flexible: 3,
  request: {
    transactionalId: "string",
    producerId: "int64",
    producerEpoch: "int16",
    committed: "bool",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    producerId: "int64 5+ = -1",
    producerEpoch: "int16 5+ = -1",
  },
} as const;
