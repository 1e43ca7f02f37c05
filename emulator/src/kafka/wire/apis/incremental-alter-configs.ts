/** https://kafka.apache.org/protocol#The_Messages_IncrementalAlterConfigs */
export const incrementalAlterConfigs = {
  key: 44,
  name: "IncrementalAlterConfigs",
  versions: [0, 1],
  flexible: 1,
  request: {
    resources: [
      {
        resourceType: "int8",
        resourceName: "string",
        configs: [{ name: "string", configOperation: "int8", value: "string?" }],
      },
    ],
    validateOnly: "bool",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    responses: [
      {
        errorCode: "int16",
        errorMessage: "string? = null",
        resourceType: "int8",
        resourceName: "string",
      },
    ],
  },
} as const;
