/** https://kafka.apache.org/protocol#The_Messages_DeleteGroups */
export const deleteGroups = {
  key: 42,
  name: "DeleteGroups",
  versions: [0, 2],
  flexible: 2,
  request: {
    groupsNames: ["string"],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    results: [{ groupId: "string", errorCode: "int16" }],
  },
} as const;
