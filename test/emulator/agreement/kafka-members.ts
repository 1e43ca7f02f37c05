/**
 * Members of one classic group. Their requests may wait for each other, so what is told is what each was answered, or
 * that it waits. Nothing hangs on time: a line is sent when the broker has taken in the one before (`settle`).
 */
import { type Fields, KafkaWire, type Value } from "../kafka-wire.ts";
import { vi } from "vitest";

/** Two: who leads when the leader of three has left, lies in the order of a map of Kafka's. */
export const MEMBERS = ["a", "b"] as const;

/** How long a broker may take for an answer that the other has given. */
const PATIENCE = 30_000;
const MEMBER_ID_REQUIRED = 79;
const NOT_YET: readonly Value[] = [14, 15, 16];

/** The same lines at both brokers; of who waits for an answer at the second nothing more is asked. */
export async function playBoth(
  group: string,
  lines: readonly (readonly string[])[],
  reference: KafkaMembers,
  ours: KafkaMembers,
): Promise<readonly [expected: readonly string[], told: readonly string[]]> {
  const both = [reference, ours];
  for (const members of both) members.begin(group);
  for (const line of lines) {
    if (ours.isWaiting(line[1] ?? "")) continue;
    for (const members of both) members.send(line);
    await Promise.all(both.map((members) => members.settle()));
    await reference.answersLike(ours);
  }
  await Promise.all(both.map((members) => members.end()));
  return [reference.told, ours.told];
}

interface Member {
  readonly name: string;
  wire: KafkaWire;
  id: string;
  /** The id it had before it came back as the same instance. */
  before: string;
  instance: string | null;
  generation: number;
  isLeader: boolean;
  isWaiting: boolean;
}

interface Told {
  readonly line: readonly string[];
  answer: Fields | null;
  /** The other broker had answered long before. */
  isLate: boolean;
}

export class KafkaMembers implements AsyncDisposable {
  readonly #members: readonly Member[];
  /** A connection on which nobody waits. */
  readonly #free: KafkaWire;
  readonly #url: string;
  #group = "";
  #answers: Told[] = [];
  /** Joins without an id: they are answered at once, and sent again with the id that the answer brings. */
  #introductions: Promise<unknown>[] = [];
  /** Whose ids these are, or were. */
  readonly #names = new Map<Value, string>();

  private constructor(url: string, free: KafkaWire, members: readonly Member[]) {
    this.#url = url;
    this.#free = free;
    this.#members = members;
  }

  static async connect(url: string): Promise<KafkaMembers> {
    const free = await KafkaWire.connect(url);
    const members = MEMBERS.map(async (name) => fresh(name, await KafkaWire.connect(url)));
    // The topic with the groups comes into being when somebody asks for it.
    await vi.waitUntil(async () => {
      await free.ask("findCoordinator", { key: "warm", keyType: 0 });
      const answer = await free.ask("offsetFetch", { groupId: "warm", topics: null });
      return !NOT_YET.includes(answer?.["errorCode"] ?? 0);
    }, PATIENCE);
    return new KafkaMembers(url, free, await Promise.all(members));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const wire of [this.#free, ...this.#members.map((member) => member.wire)])
      await wire[Symbol.asyncDispose]();
  }

  /** When all is answered. */
  get told(): readonly string[] {
    return this.#answers.map(
      ({ line, answer, isLate }) =>
        `${line.join(" ")} → ${isLate ? "waits for nothing" : answer === null ? "waits" : this.#shown(answer)}`,
    );
  }

  begin(group: string): void {
    this.#group = group;
    this.#answers = [];
    this.#names.clear();
    for (const member of this.#members) Object.assign(member, fresh(member.name, member.wire));
  }

  isWaiting(name: string): boolean {
    return this.#member(name).isWaiting;
  }

  send(line: readonly string[]): void {
    const [what = "", name = "", ...words] = line;
    const member = this.#member(name);
    const told: Told = { line, answer: null, isLate: false };
    this.#answers.push(told);
    member.isWaiting = true;
    void this.#play(member, what, words).then((answer) => {
      // What comes when a script is over belongs to nobody.
      if (!this.#answers.includes(told)) return;
      member.isWaiting = false;
      told.answer = answer;
    });
  }

  /**
   * A broker with one thread for the network and one for requests has read what lay there before, when it answers for the
   * second time: the first time both may have come in one reading.
   */
  async settle(): Promise<void> {
    await Promise.all(this.#introductions);
    this.#introductions = [];
    for (let time = 0; time < 2; time++) await this.#free.ask("apiVersions");
  }

  async answersLike(other: KafkaMembers): Promise<void> {
    const isSo = () =>
      this.#members.every(({ name, isWaiting }) => !isWaiting || other.isWaiting(name));
    await vi.waitUntil(isSo, { timeout: PATIENCE, interval: 1 }).catch(() => {
      for (const told of this.#answers) if (told.answer === null) told.isLate = true;
    });
  }

  /** Takes everybody out of the group. Who waits still hangs up: Kafka never answers some that have left. */
  async end(): Promise<void> {
    this.#answers = this.#answers.map((told) => ({ ...told }));
    for (const member of this.#members) {
      if (!member.isWaiting) continue;
      await member.wire[Symbol.asyncDispose]();
      member.wire = await KafkaWire.connect(this.#url);
    }
    const members = this.#members.filter(({ id }) => id !== "");
    await this.#free.ask("leaveGroup", {
      groupId: this.#group,
      members: members.map(({ id, instance }) => ({ memberId: id, groupInstanceId: instance })),
    });
  }

  async #play(member: Member, what: string, words: readonly string[]): Promise<Fields | null> {
    const { wire, instance } = member;
    const identity = {
      groupId: this.#group,
      generationId: member.generation - (words.includes("stale") ? 1 : 0),
      memberId: this.#idOf(member, words),
      groupInstanceId: instance,
    };
    switch (what) {
      case "join":
        return this.#join(member, words);
      case "sync": {
        const assignments = this.#members.flatMap(({ id, name }) =>
          id === "" ? [] : [{ memberId: id, assignment: Buffer.from(`for ${name}`) }],
        );
        return wire.ask("syncGroup", {
          ...identity,
          assignments: member.isLeader ? assignments : [],
        });
      }
      case "heartbeat":
        return wire.ask("heartbeat", identity);
      case "leave": {
        const { memberId } = identity;
        const answer = await wire.ask("leaveGroup", {
          groupId: this.#group,
          members: [{ memberId, groupInstanceId: instance }],
        });
        if (memberId === member.id) member.id = "";
        return answer;
      }
      default:
        throw new Error(`nobody knows how to play ${what}`);
    }
  }

  #idOf(member: Member, words: readonly string[]): string {
    if (words.includes("unknown")) return "nobody";
    return words.includes("before") ? member.before : member.id;
  }

  /** Twice, where it has no id yet (KIP-394). As an instance it may have lost its id, and gets another. */
  async #join(member: Member, words: readonly string[]): Promise<Fields | null> {
    const isStatic = words.includes("static");
    if (isStatic !== (member.instance !== null) || words.includes("anew")) {
      // Nobody comes back as somebody else: that would be one member more.
      if (member.id !== "" && !(isStatic && member.instance !== null)) return {};
      if (member.id !== "") member.before = member.id;
      member.id = "";
      member.instance = isStatic ? member.name : null;
    }
    const protocols = words.filter((word) => word === "range" || word === "sticky");
    for (;;) {
      const answering = member.wire.ask("joinGroup", {
        ...{ groupId: this.#group, memberId: member.id, groupInstanceId: member.instance },
        ...{ sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 60_000, protocolType: "consumer" },
        protocols: protocols.map((name) => ({ name, metadata: Buffer.from(member.name) })),
      });
      if (member.id === "" && member.instance === null) this.#introductions.push(answering);
      const answer = await answering;
      const { errorCode = null, memberId, leader, generationId } = answer ?? {};
      if (errorCode === 0 || errorCode === MEMBER_ID_REQUIRED) {
        member.id = memberId as string;
        this.#names.set(memberId ?? null, member.name);
        member.generation = Number(generationId);
        member.isLeader = leader === memberId;
      }
      if (errorCode !== MEMBER_ID_REQUIRED) return answer;
    }
  }

  #member(name: string): Member {
    const member = this.#members.find((each) => each.name === name);
    if (member === undefined) throw new Error(`there is no member ${name}`);
    return member;
  }

  /** Ids are the brokers' own. */
  #shown(answer: Fields | null): string {
    const show = (key: string, value: Value): unknown => {
      if (key === "memberId" || key === "leader") return this.#names.get(value) ?? value;
      if (key === "clientHost" || key === "groupId") return undefined;
      if (Buffer.isBuffer(value)) return value.toString();
      if (Array.isArray(value))
        return value.map((item: Value) => JSON.stringify(show("", item))).sort();
      if (value !== null && typeof value === "object")
        return Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [name, show(name, inner as Value)]),
        );
      return value;
    };
    return JSON.stringify(show("", answer)).replaceAll(/\\*"/g, "'");
  }
}

function fresh(name: string, wire: KafkaWire): Member {
  return {
    ...{ name, wire, id: "", before: "", instance: null },
    ...{ generation: -1, isLeader: false, isWaiting: false },
  };
}
