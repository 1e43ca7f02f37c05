/**
 * Members of a consumer group that speak the classic protocol still, while a group is upgraded one by one: joining gives
 * them the member's epoch as their generation, syncing what they are assigned (KIP-848, "Online Consumer Group Upgrade").
 */
import { randomUUID } from "node:crypto";
import { KafkaError, refusalOf } from "../../errors.ts";
import type {
  ClassicHeartbeat,
  GroupClient,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  MemberIdentity,
  SyncAnswer,
  SyncRequest,
} from "../../group-contract.ts";
import { refusedJoin } from "../classic/answers.ts";
import { assignmentOf, embedded, subscriptionOf } from "../embedded-protocol.ts";
import { alarm, type GroupHost } from "../host.ts";
import type { ConsumerGroup } from "./group.ts";
import type { ClassicSide, ConsumerMember } from "./member.ts";

type ClassicSpeaker = readonly [ConsumerMember, ClassicSide];

/** @throws {KafkaError} */
export function joinAsClassic(
  group: ConsumerGroup,
  host: GroupHost,
  request: JoinRequest,
  client: GroupClient,
): JoinAnswer {
  const { instanceId, protocols, sessionTimeout } = request;
  const memberId = request.memberId === "" ? randomUUID() : request.memberId;
  const identity = { memberId, instanceId };
  group.checkSize(memberId);
  const [protocol] = protocols;
  if (protocol === undefined || !supports(group, request))
    throw new KafkaError("INCONSISTENT_GROUP_PROTOCOL");
  if (request.memberId === "" && instanceId === null && request.needsMemberId)
    return refusedJoin("MEMBER_ID_REQUIRED", memberId);
  const subscription = subscriptionOf(protocol.metadata);
  if (subscription === null) throw new KafkaError("UNKNOWN_SERVER_ERROR");

  const member = joining(group, request, identity);
  group.update(member, {
    client,
    rackId: subscription.rackId,
    rebalanceTimeout: request.rebalanceTimeout > 0 ? request.rebalanceTimeout : sessionTimeout,
    topicNames: subscription.topics,
    topicRegex: "",
    assignor: null,
    classic: { sessionTimeout, protocols },
  });
  group.reconcile(member, assignmentOf(subscription.ownedPartitions, host.topics));
  host.alarms.delete(member.alarms.join);
  alarm(host, sessionTimeout, member.alarms.session);
  alarm(host, member.terms.rebalanceTimeout, member.alarms.sync);
  return {
    ...refusedJoin("NONE", memberId),
    generation: member.epoch,
    protocolType: "consumer",
    protocolName: protocol.name,
  };
}

/** @throws {KafkaError} */
export function syncAsClassic(
  group: ConsumerGroup,
  host: GroupHost,
  request: SyncRequest,
): SyncAnswer {
  const [member, { sessionTimeout, protocols }] = speakerOf(group, request);
  checkGeneration(member, request.generation);
  const { protocolType, protocolName } = request;
  const [protocol] = protocols;
  if (
    protocol === undefined ||
    (protocolType !== null && protocolType !== "consumer") ||
    (protocolName !== null && protocolName !== protocol.name)
  )
    throw new KafkaError("INCONSISTENT_GROUP_PROTOCOL");
  if (group.epoch > member.epoch && member.holding.state !== "unrevoked") {
    expectJoin(host, member);
    throw new KafkaError("REBALANCE_IN_PROGRESS");
  }
  host.alarms.delete(member.alarms.sync);
  alarm(host, sessionTimeout, member.alarms.session);
  const assignment = embedded(member.holding.assigned, host.topics, protocol);
  return { error: "NONE", protocolType, protocolName, assignment };
}

/** @throws {KafkaError} */
export function heartbeatAsClassic(
  group: ConsumerGroup,
  host: GroupHost,
  request: ClassicHeartbeat,
): void {
  const [member, { sessionTimeout }] = speakerOf(group, request);
  checkGeneration(member, request.generation);
  alarm(host, sessionTimeout, member.alarms.session);
  const { state } = member.holding;
  if (
    member.epoch < group.epoch ||
    state === "unrevoked" ||
    (state === "unreleased" && canHaveMore(group, member))
  ) {
    expectJoin(host, member);
    throw new KafkaError("REBALANCE_IN_PROGRESS");
  }
}

/** Administrators remove members of either protocol by it. */
export function leaveAsClassic(
  group: ConsumerGroup,
  leaving: readonly MemberIdentity[],
): LeaveAnswer[] {
  const gone = new Set<ConsumerMember>();
  const answers = leaving.map(({ memberId, instanceId }): LeaveAnswer => {
    // An administrator names static members by their instance ids alone (KIP-345).
    const named = memberId === "" && instanceId !== null ? group.ofInstance(instanceId) : null;
    const error = refusalOf(() => gone.add(group.find(named ?? { memberId, instanceId })));
    return { memberId, instanceId, error };
  });
  if (gone.size > 0) group.fence(...gone);
  return answers;
}

/** Whether all but these speak the classic protocol, so that without them the group can go back to that. */
export function areLastOfTheirProtocol(
  group: ConsumerGroup,
  leaving: ReadonlySet<ConsumerMember>,
): boolean {
  if (group.members.size <= leaving.size) return false;
  for (const member of group.members.values())
    if ((member.terms.classic === null) !== leaving.has(member)) return false;
  return true;
}

function joining(
  group: ConsumerGroup,
  { memberId: known }: JoinRequest,
  identity: MemberIdentity,
): ConsumerMember {
  if (identity.instanceId !== null)
    return known === "" ? group.enrol(identity) : group.find(identity);
  return group.members.get(identity.memberId) ?? group.enrol(identity);
}

/** Whether one of these protocols is spoken by all its classic members. */
function supports(group: ConsumerGroup, { protocolType, protocols }: JoinRequest): boolean {
  if (protocolType !== "consumer") return false;
  return protocols.some(({ name }) => {
    for (const { terms } of group.members.values())
      if (terms.classic !== null && !terms.classic.protocols.some((own) => own.name === name))
        return false;
    return true;
  });
}

function speakerOf(group: ConsumerGroup, identity: MemberIdentity): ClassicSpeaker {
  const member = group.find(identity);
  const { classic } = member.terms;
  if (classic === null) throw new KafkaError("UNKNOWN_MEMBER_ID");
  return [member, classic];
}

function checkGeneration(member: ConsumerMember, generation: number): void {
  if (generation !== member.epoch) throw new KafkaError("ILLEGAL_GENERATION");
}

function expectJoin(host: GroupHost, { alarms, terms }: ConsumerMember): void {
  if (host.alarms.get(alarms.join) === undefined) alarm(host, terms.rebalanceTimeout, alarms.join);
}

/** Whether nobody holds any more what it still lacks. */
function canHaveMore(group: ConsumerGroup, { memberId, holding }: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target.get(memberId) ?? [])
    for (const partition of partitions)
      if (holding.assigned.get(topicId)?.has(partition) !== true)
        if (!group.isFree(topicId, partition)) return false;
  return true;
}
