/**
 * A group of the consumer protocol (KIP-848): the broker assigns. Members say in heartbeats what they subscribe to and
 * what they have, and are told what to have. The group's epoch goes up with each change of that; for it a target is made,
 * to which members come one by one, each with an epoch of its own.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848
 */
import { randomBytes } from "node:crypto";
import type { Group } from "../../contract.ts";
import { KafkaError } from "../../errors.ts";
import type {
  Assignment,
  ConsumerHeartbeat,
  ConsumerHeartbeatAnswer,
  GroupClient,
  MemberIdentity,
} from "../../group-contract.ts";
import { alarm, type GroupHost } from "../host.ts";
import { assignors } from "./assignors.ts";
import { has, NO_PARTITIONS, same } from "./assignment.ts";
import { checkEpoch, LEAVES_FOR_A_WHILE } from "./checks.ts";
import { ConsumerMember, type MemberTerms } from "./member.ts";
import { reconcile } from "./reconciliation.ts";
import { assignUniform } from "./uniform-assignor.ts";
import { fingerprint, subscribeAlike, topicsOf } from "./subscriptions.ts";

export class ConsumerGroup implements Group {
  readonly kind = "consumer";
  readonly protocolType = "consumer";
  readonly id: string;
  readonly members: Map<string, ConsumerMember> = new Map();
  epoch = 0;
  assignmentEpoch = 0;
  /** What members are to have, by their ids. */
  target: Map<string, Assignment> = new Map();
  readonly #host: GroupHost;
  /** Called with who is to go, because they have left or are fenced: the group may become a classic one then. */
  readonly fence: (...members: readonly ConsumerMember[]) => void;
  #topics = "";
  /** Whether topics have changed since that was written. */
  #topicsChanged = false;

  constructor(id: string, host: GroupHost, fence: ConsumerGroup["fence"]) {
    this.id = id;
    this.#host = host;
    this.fence = fence;
  }

  get state(): "Empty" | "Assigning" | "Reconciling" | "Stable" {
    if (this.members.size === 0) return "Empty";
    if (this.epoch > this.assignmentEpoch) return "Assigning";
    for (const member of this.members.values())
      if (!member.isReconciled(this.assignmentEpoch)) return "Reconciling";
    return "Stable";
  }

  /** The assignor that most members ask for. */
  get assignor(): string {
    const votes = new Map<string, number>();
    let elected: string | undefined;
    for (const { terms } of this.members.values()) {
      if (terms.assignor === null) continue;
      votes.set(terms.assignor, (votes.get(terms.assignor) ?? 0) + 1);
      if (elected === undefined || votesOf(votes, terms.assignor) > votesOf(votes, elected))
        elected = terms.assignor;
    }
    return elected ?? this.#host.assignors[0] ?? "uniform";
  }

  // ---------------------------------------------------------- heartbeats

  heartbeat(request: ConsumerHeartbeat, client: GroupClient): ConsumerHeartbeatAnswer {
    const { memberEpoch, instanceId } = request;
    this.checkSize(request.memberId);
    const memberId = request.memberId === "" ? newMemberId() : request.memberId;
    const identity = { memberId, instanceId };
    const member = this.#speaker(identity, request);
    const before = member.holding.assigned;
    this.update(member, {
      client,
      rackId: request.rackId ?? member.terms.rackId,
      rebalanceTimeout:
        request.rebalanceTimeout === -1 ? member.terms.rebalanceTimeout : request.rebalanceTimeout,
      topicNames: request.topicNames ? sorted(request.topicNames) : member.terms.topicNames,
      topicRegex: request.topicRegex ?? member.terms.topicRegex,
      assignor: request.assignor ?? member.terms.assignor,
      classic: null,
    });
    this.reconcile(member, request.owned);
    alarm(this.#host, this.#host.groupConfig(this.id, "session.timeout.ms"), member.alarms.session);
    const asksAll =
      request.rebalanceTimeout !== -1 &&
      (request.topicNames !== null || request.topicRegex !== null) &&
      request.owned !== null;
    const { assigned, epoch } = member.holding;
    return {
      memberId,
      memberEpoch: epoch,
      heartbeatInterval: this.#host.groupConfig(this.id, "heartbeat.interval.ms"),
      assignment: memberEpoch === 0 || asksAll || !same(before, assigned) ? assigned : null,
    };
  }

  leave(request: ConsumerHeartbeat): ConsumerHeartbeatAnswer {
    const { memberId, memberEpoch } = request;
    const member = this.find(request);
    if (memberEpoch === LEAVES_FOR_A_WHILE)
      member.hold({ ...member.holding, epoch: LEAVES_FOR_A_WHILE, revoking: NO_PARTITIONS });
    else this.fence(member);
    return { memberId, memberEpoch, heartbeatInterval: 0, assignment: null };
  }

  // ---------------------------------------------------------- members

  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID */
  find({ memberId, instanceId }: MemberIdentity): ConsumerMember {
    if (instanceId === null) {
      const member = this.members.get(memberId);
      if (member !== undefined) return member;
      const message = `Member ${memberId} is not a member of group ${this.id}.`;
      throw new KafkaError("UNKNOWN_MEMBER_ID", message);
    }
    const member = this.ofInstance(instanceId);
    if (member === undefined)
      throw new KafkaError("UNKNOWN_MEMBER_ID", `Instance id ${instanceId} is unknown.`);
    if (member.memberId !== memberId)
      throw new KafkaError(
        "FENCED_INSTANCE_ID",
        `Static member ${memberId} with instance id ${instanceId} was fenced by member ${member.memberId}.`,
      );
    return member;
  }

  ofInstance(instanceId: string): ConsumerMember | undefined {
    for (const member of this.members.values()) if (member.instanceId === instanceId) return member;
    return undefined;
  }

  /** Somebody new; who had its instance id gives it all it has (KIP-848, "Static Membership"). */
  enrol(identity: MemberIdentity): ConsumerMember {
    const member = new ConsumerMember(identity, this.fence);
    const old = identity.instanceId === null ? undefined : this.ofInstance(identity.instanceId);
    if (old !== undefined) {
      const target = this.target.get(old.memberId);
      this.forget(old);
      member.terms = old.terms;
      member.holding = { ...old.holding, epoch: 0 };
      if (target !== undefined) this.target.set(member.memberId, target);
    }
    this.members.set(member.memberId, member);
    return member;
  }

  /** Takes a member out. All others get a new target. */
  remove(...members: readonly ConsumerMember[]): void {
    for (const member of members) this.forget(member);
    this.noteTopics();
    this.epoch++;
    this.#host.onAssigned();
  }

  forget(member: ConsumerMember): void {
    for (const due of Object.values(member.alarms)) this.#host.alarms.delete(due);
    this.members.delete(member.memberId);
    this.target.delete(member.memberId);
  }

  /** @throws {KafkaError} GROUP_MAX_SIZE_REACHED */
  checkSize(memberId: string): void {
    const most = this.#host.maxSize("group.consumer.max.size");
    if (this.members.size < most || this.members.has(memberId)) return;
    throw new KafkaError(
      "GROUP_MAX_SIZE_REACHED",
      `The consumer group has reached its maximum capacity of ${most} members.`,
    );
  }

  /** What topics are like now is no change. */
  noteTopics(): void {
    this.#topics = fingerprint(this.members.values(), this.#host.topics);
  }

  onTopicsChanged(): void {
    this.#topicsChanged = true;
  }

  close(): void {
    for (const member of this.members.values()) this.forget(member);
  }

  // ---------------------------------------------------------- epochs

  /** Takes what a member says of itself; the group's epoch goes up where that changes what there is to assign. */
  update(member: ConsumerMember, terms: MemberTerms): void {
    let changed = this.epoch === 0 || !subscribeAlike(member.terms, terms);
    member.terms = terms;
    if (changed || this.#topicsChanged) {
      const topics = fingerprint(this.members.values(), this.#host.topics);
      changed ||= topics !== this.#topics;
      this.#topics = topics;
      this.#topicsChanged = false;
    }
    if (changed) this.epoch++;
    if (this.epoch > this.assignmentEpoch) this.#assign();
  }

  /** Brings a member nearer to its target. */
  reconcile(member: ConsumerMember, owned: Assignment | null): void {
    const next = reconcile(member.holding, {
      epoch: this.assignmentEpoch,
      target: this.target.get(member.memberId) ?? NO_PARTITIONS,
      owned,
      isFree: (topicId, partition) => this.isFree(topicId, partition),
    });
    if (next === member.holding) return;
    member.hold(next);
    this.#host.onAssigned();
    if (member.terms.classic !== null) return;
    const { rebalance } = member.alarms;
    if (next.state === "unrevoked") alarm(this.#host, member.terms.rebalanceTimeout, rebalance);
    else this.#host.alarms.delete(rebalance);
  }

  isFree(topicId: string, partition: number): boolean {
    for (const { holding } of this.members.values())
      if (has(holding.assigned, topicId, partition) || has(holding.revoking, topicId, partition))
        return false;
    return true;
  }

  #assign(): void {
    const { topics } = this.#host;
    const subscribers = [...this.members.values()].map(({ memberId, instanceId, terms }) => ({
      memberId,
      instanceId,
      topicIds: new Set([...topicsOf(terms, topics)].map(({ id }) => id)),
      target: this.target.get(memberId) ?? NO_PARTITIONS,
    }));
    const assign = assignors[this.assignor] ?? assignUniform;
    this.target = assign(subscribers, (id) => topics.byId(id)?.partitions.length ?? 0);
    this.assignmentEpoch = this.epoch;
  }

  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, FENCED_INSTANCE_ID, UNRELEASED_INSTANCE_ID */
  #speaker(identity: MemberIdentity, request: ConsumerHeartbeat): ConsumerMember {
    const { memberId, instanceId } = identity;
    const joins = request.memberEpoch === 0;
    const old = instanceId === null ? this.members.get(memberId) : this.ofInstance(instanceId);
    if (joins && old === undefined) return this.enrol(identity);
    if (joins && instanceId !== null && old !== undefined) {
      if (old.terms.classic === null && old.epoch !== LEAVES_FOR_A_WHILE)
        throw new KafkaError(
          "UNRELEASED_INSTANCE_ID",
          `Static member ${memberId} with instance id ${instanceId} cannot join the group because ` +
            `the instance id is owned by ${old.memberId} member.`,
        );
      return this.enrol(identity);
    }
    const member = this.find(identity);
    checkEpoch(member, request);
    return member;
  }
}

/** As Kafka's `Uuid`, which never begins with a dash. */
function newMemberId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}

/** As Kafka tells them. */
function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

function votesOf(votes: ReadonlyMap<string, number>, assignor: string): number {
  return votes.get(assignor) ?? 0;
}
