/** https://kafka.apache.org/protocol#The_Messages_Heartbeat */
export const heartbeat = {
  key: 12,
  name: "Heartbeat",
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: "string",
    generationId: "int32",
    memberId: "string",
    groupInstanceId: "string? 3+",
  },
  response: {
    throttleTimeMs: "int32 1+",
    errorCode: "int16",
  },
} as const;
