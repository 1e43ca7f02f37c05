/** https://kafka.apache.org/protocol#The_Messages_Fetch */
export const fetch = {
  key: 1,
  name: "Fetch",
  versions: [0, 18],
  flexible: 12,
  request: {
    clusterId: "string? 12+ #0",
    replicaId: "int32 0-14 = -1",
    replicaState: { $: "15+ #1", replicaId: "int32 = -1", replicaEpoch: "int64 = -1" },
    maxWaitMs: "int32",
    minBytes: "int32",
    maxBytes: "int32 3+ = 2147483647",
    isolationLevel: "int8 4+",
    sessionId: "int32 7+",
    sessionEpoch: "int32 7+ = -1",
    topics: [
      {
        topic: "string 0-12",
        topicId: "uuid 13+",
        partitions: [
          {
            partition: "int32",
            currentLeaderEpoch: "int32 9+ = -1",
            fetchOffset: "int64",
            lastFetchedEpoch: "int32 12+ = -1",
            logStartOffset: "int64 5+ = -1",
            partitionMaxBytes: "int32",
            replicaDirectoryId: "uuid 17+ #0",
            highWatermark: "int64 18+ #1 = 9223372036854775807",
          },
        ],
      },
    ],
    forgottenTopicsData: [
      "7+",
      { topic: "string 7-12", topicId: "uuid 13+", partitions: ["int32"] },
    ],
    rackId: "string 11+",
  },
  response: {
    throttleTimeMs: "int32 1+",
    errorCode: "int16 7+",
    sessionId: "int32 7+",
    responses: [
      {
        topic: "string 0-12",
        topicId: "uuid 13+",
        partitions: [
          {
            partitionIndex: "int32",
            errorCode: "int16",
            highWatermark: "int64",
            lastStableOffset: "int64 4+ = -1",
            logStartOffset: "int64 5+ = -1",
            divergingEpoch: { $: "12+ #0", epoch: "int32 = -1", endOffset: "int64 = -1" },
            currentLeader: { $: "12+ #1", leaderId: "int32 = -1", leaderEpoch: "int32 = -1" },
            snapshotId: { $: "12+ #2", endOffset: "int64 = -1", epoch: "int32 = -1" },
            abortedTransactions: ["? 4+", { producerId: "int64", firstOffset: "int64" }],
            preferredReadReplica: "int32 11+ = -1",
            records: "records?",
          },
        ],
      },
    ],
    nodeEndpoints: ["16+ #0", { nodeId: "int32", host: "string", port: "int32", rack: "string?" }],
  },
} as const;
