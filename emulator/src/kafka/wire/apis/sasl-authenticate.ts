/** https://kafka.apache.org/protocol#The_Messages_SaslAuthenticate */
export const saslAuthenticate = {
  key: 36,
  name: "SaslAuthenticate",
  versions: [0, 2],
  flexible: 2,
  request: {
    authBytes: "bytes",
  },
  response: {
    errorCode: "int16",
    errorMessage: "string? = null",
    authBytes: "bytes",
    sessionLifetimeMs: "int64 1+",
  },
} as const;
