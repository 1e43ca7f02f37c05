/** https://kafka.apache.org/protocol#The_Messages_ListTransactions */
export const listTransactions = {
  key: 66,
  name: "ListTransactions",
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: ["string"],
    producerIdFilters: ["int64"],
    durationFilter: "int64 1+ = -1",
    transactionalIdPattern: "string? 2+",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    unknownStateFilters: ["string"],
    transactionStates: [
      {
        transactionalId: "string",
        producerId: "int64",
        transactionState: "string",
      },
    ],
  },
} as const;
