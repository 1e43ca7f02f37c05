/** https://kafka.apache.org/protocol#The_Messages_ListConfigResources */
export const listConfigResources = {
  key: 74,
  name: "ListConfigResources",
  versions: [0, 1],
  flexible: 0,
  request: {
    resourceTypes: ["1+", "int8"],
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    configResources: [{ resourceName: "string", resourceType: "int8 1+ = 16" }],
  },
} as const;
