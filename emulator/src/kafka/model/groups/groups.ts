/** The group coordinator: what requests ask of groups, whichever protocol these are of. */
import type { Groups } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import type {
  ConsumerHeartbeat,
  ConsumerHeartbeatAnswer,
  GroupClient,
  JoinAnswer,
  JoinRequest,
  OffsetCommitter,
  SyncAnswer,
  SyncRequest,
} from "../group-contract.ts";
import { describeClassic, refusedJoin, refusedSync } from "./classic/answers.ts";
import { joinClassic } from "./classic/joining.ts";
import { checkHeartbeat } from "./consumer/checks.ts";
import {
  heartbeatAsClassic,
  joinAsClassic,
  leaveAsClassic,
  syncAsClassic,
} from "./consumer/classic-side.ts";
import { describeConsumer } from "./consumer/description.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import { checkConsumersCommit, checkConsumersFetch, reads } from "./offset-checks.ts";
import { fillGroups, type GroupsData, groupsToData } from "./snapshot.ts";
import { type AnyGroup, type GroupsTerms, GroupTable } from "./table.ts";

export type { GroupsTerms };

/** The groups of a cluster, as the cluster holds them. */
export interface GroupCoordinator extends Groups {
  snapshot(): unknown;
  restore(snapshot: unknown, time: number): void;
  close(): void;
}

export function createGroups(terms: GroupsTerms): GroupCoordinator {
  const table = new GroupTable(terms);
  const { host } = table;
  return {
    get all() {
      return table.all;
    },
    get: (id) => table.get(id),
    offsetsOf: (id) => table.offsetsOf(id),
    reader: (client, topic, partition) =>
      table.readers.find(client, topic.name, partition, table.all, host.topics),
    onCommit: (listener) => table.onCommit(listener),

    join: async (request, client) => join(table, request, client),
    sync: async (request) => sync(table, request),
    heartbeat(request) {
      const group = memberGroup(table, request.groupId);
      if (group.kind === "classic") group.heartbeat(request);
      else heartbeatAsClassic(group, host, request);
    },
    leave(groupId, members) {
      const group = memberGroup(table, groupId);
      return group.kind === "classic" ? group.leave(members) : leaveAsClassic(group, members);
    },
    consumerHeartbeat: (request, client) => consumerHeartbeat(table, request, client),

    checkCommit: (by) => checkCommit(table, by),
    checkFetch(groupId, memberId, memberEpoch) {
      const group = table.find(groupId);
      if (group.kind === "consumer") checkConsumersFetch(group, memberId, memberEpoch);
    },
    subscribes(groupId, topic) {
      const group = table.find(groupId);
      if (group.kind === "classic" && group.state !== "Empty" && !group.usesConsumerProtocol)
        throw new KafkaError("NON_EMPTY_GROUP");
      return reads(group, topic);
    },
    delete(groupId) {
      if (table.find(groupId).state !== "Empty") throw new KafkaError("NON_EMPTY_GROUP");
      table.delete(groupId);
    },

    describeClassic(groupId) {
      const group = table.find(groupId);
      if (group.kind === "classic") return describeClassic(group);
      throw new KafkaError("GROUP_ID_NOT_FOUND", `Group ${groupId} is not a classic group.`);
    },
    describeConsumer: (groupId) => describeConsumer(consumerGroup(table, groupId)),

    snapshot: () => groupsToData(table),
    restore(snapshot, time) {
      table.clear();
      fillGroups(table, snapshot as GroupsData, host.clock.now() - time);
    },
    close: () => table.close(),
  };
}

function join(
  table: GroupTable,
  request: JoinRequest,
  client: GroupClient,
): JoinAnswer | Promise<JoinAnswer> {
  const { groupId, memberId, instanceId } = request;
  const group = table.get(groupId);
  if (group?.kind === "consumer" && group.state !== "Empty") {
    try {
      const old = instanceId === null ? undefined : group.ofInstance(instanceId);
      const answer = joinAsClassic(group, table.host, request, client);
      // It took the place of the last member that spoke the newer protocol.
      if (old?.terms.classic === null && speaksClassicOnly(group))
        table.downgrade(group, new Set());
      return answer;
    } catch (error) {
      return refusedJoin(nameOf(error), memberId);
    }
  }
  if (group?.kind !== "classic" && memberId !== "")
    return refusedJoin("UNKNOWN_MEMBER_ID", memberId);
  try {
    const most = table.host.maxSize("group.max.size");
    return joinClassic(table.classic(groupId), request, client, most);
  } catch (error) {
    return refusedJoin(nameOf(error), memberId);
  }
}

function sync(table: GroupTable, request: SyncRequest): SyncAnswer | Promise<SyncAnswer> {
  try {
    const group = memberGroup(table, request.groupId);
    if (group.kind === "classic") return group.sync(request);
    return syncAsClassic(group, table.host, request);
  } catch (error) {
    return refusedSync(nameOf(error));
  }
}

function consumerHeartbeat(
  table: GroupTable,
  request: ConsumerHeartbeat,
  client: GroupClient,
): ConsumerHeartbeatAnswer {
  checkHeartbeat(request, table.host.assignors);
  if (request.memberEpoch < 0) return consumerGroup(table, request.groupId).leave(request);
  if (request.memberEpoch === 0) return table.consumer(request.groupId).heartbeat(request, client);
  if (table.get(request.groupId) === undefined)
    throw new KafkaError("GROUP_ID_NOT_FOUND", `Consumer group ${request.groupId} not found.`);
  return consumerGroup(table, request.groupId).heartbeat(request, client);
}

/** Who only keeps offsets here (simple consumers, tools) has a group without members. */
function checkCommit(table: GroupTable, by: OffsetCommitter): void {
  const { groupId, generation, transactional, knowsEpochs } = by;
  const group = table.get(groupId);
  if (group === undefined) {
    if (generation >= 0 && knowsEpochs && !transactional) table.find(groupId);
    if (generation >= 0) throw new KafkaError("ILLEGAL_GENERATION");
    table.classic(groupId);
  } else if (group.kind === "classic") group.checkCommit(by);
  else checkConsumersCommit(group, by);
}

/** @throws {KafkaError} UNKNOWN_MEMBER_ID: nobody can be a member of a group that does not exist */
function memberGroup(table: GroupTable, groupId: string): AnyGroup {
  const group = table.get(groupId);
  if (group === undefined) throw new KafkaError("UNKNOWN_MEMBER_ID", `Group ${groupId} not found.`);
  return group;
}

/** @throws {KafkaError} GROUP_ID_NOT_FOUND */
function consumerGroup(table: GroupTable, groupId: string): ConsumerGroup {
  const group = table.find(groupId);
  if (group.kind === "consumer") return group;
  throw new KafkaError("GROUP_ID_NOT_FOUND", `Group ${groupId} is not a consumer group.`);
}

function speaksClassicOnly(group: ConsumerGroup): boolean {
  for (const { terms } of group.members.values()) if (terms.classic === null) return false;
  return true;
}

function nameOf(error: unknown): KafkaError["error"] {
  if (error instanceof KafkaError) return error.error;
  throw error;
}
