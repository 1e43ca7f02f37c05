/** https://kafka.apache.org/protocol#The_Messages_DescribeGroups */
export const describeGroups = {
  key: 15,
  name: "DescribeGroups",
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: ["string"],
    includeAuthorizedOperations: "bool 3+",
  },
  response: {
    throttleTimeMs: "int32 1+",
    groups: [
      {
        errorCode: "int16",
        errorMessage: "string? 6+",
        groupId: "string",
        groupState: "string",
        protocolType: "string",
        protocolData: "string",
        members: [
          {
            memberId: "string",
            groupInstanceId: "string? 4+",
            clientId: "string",
            clientHost: "string",
            memberMetadata: "bytes",
            memberAssignment: "bytes",
          },
        ],
        authorizedOperations: "int32 3+ = -2147483648",
      },
    ],
  },
} as const;
