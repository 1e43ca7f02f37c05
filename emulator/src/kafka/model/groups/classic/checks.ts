/** Conditions on which a classic group takes a request. */
import type { JoinRequest, SyncRequest } from "../../group-contract.ts";
import type { ClassicGroup } from "./group.ts";
import type { ClassicMember } from "./member.ts";

export function supports(group: ClassicGroup, { protocolType, protocols }: JoinRequest): boolean {
  if (group.state === "Empty") return protocolType !== "" && protocols.length > 0;
  return protocolType === group.type && group.members.allSpeakOneOf(protocols);
}

/** While members join, only those count that have. */
export function isFull(
  group: ClassicGroup,
  known: ClassicMember | undefined,
  most: number,
): boolean {
  if (group.state === "Empty") return false;
  if (group.state !== "PreparingRebalance")
    return known === undefined && group.members.size >= most;
  if (known?.awaitsJoin === true) return false;
  let joined = 0;
  for (const { awaitsJoin } of group.members) if (awaitsJoin) joined++;
  return joined >= most;
}

/** KIP-559: a member that says what it believes the protocol to be. */
export function contradicts(
  { type, protocol }: ClassicGroup,
  { protocolType, protocolName }: SyncRequest,
): boolean {
  return differs(protocolType, type) || differs(protocolName, protocol);
}

function differs(said: string | null, own: string | null): boolean {
  return said !== null && own !== null && said !== own;
}
