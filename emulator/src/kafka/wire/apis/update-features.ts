/** https://kafka.apache.org/protocol#The_Messages_UpdateFeatures */
export const updateFeatures = {
  key: 57,
  name: "UpdateFeatures",
  versions: [0, 2],
  flexible: 0,
  request: {
    timeoutMs: "int32 = 60000",
    featureUpdates: [
      {
        feature: "string",
        maxVersionLevel: "int16",
        allowDowngrade: "bool 0-0",
        upgradeType: "int8 1+ = 1",
      },
    ],
    validateOnly: "bool 1+",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string?",
    results: ["0-1", { feature: "string", errorCode: "int16", errorMessage: "string?" }],
  },
} as const;
