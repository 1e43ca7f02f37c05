/** https://kafka.apache.org/protocol#The_Messages_ListGroups */
export const listGroups = {
  key: 16,
  name: "ListGroups",
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: ["4+", "string"],
    typesFilter: ["5+", "string"],
  },
  response: {
    throttleTimeMs: "int32 1+",
    errorCode: "int16",
    groups: [
      {
        groupId: "string",
        protocolType: "string",
        groupState: "string 4+",
        groupType: "string 5+",
      },
    ],
  },
} as const;
