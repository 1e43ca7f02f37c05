/** https://kafka.apache.org/protocol#The_Messages_JoinGroup */
export const joinGroup = {
  key: 11,
  name: "JoinGroup",
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: "string",
    sessionTimeoutMs: "int32",
    rebalanceTimeoutMs: "int32 1+ = -1",
    memberId: "string",
    groupInstanceId: "string? 5+",
    protocolType: "string",
    protocols: [{ name: "string", metadata: "bytes" }],
    reason: "string? 8+",
  },
  response: {
    throttleTimeMs: "int32 2+",
    errorCode: "int16",
    generationId: "int32 = -1",
    protocolType: "string? 7+",
    protocolName: "string?",
    leader: "string",
    skipAssignment: "bool 9+",
    memberId: "string",
    members: [{ memberId: "string", groupInstanceId: "string? 5+", metadata: "bytes" }],
  },
} as const;
