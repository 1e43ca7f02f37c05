/**
 * LeaveGroup, 0–5: members leave at once instead of when their sessions end. From 3 on several, as when an administrator
 * removes static members by their instance ids (KIP-345); before, the one member's error is the answer's.
 */
import { refusalOf } from "../../model/errors.ts";
import type { LeaveAnswer, MemberIdentity } from "../../model/group-contract.ts";
import { leaveGroup } from "../../wire/apis/leave-group.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import type { RequestOf } from "../../wire/layout.ts";
import { type Row, row } from "../handling.ts";
import { checkReader } from "./checks.ts";

export const leaveGroupRow: Row = row(leaveGroup, [0, 5], (request, call) => {
  const leaving = membersOf(request, call.version);
  let answers: readonly LeaveAnswer[] = [];
  const refusal = refusalOf(() => {
    checkReader(call, request.groupId);
    answers = call.cluster.groups.leave(request.groupId, leaving);
  });
  // Nobody can be a member of a group that does not exist.
  if (refusal === "UNKNOWN_MEMBER_ID")
    answers = leaving.map((member) => ({ ...member, error: refusal }));
  else if (refusal !== "NONE") return { errorCode: errorCodes[refusal] };
  if (call.version < 3) return { errorCode: errorCodes[answers[0]?.error ?? "NONE"] };
  return {
    errorCode: 0,
    members: answers.map(({ memberId, instanceId, error }) => ({
      memberId,
      groupInstanceId: instanceId,
      errorCode: errorCodes[error],
    })),
  };
});

function membersOf(
  { memberId, members }: RequestOf<typeof leaveGroup>,
  version: number,
): MemberIdentity[] {
  if (version < 3) return [{ memberId, instanceId: null }];
  return members.map((member) => ({
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
  }));
}
