/**
 * DescribeGroups, 0–6: groups of the classic protocol, with their members and, while stable, what these are assigned. One
 * that there is not is `Dead`, which is an error only from 6 on (KIP-1043).
 */
import { KafkaError } from "../../model/errors.ts";
import { describeGroups } from "../../wire/apis/describe-groups.ts";
import type { ResponseOf } from "../../wire/layout.ts";
import { authorizedOperations, may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";
import { textOf } from "./texts.ts";

type Described = ResponseOf<typeof describeGroups>["groups"][number];

export const describeGroupsRow: Row = row(describeGroups, [0, 6], (request, call) => ({
  groups: request.groups.map((groupId) => {
    const group = describeOrRefuse(call, groupId);
    if (group.errorCode !== 0 || !request.includeAuthorizedOperations) return group;
    return { ...group, authorizedOperations: authorizedOperations(call, "Group", groupId) };
  }),
}));

function describeOrRefuse(call: Call, groupId: string): Described {
  try {
    return describe(call, groupId);
  } catch (error) {
    if (error instanceof KafkaError) return refused(groupId, error, call.version);
    throw error;
  }
}

function describe(call: Call, groupId: string): Described {
  if (!may(call, "Describe", "Group", groupId)) throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
  checkCoordinator(call, "group", groupId);
  const { state, protocolType, protocolName, members } =
    call.cluster.groups.describeClassic(groupId);
  return {
    errorCode: 0,
    groupId,
    groupState: state,
    protocolType,
    protocolData: protocolName,
    members: members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: member.metadata,
      memberAssignment: member.assignment,
    })),
  };
}

function refused(groupId: string, error: KafkaError, version: number): Described {
  const isMissing = error.error === "GROUP_ID_NOT_FOUND";
  return {
    errorCode: isMissing && version < 6 ? 0 : error.code,
    errorMessage: textOf(error),
    groupId,
    groupState: isMissing ? "Dead" : "",
    protocolType: "",
    protocolData: "",
    members: [],
  };
}
