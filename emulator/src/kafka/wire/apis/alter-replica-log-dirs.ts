/** https://kafka.apache.org/protocol#The_Messages_AlterReplicaLogDirs */
export const alterReplicaLogDirs = {
  key: 34,
  name: "AlterReplicaLogDirs",
  versions: [0, 2],
  flexible: 2,
  request: {
    dirs: [
      {
        path: "string",
        topics: [{ name: "string", partitions: ["int32"] }],
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    results: [
      {
        topicName: "string",
        partitions: [{ partitionIndex: "int32", errorCode: "int16" }],
      },
    ],
  },
} as const;
