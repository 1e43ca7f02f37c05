/** https://kafka.apache.org/protocol#The_Messages_DescribeCluster */
export const describeCluster = {
  key: 60,
  name: "DescribeCluster",
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: "bool",
    endpointType: "int8 1+ = 1",
    includeFencedBrokers: "bool 2+",
  },
  response: {
    throttleTimeMs: "int32 = 0",
    errorCode: "int16",
    errorMessage: "string? = null",
    endpointType: "int8 1+ = 1",
    clusterId: "string",
    controllerId: "int32 = -1",
    brokers: [
      {
        brokerId: "int32",
        host: "string",
        port: "int32",
        rack: "string?",
        isFenced: "bool 2+",
      },
    ],
    clusterAuthorizedOperations: "int32 = -2147483648",
  },
} as const;
