/**
 * DescribeCluster, 0–2: which brokers there are. Controllers tell of themselves to who asks them; none listens here.
 * https://kafka.apache.org/protocol#The_Messages_DescribeCluster, KIP-700, KIP-919
 */
import { KafkaError } from "../../model/errors.ts";
import { describeCluster } from "../../wire/apis/describe-cluster.ts";
import { authorizedOperations, may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { failure } from "./failure.ts";

const BROKERS = 1;
const CONTROLLERS = 2;

export const describeClusterRow: Row = row(describeCluster, [0, 2], (request, call) => {
  const { cluster } = call;
  const { endpointType, includeClusterAuthorizedOperations: mayAsk } = request;
  if (endpointType !== BROKERS)
    return {
      ...failure(wrongEndpoint(endpointType)),
      endpointType: BROKERS,
      clusterId: "",
      brokers: [],
    };
  return {
    errorCode: 0,
    clusterId: cluster.id,
    controllerId: cluster.controller,
    brokers: cluster.nodes
      .filter(({ port }) => port > 0)
      .map((node) => {
        const { nodeId: brokerId, ...address } = call.addressOf(node);
        return { brokerId, ...address };
      }),
    ...(mayAsk ? { clusterAuthorizedOperations: operationsOf(call) } : {}),
  };
});

function operationsOf(call: Call): number {
  return may(call, "Describe", "Cluster", "kafka-cluster")
    ? authorizedOperations(call, "Cluster", "kafka-cluster")
    : 0;
}

function wrongEndpoint(type: number): KafkaError {
  if (type !== CONTROLLERS)
    return new KafkaError("UNSUPPORTED_ENDPOINT_TYPE", `Unsupported endpoint type ${type}`);
  return new KafkaError(
    "MISMATCHED_ENDPOINT_TYPE",
    "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
  );
}
