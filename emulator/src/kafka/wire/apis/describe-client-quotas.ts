/** https://kafka.apache.org/protocol#The_Messages_DescribeClientQuotas */
export const describeClientQuotas = {
  key: 48,
  name: "DescribeClientQuotas",
  versions: [0, 1],
  flexible: 1,
  request: {
    components: [{ entityType: "string", matchType: "int8", match: "string?" }],
    strict: "bool",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    entries: [
      "?",
      {
        entity: [{ entityType: "string", entityName: "string?" }],
        values: [{ key: "string", value: "float64" }],
      },
    ],
  },
} as const;
