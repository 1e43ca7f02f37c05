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
