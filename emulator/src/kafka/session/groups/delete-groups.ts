/** DeleteGroups, 0–2: groups without members, with all that they have committed (KIP-229). */
import { KafkaError, refusalOf } from "../../model/errors.ts";
import { deleteGroups } from "../../wire/apis/delete-groups.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";
import { checkCoordinator } from "../transactions/coordination.ts";

export const deleteGroupsRow: Row = row(deleteGroups, [0, 2], ({ groupsNames }, call) => ({
  results: [...new Set(groupsNames)].map((groupId) => {
    const error = refusalOf(() => {
      if (!may(call, "Delete", "Group", groupId))
        throw new KafkaError("GROUP_AUTHORIZATION_FAILED");
      checkCoordinator(call, "group", groupId);
      call.cluster.groups.delete(groupId);
    });
    return { groupId, errorCode: errorCodes[error] };
  }),
}));
