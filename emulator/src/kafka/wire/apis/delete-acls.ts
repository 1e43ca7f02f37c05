/** https://kafka.apache.org/protocol#The_Messages_DeleteAcls */
export const deleteAcls = {
  key: 31,
  name: "DeleteAcls",
  versions: [0, 3],
  flexible: 2,
  request: {
    filters: [
      {
        resourceTypeFilter: "int8",
        resourceNameFilter: "string?",
        patternTypeFilter: "int8 1+ = 3",
        principalFilter: "string?",
        hostFilter: "string?",
        operation: "int8",
        permissionType: "int8",
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    filterResults: [
      {
        errorCode: "int16",
        errorMessage: "string? = null",
        matchingAcls: [
          {
            errorCode: "int16",
            errorMessage: "string? = null",
            resourceType: "int8",
            resourceName: "string",
            patternType: "int8 1+ = 3",
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
