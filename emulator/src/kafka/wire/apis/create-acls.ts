/** https://kafka.apache.org/protocol#The_Messages_CreateAcls */
export const createAcls = {
  key: 30,
  name: "CreateAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    creations: [
      {
        resourceType: "int8",
        resourceName: "string",
        resourcePatternType: "int8 1+ = 3",
        principal: "string",
        host: "string",
        operation: "int8",
        permissionType: "int8",
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    results: [{ errorCode: "int16", errorMessage: "string? = null" }],
  },
} as const;
