/** https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
export const describeConfigs = {
  key: 32,
  name: "DescribeConfigs",
  versions: [0, 4],
  flexible: 4,
  request: {
    resources: [
      {
        resourceType: "int8",
        resourceName: "string",
        configurationKeys: ["?", "string"],
      },
    ],
    includeSynonyms: "bool 1+",
    includeDocumentation: "bool 3+",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    results: [
      {
        errorCode: "int16",
        errorMessage: "string? = null",
        resourceType: "int8",
        resourceName: "string",
        configs: [
          {
            name: "string",
            value: "string?",
            readOnly: "bool",
            isDefault: "bool 0",
            configSource: "int8 1+ = -1",
            isSensitive: "bool",
            synonyms: ["1+", { name: "string", value: "string?", source: "int8" }],
            configType: "int8 3+",
            documentation: "string? 3+",
          },
        ],
      },
    ],
  },
} as const;
