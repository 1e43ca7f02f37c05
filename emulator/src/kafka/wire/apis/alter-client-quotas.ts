/** https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas */
export const alterClientQuotas = {
  key: 49,
  name: "AlterClientQuotas",
  versions: [0, 1],
  flexible: 1,
  request: {
    entries: [
      {
        entity: [{ entityType: "string", entityName: "string?" }],
        ops: [{ key: "string", value: "float64", remove: "bool" }],
      },
    ],
    validateOnly: "bool",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    entries: [
      {
        errorCode: "int16",
        errorMessage: "string? = null",
        entity: [{ entityType: "string", entityName: "string?" }],
      },
    ],
  },
} as const;
