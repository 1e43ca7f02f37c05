/** Who joins a classic group, and how: for the first time, again, or as the static member that somebody was. */
import { randomUUID } from "node:crypto";
import { refusalOf } from "../../errors.ts";
import type { GroupClient, JoinAnswer, JoinRequest } from "../../group-contract.ts";
import { joinAnswer, refusedJoin } from "./answers.ts";
import { isFull, supports } from "./checks.ts";
import type { ClassicGroup } from "./group.ts";
import type { ClassicMember } from "./member.ts";

/** `most`: how many members a group may have. */
export function joinClassic(
  group: ClassicGroup,
  request: JoinRequest,
  client: GroupClient,
  most: number,
): JoinAnswer | Promise<JoinAnswer> {
  const { memberId, instanceId } = request;
  const known = group.members.get(memberId);
  const isCrowded = memberId === "" && group.expected.isFull;
  if (isCrowded || isFull(group, known, most)) {
    group.expected.delete(memberId);
    if (known !== undefined) group.remove(known);
    return refusedJoin("GROUP_MAX_SIZE_REACHED", "");
  }
  if (!supports(group, request)) return refusedJoin("INCONSISTENT_GROUP_PROTOCOL", memberId);
  if (memberId === "") return joinNew(group, request, client);
  if (group.expected.has(memberId)) {
    // Static members are never told an id first.
    if (instanceId !== null) return refusedJoin("UNKNOWN_SERVER_ERROR", "");
    return group.add(request, request, client);
  }
  const refusal = refusalOf(() => group.members.find(request));
  if (known === undefined || refusal !== "NONE") return refusedJoin(refusal, memberId);
  return rejoin(group, request, known);
}

function joinNew(
  group: ClassicGroup,
  request: JoinRequest,
  client: GroupClient,
): JoinAnswer | Promise<JoinAnswer> {
  const { instanceId } = request;
  const memberId = `${instanceId ?? client.clientId}-${randomUUID()}`;
  if (instanceId !== null) {
    const old = group.members.ofInstance(instanceId);
    if (old !== undefined) return comeBack(group, old, memberId, request);
  } else if (request.needsMemberId) {
    group.expected.add(memberId, request.sessionTimeout);
    return refusedJoin("MEMBER_ID_REQUIRED", memberId);
  }
  return group.add({ memberId, instanceId }, request, client);
}

function rejoin(
  group: ClassicGroup,
  request: JoinRequest,
  member: ClassicMember,
): JoinAnswer | Promise<JoinAnswer> {
  const leads = member.memberId === group.members.leader;
  const asks =
    group.state === "PreparingRebalance" ||
    !member.matches(request.protocols) ||
    // A leader that joins again while nothing happens has seen that partitions or topics changed.
    (group.state === "Stable" && leads);
  if (asks) return group.rebalanceWith(member, request);
  return joinAnswer(group, member, leads && group.state === "CompletingRebalance");
}

/** KIP-345: a static member has what it had, without a rebalance, where it does not change what all speak. */
function comeBack(
  group: ClassicGroup,
  old: ClassicMember,
  memberId: string,
  request: JoinRequest,
): JoinAnswer | Promise<JoinAnswer> {
  const { leader } = group.members;
  const member = group.succeed(old, memberId, request);
  if (group.state !== "Stable" || group.members.electProtocol() !== group.protocol)
    return group.rebalanceWith(member, request);
  const leads = memberId === group.members.leader;
  if (request.canSkipAssignment)
    return { ...joinAnswer(group, member, leads), skipAssignment: leads };
  // Told the old leader's id, it does not take itself for the leader, and syncs to what is assigned already.
  return { ...joinAnswer(group, member, false), leader };
}
