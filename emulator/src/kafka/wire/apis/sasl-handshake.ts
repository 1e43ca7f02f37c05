/** https://kafka.apache.org/protocol#The_Messages_SaslHandshake */
export const saslHandshake = {
  key: 17,
  name: "SaslHandshake",
  versions: [0, 1],
  flexible: null,
  request: {
    mechanism: "string",
  },
  response: {
    errorCode: "int16",
    mechanisms: ["string"],
  },
} as const;
