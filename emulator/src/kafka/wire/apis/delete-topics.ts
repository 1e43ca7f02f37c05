/** https://kafka.apache.org/protocol#The_Messages_DeleteTopics */
export const deleteTopics = {
  key: 20,
  name: "DeleteTopics",
  versions: [0, 6],
  flexible: 4,
  request: {
    topics: ["6+", { name: "string?", topicId: "uuid" }],
    topicNames: ["0-5", "string"],
    timeoutMs: "int32",
  },
  response: {
    throttleTimeMs: "int32 1+",
    responses: [
      {
        name: "string?",
        topicId: "uuid 6+",
        errorCode: "int16",
        errorMessage: "string? 5+",
      },
    ],
  },
} as const;
