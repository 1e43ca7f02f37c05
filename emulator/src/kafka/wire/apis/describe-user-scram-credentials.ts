/** https://kafka.apache.org/protocol#The_Messages_DescribeUserScramCredentials */
export const describeUserScramCredentials = {
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: [0, 0],
  flexible: 0,
  request: {
    users: ["?", { name: "string" }],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    results: [
      {
        user: "string",
        errorCode: "int16",
        errorMessage: "string? = null",
        credentialInfos: [{ mechanism: "int8", iterations: "int32" }],
      },
    ],
  },
} as const;
