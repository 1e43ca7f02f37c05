/**
 * Groups as plain data. As after a restart of a broker, stable groups go on when their members come back in time; what
 * was being rebalanced starts anew: its members are told that they are unknown, and join.
 */
import type { Assignment, GroupClient, GroupProtocol, MemberIdentity } from "../group-contract.ts";
import type { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import type { ConsumerMember, MemberTerms } from "./consumer/member.ts";
import type { Holding } from "./consumer/reconciliation.ts";
import { alarm } from "./host.ts";
import type { GroupOffsetsData } from "./offsets.ts";
import type { GroupTable } from "./table.ts";

interface ClassicData {
  readonly kind: "classic";
  readonly id: string;
  readonly stateSince: number;
  readonly generation: number;
  readonly type: string | null;
  readonly leader: string;
  /** Of a stable group; else none. */
  readonly members: readonly ClassicMemberData[];
}

interface ClassicMemberData extends MemberIdentity {
  readonly client: GroupClient;
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly protocols: readonly GroupProtocol[];
  readonly assignment: Uint8Array;
}

interface ConsumerData {
  readonly kind: "consumer";
  readonly id: string;
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly target: ReadonlyMap<string, Assignment>;
  readonly members: readonly ConsumerMemberData[];
}

interface ConsumerMemberData extends MemberIdentity {
  readonly terms: MemberTerms;
  readonly holding: Holding;
  readonly previousEpoch: number;
}

export interface GroupsData {
  readonly groups: readonly (ClassicData | ConsumerData)[];
  readonly offsets: readonly (readonly [id: string, offsets: GroupOffsetsData])[];
}

export function groupsToData(table: GroupTable): GroupsData {
  return {
    groups: [...table.all].map((group) =>
      group.kind === "classic" ? classicToData(group) : consumerToData(group),
    ),
    offsets: [...table.offsets].map((offsets) => [offsets.groupId, offsets.toData()]),
  };
}

/** Times of the snapshot are moved by `late`, ms. */
export function fillGroups(table: GroupTable, data: GroupsData, late: number): void {
  for (const group of data.groups)
    if (group.kind === "classic") fillClassic(table.classic(group.id), group, late);
    else fillConsumer(table, group);
  for (const [id, offsets] of data.offsets) table.offsetsOf(id).fill(offsets, late);
}

function classicToData(group: ClassicGroup): ClassicData {
  const { id, stateSince, generation, type } = group;
  const members = group.state === "Stable" ? [...group.members] : [];
  return {
    kind: "classic",
    id,
    stateSince,
    generation,
    type,
    leader: group.members.leader,
    members: members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      client: member.client,
      sessionTimeout: member.sessionTimeout,
      rebalanceTimeout: member.rebalanceTimeout,
      protocols: member.protocols,
      assignment: member.assignment,
    })),
  };
}

function fillClassic(group: ClassicGroup, data: ClassicData, late: number): void {
  if (data.members.length > 0) {
    const members = data.members.map((member) => {
      const { memberId, instanceId, client } = member;
      const made = group.member({ memberId, instanceId }, client);
      made.update({ ...member, protocols: member.protocols.map(revived) });
      made.assignment = Buffer.from(member.assignment);
      return made;
    });
    group.adopt(members, data.type ?? "", data.generation);
    group.members.leader = data.leader;
  }
  group.type = data.type;
  group.generation = data.generation;
  group.stateSince = data.stateSince + late;
}

function consumerToData(group: ConsumerGroup): ConsumerData {
  const { id, epoch, assignmentEpoch, target } = group;
  return {
    kind: "consumer",
    id,
    epoch,
    assignmentEpoch,
    target: new Map(target),
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      terms: member.terms,
      holding: member.holding,
      previousEpoch: member.previousEpoch,
    })),
  };
}

function fillConsumer(table: GroupTable, data: ConsumerData): void {
  const group = table.consumer(data.id);
  group.epoch = data.epoch;
  group.assignmentEpoch = data.assignmentEpoch;
  for (const { memberId, instanceId, terms, holding, previousEpoch } of data.members) {
    const member = group.enrol({ memberId, instanceId });
    const classic = terms.classic && {
      ...terms.classic,
      protocols: terms.classic.protocols.map(revived),
    };
    member.terms = { ...terms, classic };
    member.holding = holding;
    member.previousEpoch = previousEpoch;
    expectHeartbeat(table, group.id, member);
  }
  for (const [memberId, target] of data.target) group.target.set(memberId, target);
  group.noteTopics();
}

function expectHeartbeat(
  { host }: GroupTable,
  id: string,
  { terms, alarms }: ConsumerMember,
): void {
  const timeout = terms.classic?.sessionTimeout ?? host.groupConfig(id, "session.timeout.ms");
  alarm(host, timeout, alarms.session);
}

/** A structured clone has plain arrays of bytes. */
function revived({ name, metadata }: GroupProtocol): GroupProtocol {
  return { name, metadata: Buffer.from(metadata) };
}
