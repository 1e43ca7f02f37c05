/** Who is in a classic group: members by id and by instance id, those that were only told their id, and the leader. */
import type { MemberIdentity } from "../../group-contract.ts";
import { KafkaError } from "../../errors.ts";
import type { ClassicMember } from "./member.ts";

export class ClassicMembers implements Iterable<ClassicMember> {
  /** "" where there is none. */
  leader = "";
  readonly #members = new Map<string, ClassicMember>();
  readonly #static = new Map<string, string>();

  get size(): number {
    return this.#members.size;
  }

  get allAwaitJoin(): boolean {
    for (const member of this) if (!member.awaitsJoin) return false;
    return true;
  }

  /** The longest that one of them may take to join again, ms. */
  get rebalanceTimeout(): number {
    let longest = 0;
    for (const { rebalanceTimeout } of this) longest = Math.max(longest, rebalanceTimeout);
    return longest;
  }

  [Symbol.iterator](): Iterator<ClassicMember> {
    return this.#members.values();
  }

  get(memberId: string): ClassicMember | undefined {
    return this.#members.get(memberId);
  }

  ofInstance(instanceId: string): ClassicMember | undefined {
    const memberId = this.#static.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  /** The member that this is. @throws {KafkaError} UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID */
  find({ memberId, instanceId }: MemberIdentity): ClassicMember {
    if (instanceId !== null) {
      const holder = this.#static.get(instanceId);
      if (holder !== undefined && holder !== memberId) throw new KafkaError("FENCED_INSTANCE_ID");
      if (holder === undefined) throw new KafkaError("UNKNOWN_MEMBER_ID");
    }
    const member = this.#members.get(memberId);
    if (member === undefined) throw new KafkaError("UNKNOWN_MEMBER_ID");
    return member;
  }

  /** As `find`; but administrators name static members by their instance ids alone (KIP-345). */
  findNamed({ memberId, instanceId }: MemberIdentity): ClassicMember {
    const named = memberId === "" && instanceId !== null ? this.#static.get(instanceId) : memberId;
    return this.find({ memberId: named ?? "", instanceId });
  }

  add(member: ClassicMember): void {
    if (member.instanceId !== null) this.#static.set(member.instanceId, member.memberId);
    this.#members.set(member.memberId, member);
    if (this.leader === "") this.leader = member.memberId;
  }

  remove(member: ClassicMember): void {
    this.#members.delete(member.memberId);
    if (member.instanceId !== null) this.#static.delete(member.instanceId);
    if (this.leader === member.memberId) this.leader = this.#members.keys().next().value ?? "";
  }

  /** A static member that has come back under a new id takes the place of what it was. */
  replace(old: ClassicMember, successor: ClassicMember): void {
    const led = this.leader === old.memberId;
    this.remove(old);
    this.add(successor);
    if (led) this.leader = successor.memberId;
  }

  /** A leader that has not joined again is one no longer. Returns whether anybody leads. */
  electJoined(): boolean {
    if (this.#members.get(this.leader)?.awaitsJoin === true) return true;
    for (const member of this)
      if (member.awaitsJoin) {
        this.leader = member.memberId;
        return true;
      }
    return false;
  }

  /** Whether one of these is spoken by all. */
  allSpeakOneOf(protocols: readonly { readonly name: string }[]): boolean {
    return protocols.some(({ name }) => this.#allSpeak(name));
  }

  /** The protocol with the most votes among those that all speak. */
  electProtocol(): string | null {
    const [first] = this;
    const candidates = new Set(
      first?.protocols.map(({ name }) => name).filter((name) => this.#allSpeak(name)),
    );
    const votes = new Map<string, number>();
    for (const member of this) {
      const vote = member.vote(candidates);
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let elected: string | null = null;
    for (const [name, count] of votes)
      if (elected === null || count > (votes.get(elected) ?? 0)) elected = name;
    return elected;
  }

  #allSpeak(name: string): boolean {
    for (const { protocols } of this)
      if (!protocols.some((protocol) => protocol.name === name)) return false;
    return true;
  }
}
