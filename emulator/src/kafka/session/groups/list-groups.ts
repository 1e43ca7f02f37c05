/** ListGroups, 0–5: the groups that this node coordinates, by state (4, KIP-518) and by type (5, KIP-848). */
import { listGroups } from "../../wire/apis/list-groups.ts";
import { may } from "../authorization.ts";
import { type Row, row } from "../handling.ts";

export const listGroupsRow: Row = row(listGroups, [0, 5], ({ statesFilter, typesFilter }, call) => {
  const { cluster, node } = call;
  const states = new Set(statesFilter.map(plain));
  const types = new Set(typesFilter.map(plain));
  const seesAll = may(call, "Describe", "Cluster", "kafka-cluster");
  const groups = [...cluster.groups.all].filter(
    ({ id, state, kind }) =>
      cluster.coordinatorOf("group", id).id === node.id &&
      (states.size === 0 || states.has(plain(state))) &&
      (types.size === 0 || types.has(kind)) &&
      (seesAll || may(call, "Describe", "Group", id)),
  );
  return {
    errorCode: 0,
    groups: groups.map(({ id: groupId, protocolType, state: groupState, kind: groupType }) => {
      return { groupId, protocolType, groupState, groupType };
    }),
  };
});

function plain(word: string): string {
  return word.trim().toLowerCase();
}
