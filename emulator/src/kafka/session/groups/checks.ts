/** What every request of a group's members is checked for. */
import { KafkaError } from "../../model/errors.ts";
import { may } from "../authorization.ts";
import type { Call } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

/** @throws {KafkaError} GROUP_AUTHORIZATION_FAILED, INVALID_GROUP_ID, NOT_COORDINATOR */
export function checkReader(call: Call, groupId: string): void {
  if (!may(call, "Read", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  checkCoordinator(call, "group", groupId);
}

/** Whether there are groups of KIP-848. @throws {KafkaError} UNSUPPORTED_VERSION */
export function checkConsumerProtocol({ cluster }: Call): void {
  const protocols = cluster.configs.get("group.coordinator.rebalance.protocols").split(",");
  if (cluster.features.level("group.version") === 0 || !protocols.includes("consumer"))
    throw new KafkaError("UNSUPPORTED_VERSION");
}
