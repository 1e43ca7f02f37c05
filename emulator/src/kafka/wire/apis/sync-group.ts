/** https://kafka.apache.org/protocol#The_Messages_SyncGroup */
export const syncGroup = {
  key: 14,
  name: "SyncGroup",
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: "string",
    generationId: "int32",
    memberId: "string",
    groupInstanceId: "string? 3+",
    protocolType: "string? 5+",
    protocolName: "string? 5+",
    assignments: [{ memberId: "string", assignment: "bytes" }],
  },
  response: {
    throttleTimeMs: "int32 1+",
    errorCode: "int16",
    protocolType: "string? 5+",
    protocolName: "string? 5+",
    assignment: "bytes",
  },
} as const;
