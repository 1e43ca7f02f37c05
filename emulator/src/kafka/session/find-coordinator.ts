/**
 * FindCoordinator, 0–6: which node answers for a group or a transactional id; from 4 on for many at once (KIP-699).
 * Up to version 3 the message of success is the word NONE, as Kafka's.
 */
import { KafkaError } from "../model/errors.ts";
import { makeCoordinatorTopic } from "../model/topics/internal-topics.ts";
import type { Node } from "../model/contract.ts";
import { findCoordinator } from "../wire/apis/find-coordinator.ts";
import { may } from "./authorization.ts";
import { type Call, type NodeAddress, type Row, row } from "./handling.ts";

/** What Kafka says of every request that makes no sense. */
const MALFORMED =
  "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.";
const NOBODY = { nodeId: -1, host: "", port: -1 } as const;

export const findCoordinatorRow: Row = row(findCoordinator, [0, 6], (request, call) => {
  const { key, keyType, coordinatorKeys } = request;
  if (call.version >= 4) {
    const coordinators = coordinatorKeys.map((each) => {
      const { node, error } = lookUp(call, keyType, each);
      const { nodeId, host, port } = node;
      return { key: each, nodeId, host, port, errorCode: error?.code ?? 0, errorMessage: "" };
    });
    return { coordinators, errorCode: 0, nodeId: -1, host: "", port: -1 };
  }
  const { node, error } = lookUp(call, keyType, key);
  const { nodeId, host, port } = node;
  return {
    errorCode: error?.code ?? 0,
    errorMessage: error?.message ?? "NONE",
    nodeId,
    host,
    port,
  };
});

function lookUp(
  call: Call,
  keyType: number,
  key: string,
): { node: Pick<NodeAddress, "nodeId" | "host" | "port">; error?: KafkaError } {
  switch (keyType) {
    case 0:
      if (may(call, "Describe", "Group", key))
        return { node: call.addressOf(coordinatorOf(call, "group", key)) };
      return { node: NOBODY, error: new KafkaError("GROUP_AUTHORIZATION_FAILED") };
    case 1:
      if (may(call, "Describe", "TransactionalId", key))
        return { node: call.addressOf(coordinatorOf(call, "transaction", key)) };
      return { node: NOBODY, error: new KafkaError("TRANSACTIONAL_ID_AUTHORIZATION_FAILED") };
    case 2:
      // Share groups (KIP-932) are switched off, as they are by default.
      return {
        node: NOBODY,
        error: new KafkaError(call.version < 6 ? "INVALID_REQUEST" : "COORDINATOR_NOT_AVAILABLE"),
      };
    default:
      throw new KafkaError("INVALID_REQUEST", MALFORMED);
  }
}

/** Kafka answers COORDINATOR_NOT_AVAILABLE until the topic is there, which here it is at once. */
function coordinatorOf({ cluster }: Call, kind: "group" | "transaction", key: string): Node {
  makeCoordinatorTopic(cluster, kind);
  return cluster.coordinatorOf(kind, key);
}
