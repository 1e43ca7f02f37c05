/** https://kafka.apache.org/protocol#The_Messages_LeaveGroup */
export const leaveGroup = {
  key: 13,
  name: "LeaveGroup",
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: "string",
    memberId: "string 0-2",
    members: ["3+", { memberId: "string", groupInstanceId: "string?", reason: "string? 5+" }],
  },
  response: {
    throttleTimeMs: "int32 1+",
    errorCode: "int16",
    members: ["3+", { memberId: "string", groupInstanceId: "string?", errorCode: "int16" }],
  },
} as const;
