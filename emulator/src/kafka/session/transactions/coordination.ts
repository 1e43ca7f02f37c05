/** How the coordinator's refusals become codes of answers. */
import { KafkaError } from "../../model/errors.ts";
import type { ErrorName } from "../../wire/error-codes.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import type { Call } from "../handling.ts";

/** @throws {KafkaError} NOT_COORDINATOR, where another node answers for this transactional id or group. */
export function checkCoordinator(call: Call, kind: "transaction" | "group", key: string): void {
  if (call.cluster.coordinatorOf(kind, key).id !== call.node.id) {
    throw new KafkaError("NOT_COORDINATOR");
  }
}

/** Clients whose request is older than `since` do not know PRODUCER_FENCED, and are told what they knew before (KIP-588). */
export function codeFor(error: ErrorName, version: number, since: number): number {
  const isUnknown = error === "PRODUCER_FENCED" && version < since;
  return errorCodes[isUnknown ? "INVALID_PRODUCER_EPOCH" : error];
}
