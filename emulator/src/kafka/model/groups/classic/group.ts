/**
 * A group of the classic protocol: its members join, the broker makes one of them leader, which assigns; each syncs to
 * get its share. https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal
 *
 *   Empty ── a member joins ──▶ PreparingRebalance ── all have joined ──▶ CompletingRebalance ── the leader syncs ──▶ Stable
 *
 * A member that comes, goes, or changes its mind leads back to PreparingRebalance. Kafka's `Dead` is a group that is gone.
 */
import type { ErrorName } from "../../../wire/error-codes.ts";
import type { Group } from "../../contract.ts";
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
import { alarm, type GroupHost } from "../host.ts";
import { joinAnswer, refusedJoin, refusedSync, syncAnswer } from "./answers.ts";
import { contradicts } from "./checks.ts";
import { ExpectedMembers } from "./expected-members.ts";
import { ClassicMember, NOTHING } from "./member.ts";
import { ClassicMembers } from "./members.ts";

export type ClassicState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

/** How long a member that has just come may wait for its first generation, ms. */
const NEW_MEMBER_PATIENCE = 5 * 60_000;

export class ClassicGroup implements Group {
  readonly kind = "classic";
  readonly id: string;
  readonly members: ClassicMembers = new ClassicMembers();
  readonly expected: ExpectedMembers;
  state: ClassicState = "Empty";
  /** The clock when it came to this state: the offsets of a group that is empty are kept from then on. */
  stateSince: number;
  generation = 0;
  /** Null until somebody joins: of a group that only keeps offsets. */
  type: string | null = null;
  protocol: string | null = null;
  readonly #host: GroupHost;
  readonly #notSynced = new Set<ClassicMember>();

  constructor(id: string, host: GroupHost) {
    this.id = id;
    this.#host = host;
    this.stateSince = host.clock.now();
    this.expected = new ExpectedMembers(host, () => this.#completeWhenAllJoined());
  }

  get protocolType(): string {
    return this.type ?? "";
  }

  get usesConsumerProtocol(): boolean {
    return this.type === "consumer";
  }

  // ---------------------------------------------------------- requests

  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION */
  sync(request: SyncRequest): SyncAnswer | Promise<SyncAnswer> {
    const member = this.#current(request);
    if (contradicts(this, request)) return refusedSync("INCONSISTENT_GROUP_PROTOCOL");
    if (this.state === "PreparingRebalance") return refusedSync("REBALANCE_IN_PROGRESS");
    this.#notSynced.delete(member);
    if (this.#notSynced.size === 0) this.#host.alarms.delete(this.#syncDue);
    if (this.state === "Stable") return syncAnswer(this, member);
    const answer = member.awaitSync();
    if (member.memberId === this.members.leader) this.#assign(request.assignments);
    return answer;
  }

  heartbeat(request: ClassicHeartbeat): void {
    const member = this.#current(request);
    this.#keepAlive(member);
    if (this.state === "PreparingRebalance") throw new KafkaError("REBALANCE_IN_PROGRESS");
  }

  leave(leaving: readonly MemberIdentity[]): LeaveAnswer[] {
    let left = false;
    const answers = leaving.map(({ memberId, instanceId }): LeaveAnswer => {
      const error = refusalOf(() => {
        if (!this.expected.delete(memberId))
          this.remove(this.members.findNamed({ memberId, instanceId }));
      });
      left ||= error === "NONE";
      return { memberId, instanceId, error };
    });
    if (left) this.#onGone();
    return answers;
  }

  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS */
  checkCommit(by: MemberIdentity & { generation: number; transactional: boolean }): void {
    if (by.generation < 0 && this.state === "Empty") return;
    if (by.generation >= 0 || by.memberId !== "" || by.instanceId !== null) {
      const member = this.#current(by);
      if (!by.transactional && this.state !== "CompletingRebalance") this.#keepAlive(member);
    } else if (!by.transactional && this.state !== "Empty") {
      throw new KafkaError("UNKNOWN_MEMBER_ID");
    }
    if (!by.transactional && this.state === "CompletingRebalance")
      throw new KafkaError("REBALANCE_IN_PROGRESS");
  }

  /** Nobody is waited for any more; who waits is told why. */
  close(error: ErrorName): void {
    const { alarms } = this.#host;
    for (const member of this.members) {
      member.answerJoin(refusedJoin(error, member.memberId));
      member.answerSync(refusedSync(error));
      alarms.delete(member.expire);
    }
    this.expected.clear();
    alarms.delete(this.#joinDue);
    alarms.delete(this.#syncDue);
  }

  /** Takes over who were members elsewhere: of a snapshot, or of a consumer group that was downgraded. Stable after. */
  adopt(members: Iterable<ClassicMember>, type: string, generation: number): void {
    for (const member of members) {
      member.isNew = false;
      this.members.add(member);
      this.#keepAlive(member);
    }
    this.type = type;
    this.generation = generation;
    this.protocol = this.members.electProtocol();
    this.#become("Stable");
  }

  /** A member for `adopt`. */
  member(identity: MemberIdentity, client: GroupClient): ClassicMember {
    return new ClassicMember(identity, client, this.#sessionDue);
  }

  /** All join again. */
  rebalance(): void {
    if (this.state === "CompletingRebalance") this.#resetAssignments();
    this.#notSynced.clear();
    this.#host.alarms.delete(this.#syncDue);
    const first = this.state === "Empty";
    this.#become("PreparingRebalance");
    // Kafka always lets a new group wait for more members; here only for those that are known to come.
    const patience = this.members.rebalanceTimeout;
    const delay = this.#host.config("group.initial.rebalance.delay.ms");
    alarm(this.#host, first ? Math.min(delay, patience) : patience, this.#joinDue);
    this.#completeWhenAllJoined();
  }

  // ---------------------------------------------------------- joining

  add(identity: MemberIdentity, request: JoinRequest, client: GroupClient): Promise<JoinAnswer> {
    this.expected.delete(identity.memberId);
    const member = this.member(identity, client);
    if (this.members.size === 0) this.type = request.protocolType;
    this.members.add(member);
    alarm(this.#host, NEW_MEMBER_PATIENCE, member.expire);
    return this.rebalanceWith(member, request);
  }

  /** It is answered when all have joined. */
  rebalanceWith(member: ClassicMember, request: JoinRequest): Promise<JoinAnswer> {
    member.update(request);
    const answer = member.awaitJoin();
    if (this.state === "PreparingRebalance") this.#completeWhenAllJoined();
    else this.rebalance();
    return answer;
  }

  /** Who has a static member's instance id now takes its place under another id. */
  succeed(old: ClassicMember, memberId: string, request: JoinRequest): ClassicMember {
    old.answerJoin(refusedJoin("FENCED_INSTANCE_ID", old.memberId));
    old.answerSync(refusedSync("FENCED_INSTANCE_ID"));
    this.#host.alarms.delete(old.expire);
    this.#notSynced.delete(old);
    const member = this.member({ memberId, instanceId: old.instanceId }, old.client);
    member.isNew = false;
    member.assignment = old.assignment;
    member.update(request);
    this.members.replace(old, member);
    this.#keepAlive(member);
    this.#host.onAssigned();
    return member;
  }

  #completeWhenAllJoined(): void {
    if (
      this.state === "PreparingRebalance" &&
      this.expected.size === 0 &&
      this.members.allAwaitJoin
    )
      this.#completeJoin();
  }

  /** All have joined, or there was time enough: who has not is a member no longer. */
  #completeJoin(): void {
    for (const member of this.members)
      if (!member.awaitsJoin && member.instanceId === null) this.remove(member);
    if (this.members.size > 0 && !this.members.electJoined()) {
      alarm(this.#host, this.members.rebalanceTimeout, this.#joinDue);
      return;
    }
    this.#host.alarms.delete(this.#joinDue);
    this.generation++;
    this.protocol = this.members.electProtocol();
    this.#host.onAssigned();
    if (this.members.size === 0) {
      this.#become("Empty");
      return;
    }
    this.#become("CompletingRebalance");
    for (const member of this.members) {
      member.answerJoin(joinAnswer(this, member, member.memberId === this.members.leader));
      member.isNew = false;
      this.#keepAlive(member);
      this.#notSynced.add(member);
    }
    alarm(this.#host, this.members.rebalanceTimeout, this.#syncDue);
  }

  // ---------------------------------------------------------- assigning

  #assign(assignments: ReadonlyMap<string, Buffer>): void {
    for (const member of this.members)
      member.assignment = assignments.get(member.memberId) ?? NOTHING;
    this.#become("Stable");
    this.#host.onAssigned();
    for (const member of this.members)
      if (member.answerSync(syncAnswer(this, member))) this.#keepAlive(member);
  }

  #resetAssignments(): void {
    for (const member of this.members) {
      member.assignment = NOTHING;
      if (member.answerSync(refusedSync("REBALANCE_IN_PROGRESS"))) this.#keepAlive(member);
    }
  }

  // ---------------------------------------------------------- going

  remove(member: ClassicMember): void {
    member.answerJoin(refusedJoin("UNKNOWN_MEMBER_ID", ""));
    member.answerSync(refusedSync("UNKNOWN_MEMBER_ID"));
    this.#host.alarms.delete(member.expire);
    this.#notSynced.delete(member);
    this.members.remove(member);
  }

  #onGone(): void {
    if (this.state === "PreparingRebalance") this.#completeWhenAllJoined();
    else if (this.state !== "Empty") this.rebalance();
  }

  // ---------------------------------------------------------- time

  #keepAlive(member: ClassicMember): void {
    alarm(this.#host, member.sessionTimeout, member.expire);
  }

  readonly #sessionDue = (member: ClassicMember): void => {
    // Who waits for an answer cannot send heartbeats. But a new member may have gone before it ever had one.
    if (!member.isNew && (member.awaitsJoin || member.awaitsSync)) return;
    this.remove(member);
    this.#onGone();
  };

  readonly #joinDue = (): void => this.#completeJoin();

  readonly #syncDue = (): void => {
    for (const member of this.#notSynced) this.remove(member);
    this.rebalance();
  };

  // ---------------------------------------------------------- conditions

  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION */
  #current(identity: MemberIdentity & { readonly generation: number }): ClassicMember {
    const member = this.members.find(identity);
    if (identity.generation !== this.generation) throw new KafkaError("ILLEGAL_GENERATION");
    return member;
  }

  #become(state: ClassicState): void {
    this.state = state;
    this.stateSince = this.#host.clock.now();
  }
}
