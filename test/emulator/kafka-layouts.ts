/** The messages that the tests ask with, each in one version: https://kafka.apache.org/protocol#protocol_messages */

/** A value; a structure; an array, where "?" says that it may be null. */
export type Kind =
  | string
  | { readonly [name: string]: Kind }
  | readonly [Kind]
  | readonly [Kind, "?"];

export interface Api {
  readonly key: number;
  readonly version: number;
  /** Lengths are compact, and tagged fields stand behind every structure. */
  readonly isFlexible: boolean;
  readonly request: Kind;
  readonly response: Kind;
}

function api(key: number, version: number, request: Kind, response: Kind): Api {
  return { key, version, isFlexible: false, request, response };
}

function flexible(key: number, version: number, request: Kind, response: Kind): Api {
  return { key, version, isFlexible: true, request, response };
}

const throttled = { throttleTimeMs: "int32" } as const;
const result = { ...throttled, errorCode: "int16" } as const;
const producer = { producerId: "int64", producerEpoch: "int16" } as const;
const failed = { partitionIndex: "int32", errorCode: "int16" } as const;
const member = { groupId: "string", generationId: "int32", memberId: "string" } as const;
const quotaEntity = [{ entityType: "string", entityName: "string?" }] as const;
const quota = { key: "string", value: "float64" } as const;

export type ApiName = keyof typeof apis;
export const apis = {
  saslHandshake: api(
    17,
    1,
    { mechanism: "string" },
    { errorCode: "int16", mechanisms: ["string"] },
  ),
  saslAuthenticate: flexible(
    36,
    2,
    { authBytes: "bytes" },
    {
      errorCode: "int16",
      errorMessage: "string?",
      authBytes: "bytes",
      sessionLifetimeMs: "int64",
    },
  ),
  apiVersions: api(
    18,
    2,
    {},
    {
      errorCode: "int16",
      apiKeys: [{ apiKey: "int16", minVersion: "int16", maxVersion: "int16" }],
      ...throttled,
    },
  ),
  produce: api(
    0,
    8,
    {
      transactionalId: "string?",
      acks: "int16",
      timeoutMs: "int32",
      topicData: [{ name: "string", partitionData: [{ index: "int32", records: "bytes?" }] }],
    },
    {
      responses: [
        {
          name: "string",
          partitionResponses: [
            {
              index: "int32",
              errorCode: "int16",
              baseOffset: "int64",
              logAppendTimeMs: "int64",
              logStartOffset: "int64",
              recordErrors: [{ batchIndex: "int32", batchIndexErrorMessage: "string?" }],
              errorMessage: "string?",
            },
          ],
        },
      ],
      ...throttled,
    },
  ),
  fetch: api(
    1,
    11,
    {
      replicaId: "int32",
      maxWaitMs: "int32",
      minBytes: "int32",
      maxBytes: "int32",
      isolationLevel: "int8",
      sessionId: "int32",
      sessionEpoch: "int32",
      topics: [
        {
          topic: "string",
          partitions: [
            {
              partition: "int32",
              currentLeaderEpoch: "int32",
              fetchOffset: "int64",
              logStartOffset: "int64",
              partitionMaxBytes: "int32",
            },
          ],
        },
      ],
      forgotten: [{ topic: "string", partitions: ["int32"] }],
      rackId: "string",
    },
    {
      ...result,
      sessionId: "int32",
      responses: [
        {
          topic: "string",
          partitions: [
            {
              ...failed,
              highWatermark: "int64",
              lastStableOffset: "int64",
              logStartOffset: "int64",
              abortedTransactions: [{ producerId: "int64", firstOffset: "int64" }, "?"],
              preferredReadReplica: "int32",
              records: "bytes?",
            },
          ],
        },
      ],
    },
  ),
  listOffsets: flexible(
    2,
    7,
    {
      replicaId: "int32",
      isolationLevel: "int8",
      topics: [
        {
          name: "string",
          partitions: [
            { partitionIndex: "int32", currentLeaderEpoch: "int32", timestamp: "int64" },
          ],
        },
      ],
    },
    {
      ...throttled,
      topics: [
        {
          name: "string",
          partitions: [{ ...failed, timestamp: "int64", offset: "int64", leaderEpoch: "int32" }],
        },
      ],
    },
  ),
  metadata: api(
    3,
    8,
    {
      topics: [{ name: "string" }, "?"],
      allowAutoTopicCreation: "bool",
      includeClusterAuthorizedOperations: "bool",
      includeTopicAuthorizedOperations: "bool",
    },
    {
      ...throttled,
      brokers: [{ nodeId: "int32", host: "string", port: "int32", rack: "string?" }],
      clusterId: "string?",
      controllerId: "int32",
      topics: [
        {
          errorCode: "int16",
          name: "string",
          isInternal: "bool",
          partitions: [
            {
              errorCode: "int16",
              partitionIndex: "int32",
              leaderId: "int32",
              leaderEpoch: "int32",
              replicaNodes: ["int32"],
              isrNodes: ["int32"],
              offlineReplicas: ["int32"],
            },
          ],
          topicAuthorizedOperations: "int32",
        },
      ],
      clusterAuthorizedOperations: "int32",
    },
  ),
  offsetForLeaderEpoch: api(
    23,
    3,
    {
      replicaId: "int32",
      topics: [
        {
          topic: "string",
          partitions: [{ partition: "int32", currentLeaderEpoch: "int32", leaderEpoch: "int32" }],
        },
      ],
    },
    {
      ...throttled,
      topics: [
        {
          topic: "string",
          partitions: [
            {
              errorCode: "int16",
              partition: "int32",
              leaderEpoch: "int32",
              endOffset: "int64",
            },
          ],
        },
      ],
    },
  ),
  deleteRecords: api(
    21,
    1,
    {
      topics: [{ name: "string", partitions: [{ partitionIndex: "int32", offset: "int64" }] }],
      timeoutMs: "int32",
    },
    {
      ...throttled,
      topics: [
        {
          name: "string",
          partitions: [{ partitionIndex: "int32", lowWatermark: "int64", errorCode: "int16" }],
        },
      ],
    },
  ),
  createTopics: flexible(
    19,
    5,
    {
      topics: [
        {
          name: "string",
          numPartitions: "int32",
          replicationFactor: "int16",
          assignments: [{ partitionIndex: "int32", brokerIds: ["int32"] }],
          configs: [{ name: "string", value: "string?" }],
        },
      ],
      timeoutMs: "int32",
      validateOnly: "bool",
    },
    {
      ...throttled,
      topics: [
        {
          name: "string",
          errorCode: "int16",
          errorMessage: "string?",
          numPartitions: "int32",
          replicationFactor: "int16",
          configs: [
            {
              name: "string",
              value: "string?",
              readOnly: "bool",
              configSource: "int8",
              isSensitive: "bool",
            },
            "?",
          ],
        },
      ],
    },
  ),
  consumerGroupHeartbeat: flexible(
    68,
    0,
    {
      ...{ groupId: "string", memberId: "string", memberEpoch: "int32" },
      ...{ instanceId: "string?", rackId: "string?", rebalanceTimeoutMs: "int32" },
      subscribedTopicNames: ["string", "?"],
      serverAssignor: "string?",
      topicPartitions: [{ topicId: "uuid", partitions: ["int32"] }, "?"],
    },
    { ...result, errorMessage: "string?" },
  ),
  deleteTopics: flexible(
    20,
    5,
    { topicNames: ["string"], timeoutMs: "int32" },
    {
      ...throttled,
      responses: [{ name: "string?", errorCode: "int16", errorMessage: "string?" }],
    },
  ),
  createPartitions: api(
    37,
    1,
    {
      topics: [{ name: "string", count: "int32", assignments: [{ brokerIds: ["int32"] }, "?"] }],
      timeoutMs: "int32",
      validateOnly: "bool",
    },
    {
      ...throttled,
      results: [{ name: "string", errorCode: "int16", errorMessage: "string?" }],
    },
  ),
  describeConfigs: api(
    32,
    2,
    {
      resources: [
        { resourceType: "int8", resourceName: "string", configurationKeys: ["string", "?"] },
      ],
      includeSynonyms: "bool",
    },
    {
      ...throttled,
      results: [
        {
          errorCode: "int16",
          errorMessage: "string?",
          resourceType: "int8",
          resourceName: "string",
          configs: [
            {
              name: "string",
              value: "string?",
              readOnly: "bool",
              configSource: "int8",
              isSensitive: "bool",
              synonyms: [{ name: "string", value: "string?", source: "int8" }],
            },
          ],
        },
      ],
    },
  ),
  incrementalAlterConfigs: api(
    44,
    0,
    {
      resources: [
        {
          resourceType: "int8",
          resourceName: "string",
          configs: [{ name: "string", configOperation: "int8", value: "string?" }],
        },
      ],
      validateOnly: "bool",
    },
    {
      ...throttled,
      responses: [
        {
          errorCode: "int16",
          errorMessage: "string?",
          resourceType: "int8",
          resourceName: "string",
        },
      ],
    },
  ),
  findCoordinator: api(
    10,
    2,
    { key: "string", keyType: "int8" },
    { ...result, errorMessage: "string?", nodeId: "int32", host: "string", port: "int32" },
  ),
  alterClientQuotas: api(
    49,
    0,
    {
      entries: [{ entity: quotaEntity, ops: [{ ...quota, remove: "bool" }] }],
      validateOnly: "bool",
    },
    {
      ...throttled,
      entries: [{ errorCode: "int16", errorMessage: "string?", entity: quotaEntity }],
    },
  ),
  describeClientQuotas: api(
    48,
    0,
    {
      components: [{ entityType: "string", matchType: "int8", match: "string?" }],
      strict: "bool",
    },
    {
      ...result,
      errorMessage: "string?",
      entries: [{ entity: quotaEntity, values: [quota] }, "?"],
    },
  ),
  joinGroup: api(
    11,
    5,
    {
      groupId: "string",
      sessionTimeoutMs: "int32",
      rebalanceTimeoutMs: "int32",
      memberId: "string",
      groupInstanceId: "string?",
      protocolType: "string",
      protocols: [{ name: "string", metadata: "bytes" }],
    },
    {
      ...result,
      generationId: "int32",
      protocolName: "string",
      leader: "string",
      memberId: "string",
      members: [{ memberId: "string", groupInstanceId: "string?", metadata: "bytes" }],
    },
  ),
  syncGroup: api(
    14,
    3,
    {
      ...member,
      groupInstanceId: "string?",
      assignments: [{ memberId: "string", assignment: "bytes" }],
    },
    { ...result, assignment: "bytes" },
  ),
  heartbeat: api(12, 3, { ...member, groupInstanceId: "string?" }, result),
  leaveGroup: api(
    13,
    3,
    { groupId: "string", members: [{ memberId: "string", groupInstanceId: "string?" }] },
    {
      ...result,
      members: [{ memberId: "string", groupInstanceId: "string?", errorCode: "int16" }],
    },
  ),
  offsetCommit: api(
    8,
    7,
    {
      ...member,
      groupInstanceId: "string?",
      topics: [
        {
          name: "string",
          partitions: [
            {
              partitionIndex: "int32",
              committedOffset: "int64",
              committedLeaderEpoch: "int32",
              committedMetadata: "string?",
            },
          ],
        },
      ],
    },
    { ...throttled, topics: [{ name: "string", partitions: [failed] }] },
  ),
  offsetFetch: flexible(
    9,
    7,
    {
      groupId: "string",
      topics: [{ name: "string", partitionIndexes: ["int32"] }, "?"],
      requireStable: "bool",
    },
    {
      ...throttled,
      topics: [
        {
          name: "string",
          partitions: [
            {
              partitionIndex: "int32",
              committedOffset: "int64",
              committedLeaderEpoch: "int32",
              metadata: "string?",
              errorCode: "int16",
            },
          ],
        },
      ],
      errorCode: "int16",
    },
  ),
  offsetDelete: api(
    47,
    0,
    {
      groupId: "string",
      topics: [{ name: "string", partitions: [{ partitionIndex: "int32" }] }],
    },
    {
      errorCode: "int16",
      ...throttled,
      topics: [{ name: "string", partitions: [failed] }],
    },
  ),
  deleteGroups: api(
    42,
    1,
    { groupsNames: ["string"] },
    {
      ...throttled,
      results: [{ groupId: "string", errorCode: "int16" }],
    },
  ),
  describeGroups: api(
    15,
    4,
    { groups: ["string"], includeAuthorizedOperations: "bool" },
    {
      ...throttled,
      groups: [
        {
          errorCode: "int16",
          groupId: "string",
          groupState: "string",
          protocolType: "string",
          protocolData: "string",
          members: [
            {
              memberId: "string",
              groupInstanceId: "string?",
              clientId: "string",
              clientHost: "string",
              memberMetadata: "bytes",
              memberAssignment: "bytes",
            },
          ],
          authorizedOperations: "int32",
        },
      ],
    },
  ),
  initProducerId: flexible(
    22,
    4,
    { transactionalId: "string?", transactionTimeoutMs: "int32", ...producer },
    { ...result, ...producer },
  ),
  addPartitionsToTxn: flexible(
    24,
    3,
    {
      transactionalId: "string",
      ...producer,
      topics: [{ name: "string", partitions: ["int32"] }],
    },
    { ...throttled, results: [{ name: "string", partitions: [failed] }] },
  ),
  addOffsetsToTxn: flexible(
    25,
    3,
    { transactionalId: "string", ...producer, groupId: "string" },
    result,
  ),
  endTxn: flexible(26, 3, { transactionalId: "string", ...producer, committed: "bool" }, result),
  txnOffsetCommit: flexible(
    28,
    3,
    {
      transactionalId: "string",
      groupId: "string",
      ...producer,
      generationId: "int32",
      memberId: "string",
      groupInstanceId: "string?",
      topics: [
        {
          name: "string",
          partitions: [
            {
              partitionIndex: "int32",
              committedOffset: "int64",
              committedLeaderEpoch: "int32",
              committedMetadata: "string?",
            },
          ],
        },
      ],
    },
    { ...throttled, topics: [{ name: "string", partitions: [failed] }] },
  ),
  updateFeatures: flexible(
    57,
    1,
    {
      timeoutMs: "int32",
      featureUpdates: [{ feature: "string", maxVersionLevel: "int16", upgradeType: "int8" }],
      validateOnly: "bool",
    },
    {
      ...result,
      errorMessage: "string?",
      results: [{ feature: "string", errorCode: "int16", errorMessage: "string?" }],
    },
  ),
  describeTransactions: flexible(
    65,
    0,
    { transactionalIds: ["string"] },
    {
      ...throttled,
      states: [
        {
          errorCode: "int16",
          transactionalId: "string",
          state: "string",
          timeoutMs: "int32",
          startTimeMs: "int64",
          ...producer,
          topics: [{ topic: "string", partitions: ["int32"] }],
        },
      ],
    },
  ),
} as const satisfies Readonly<Record<string, Api>>;
