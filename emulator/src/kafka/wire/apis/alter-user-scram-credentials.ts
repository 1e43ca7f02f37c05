/** https://kafka.apache.org/protocol#The_Messages_AlterUserScramCredentials */
export const alterUserScramCredentials = {
  key: 51,
  name: "AlterUserScramCredentials",
  versions: [0, 0],
  flexible: 0,
  request: {
    deletions: [{ name: "string", mechanism: "int8" }],
    upsertions: [
      {
        name: "string",
        mechanism: "int8",
        iterations: "int32",
        salt: "bytes",
        saltedPassword: "bytes",
      },
    ],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    results: [{ user: "string", errorCode: "int16", errorMessage: "string? = null" }],
  },
} as const;
