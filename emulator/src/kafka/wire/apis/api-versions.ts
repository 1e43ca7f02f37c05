/** https://kafka.apache.org/protocol#The_Messages_ApiVersions */
export const apiVersions = {
  key: 18,
  name: "ApiVersions",
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: "string 3+",
    clientSoftwareVersion: "string 3+",
  },
  response: {
    errorCode: "int16",
    apiKeys: [{ apiKey: "int16", minVersion: "int16", maxVersion: "int16" }],
    throttleTimeMs: "int32 1+",
    supportedFeatures: ["3+ #0", { name: "string", minVersion: "int16", maxVersion: "int16" }],
    finalizedFeaturesEpoch: "int64 3+ #1 = -1",
    finalizedFeatures: [
      "3+ #2",
      { name: "string", maxVersionLevel: "int16", minVersionLevel: "int16" },
    ],
    zkMigrationReady: "bool 3+ #3",
  },
} as const;
