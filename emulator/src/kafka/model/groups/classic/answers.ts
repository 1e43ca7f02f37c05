/** What a classic group answers to JoinGroup and SyncGroup, and says to who asks about it. */
import type { ErrorName } from "../../../wire/error-codes.ts";
import type { ClassicGroupDescription, JoinAnswer, SyncAnswer } from "../../group-contract.ts";
import type { ClassicGroup } from "./group.ts";
import { NOTHING, type ClassicMember } from "./member.ts";

/** `withMembers` for who is to assign. */
export function joinAnswer(
  group: ClassicGroup,
  { memberId }: ClassicMember,
  withMembers: boolean,
): JoinAnswer {
  const members = withMembers ? [...group.members] : [];
  return {
    error: "NONE",
    memberId,
    generation: group.generation,
    protocolType: group.type,
    protocolName: group.protocol,
    leader: group.members.leader,
    skipAssignment: false,
    members: members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      metadata: member.metadata(group.protocol),
    })),
  };
}

export function syncAnswer(group: ClassicGroup, { assignment }: ClassicMember): SyncAnswer {
  return {
    error: "NONE",
    protocolType: group.type,
    protocolName: group.protocol,
    assignment,
  };
}

/** Between generations nothing is told of what members have. (Kafka 4 goes on telling what they had.) */
export function describeClassic(group: ClassicGroup): ClassicGroupDescription {
  const stable = group.state === "Stable";
  return {
    id: group.id,
    state: group.state,
    protocolType: group.protocolType,
    protocolName: stable ? (group.protocol ?? "") : "",
    members: [...group.members].map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      ...member.client,
      metadata: stable ? member.metadata(group.protocol) : NOTHING,
      assignment: stable ? member.assignment : NOTHING,
    })),
  };
}

export function refusedJoin(error: ErrorName, memberId: string): JoinAnswer {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocolName: null,
    leader: "",
    skipAssignment: false,
    members: [],
  };
}

export function refusedSync(error: ErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NOTHING };
}
