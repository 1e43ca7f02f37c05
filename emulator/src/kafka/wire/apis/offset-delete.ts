/** https://kafka.apache.org/protocol#The_Messages_OffsetDelete */
export const offsetDelete = {
  key: 47,
  name: "OffsetDelete",
  versions: [0, 0],
  flexible: null,
  request: {
    groupId: "string",
    topics: [
      {
        name: "string",
        partitions: [{ partitionIndex: "int32" }],
      },
    ],
  },
  response: {
    errorCode: "int16",
    throttleTimeMs: "int32 = 0",
    topics: [
      {
        name: "string",
        partitions: [{ partitionIndex: "int32", errorCode: "int16" }],
      },
    ],
  },
} as const;
