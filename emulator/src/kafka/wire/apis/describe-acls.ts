/** https://kafka.apache.org/protocol#The_Messages_DescribeAcls */
export const describeAcls = {
  key: 29,
  name: "DescribeAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    resourceTypeFilter: "int8",
    resourceNameFilter: "string?",
    patternTypeFilter: "int8 1+ = 3",
    principalFilter: "string?",
    hostFilter: "string?",
    operation: "int8",
    permissionType: "int8",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    resources: [
      {
        resourceType: "int8",
        resourceName: "string",
        patternType: "int8 1+ = 3",
        acls: [
          {
            principal: "string",
            host: "string",
            operation: "int8",
            permissionType: "int8",
          },
        ],
      },
    ],
  },
} as const;
