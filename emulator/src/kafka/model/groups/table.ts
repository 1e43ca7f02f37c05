/** The groups of a cluster by their ids, with their committed offsets, and what they share: clock, alarms, configs. */
import type { Clock } from "../../../clock.ts";
import { Deadlines } from "../../../deadlines.ts";
import type { BrokerConfigs, OffsetCommitted, Topic, Topics } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { ClassicGroup } from "./classic/group.ts";
import { assignors } from "./consumer/assignors.ts";
import { areLastOfTheirProtocol } from "./consumer/classic-side.ts";
import { ConsumerGroup } from "./consumer/group.ts";
import type { ConsumerMember } from "./consumer/member.ts";
import type { GroupHost } from "./host.ts";
import { downgrade, upgrade } from "./migration.ts";
import { expireOffsets } from "./offset-retention.ts";
import { CommittedOffsets } from "./offsets.ts";
import { GroupReaders } from "./readers.ts";

export interface GroupsTerms {
  readonly clock: Clock;
  readonly topics: Topics;
  readonly configs: BrokerConfigs;
  /** What is set on a group itself (`consumer.session.timeout.ms` …), where it is. */
  groupConfig?(group: string, name: string): number | undefined;
}

/** How many groups there may be, and members in one, whatever configs say: all of them are kept in memory. */
const MAX_GROUPS = 100_000;
const MAX_MEMBERS = 10_000;

export type AnyGroup = ClassicGroup | ConsumerGroup;

export class GroupTable {
  readonly host: GroupHost;
  readonly readers: GroupReaders = new GroupReaders();
  readonly #configs: BrokerConfigs;
  readonly #groups = new Map<string, AnyGroup>();
  readonly #offsets = new Map<string, CommittedOffsets>();
  readonly #listeners = new Set<(commit: OffsetCommitted) => void>();
  readonly #leaveTopics: () => void;

  constructor({ clock, topics, configs, groupConfig }: GroupsTerms) {
    const alarms = new Deadlines<() => void>(clock, (due) => due());
    this.#configs = configs;
    this.host = {
      clock,
      alarms,
      topics,
      config: (name) => configs.number(name),
      maxSize: (name) => Math.min(configs.number(name), MAX_MEMBERS),
      groupConfig: (group, name) =>
        groupConfig?.(group, `consumer.${name}`) ?? configs.number(`group.consumer.${name}`),
      assignors: assignorNames(configs.get("group.consumer.assignors")),
      onAssigned: () => this.readers.forget(),
    };
    this.#leaveTopics = topics.onChange((topic) => this.#onTopicChange(topic));
  }

  get all(): Iterable<AnyGroup> {
    return this.#groups.values();
  }

  get offsets(): Iterable<CommittedOffsets> {
    return this.#offsets.values();
  }

  get(id: string): AnyGroup | undefined {
    return this.#groups.get(id);
  }

  /** @throws {KafkaError} GROUP_ID_NOT_FOUND */
  find(id: string): AnyGroup {
    const group = this.#groups.get(id);
    if (group === undefined) throw new KafkaError("GROUP_ID_NOT_FOUND", `Group ${id} not found.`);
    return group;
  }

  offsetsOf(id: string): CommittedOffsets {
    let offsets = this.#offsets.get(id);
    if (offsets === undefined) {
      offsets = new CommittedOffsets(id, (commit) => this.#onCommit(commit));
      this.#offsets.set(id, offsets);
      this.#expectExpiry();
    }
    return offsets;
  }

  /** @throws {KafkaError} COORDINATOR_NOT_AVAILABLE where there are too many */
  put(group: AnyGroup): void {
    if (this.#groups.size >= MAX_GROUPS && !this.#groups.has(group.id))
      throw new KafkaError("COORDINATOR_NOT_AVAILABLE");
    this.#groups.set(group.id, group);
    this.readers.forget();
    this.#expectExpiry();
  }

  /** The group, and what it has committed. */
  delete(id: string): void {
    this.#groups.delete(id);
    this.#offsets.delete(id);
    this.readers.forget();
  }

  /** The group of the classic protocol, new where there is none: a consumer group that is empty gives way to it. */
  classic(id: string): ClassicGroup {
    const group = this.#groups.get(id);
    if (group?.kind === "classic") return group;
    const made = new ClassicGroup(id, this.host);
    this.put(made);
    return made;
  }

  /** The group that a consumer joins: a classic one is upgraded. @throws {KafkaError} GROUP_ID_NOT_FOUND */
  consumer(id: string): ConsumerGroup {
    const group = this.#groups.get(id);
    if (group?.kind === "consumer") return group;
    const made = new ConsumerGroup(id, this.host, (...members) => this.#fence(made, members));
    if (group !== undefined && group.state !== "Empty") {
      if (!this.#mayMigrate("upgrade"))
        throw new KafkaError(
          "GROUP_ID_NOT_FOUND",
          `Cannot upgrade classic group ${id} to consumer group because online upgrade is disabled.`,
        );
      upgrade(group, made, this.host);
    }
    this.put(made);
    return made;
  }

  /** Back to the classic protocol, where all members speak that but those that leave. */
  downgrade(group: ConsumerGroup, leaving: ReadonlySet<ConsumerMember>): ClassicGroup | undefined {
    if (!this.#mayMigrate("downgrade")) return undefined;
    const stay = group.members.size - leaving.size;
    if (stay > this.host.maxSize("group.max.size")) return undefined;
    const made = downgrade(group, leaving, this.host);
    this.put(made);
    return made;
  }

  onCommit(listener: (commit: OffsetCommitted) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets everything; who waits is told that somebody else is the coordinator now. */
  clear(): void {
    for (const group of this.#groups.values()) group.close("NOT_COORDINATOR");
    this.#groups.clear();
    this.#offsets.clear();
    this.host.alarms.clear();
    this.readers.forget();
  }

  close(): void {
    this.#leaveTopics();
    this.clear();
  }

  /** Kafka 3.9 does not have the config, or keeps it to itself. */
  #mayMigrate(direction: "upgrade" | "downgrade"): boolean {
    const policy = this.#configs.get("group.consumer.migration.policy").toLowerCase();
    return policy === "" || policy === "bidirectional" || policy === direction;
  }

  #fence(group: ConsumerGroup, members: readonly ConsumerMember[]): void {
    const leaving = new Set(members);
    const classic = areLastOfTheirProtocol(group, leaving)
      ? this.downgrade(group, leaving)
      : undefined;
    if (classic === undefined) group.remove(...members);
    else classic.rebalance();
  }

  #onCommit(commit: OffsetCommitted): void {
    if (!this.#groups.has(commit.group)) this.classic(commit.group);
    for (const listener of this.#listeners) listener(commit);
  }

  #onTopicChange(topic: Topic): void {
    this.readers.forget();
    const isGone = this.host.topics.get(topic.name) === undefined;
    if (isGone) for (const offsets of this.#offsets.values()) offsets.deleteTopic(topic.name);
    for (const group of this.#groups.values())
      if (group.kind === "consumer") group.onTopicsChanged();
  }

  #expectExpiry(): void {
    const { alarms, clock } = this.host;
    if (alarms.get(this.#expire) !== undefined) return;
    const interval = this.#configs.number("offsets.retention.check.interval.ms");
    alarms.set(this.#expire, clock.now() + interval);
  }

  readonly #expire = (): void => {
    const now = this.host.clock.now();
    const retention = this.#configs.number("offsets.retention.minutes") * 60_000;
    for (const id of new Set([...this.#groups.keys(), ...this.#offsets.keys()])) {
      const group = this.#groups.get(id);
      const offsets = this.offsetsOf(id);
      const isOver =
        group === undefined ? offsets.isEmpty : expireOffsets(group, offsets, now, retention);
      if (isOver) this.delete(id);
    }
    if (this.#groups.size > 0) this.#expectExpiry();
  };
}

/** As names (Kafka 4) or as names of classes (3.9): `org.apache.kafka.coordinator.group.assignor.UniformAssignor`. */
function assignorNames(config: string): string[] {
  return config
    .split(",")
    .map((name) => /([^.]*?)(?:Assignor)?$/.exec(name.trim())?.[1]?.toLowerCase() ?? "")
    .filter((name) => Object.hasOwn(assignors, name));
}
