/** One topic: its partitions, and what is set on it. */
import type { SetTopicConfigs } from "../configs/topic-configs.ts";
import type { Topic } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { LocalPartition, type PartitionSnapshot, type PartitionTerms } from "./partition.ts";
import { checkAssignment, place } from "./placement.ts";

export interface TopicSnapshot {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly configs: ReadonlyMap<string, string>;
  readonly partitions: readonly PartitionSnapshot[];
}

export interface TopicTerms extends Pick<PartitionTerms, "logs" | "replication"> {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly configs: SetTopicConfigs;
  /** Who keeps each of the first partitions. */
  readonly replicas: readonly (readonly number[])[];
  readonly nodes: readonly number[];
  /** Whether there may be so many partitions more. @throws {KafkaError} POLICY_VIOLATION */
  checkRoom(partitions: number): void;
  grown(topic: Topic, by: number): void;
}

export class LocalTopic implements Topic {
  readonly name: string;
  readonly id: string;
  readonly internal: boolean;
  readonly configs: SetTopicConfigs;
  readonly partitions: LocalPartition[];
  readonly #terms: TopicTerms;

  constructor(terms: TopicTerms) {
    this.name = terms.name;
    this.id = terms.id;
    this.internal = terms.internal;
    this.configs = terms.configs;
    this.#terms = terms;
    this.partitions = terms.replicas.map((replicas, index) => this.#partition(index, replicas));
  }

  addPartitions(count: number, assignment?: readonly (readonly number[])[]): void {
    const added = this.planPartitions(count, assignment);
    for (const replicas of added)
      this.partitions.push(this.#partition(this.partitions.length, replicas));
    this.#terms.grown(this, added.length);
  }

  planPartitions(
    count: number,
    assignment?: readonly (readonly number[])[],
  ): readonly (readonly number[])[] {
    const has = this.partitions.length;
    if (count === has)
      throw new KafkaError("INVALID_PARTITIONS", `Topic already has ${has} partition(s).`);
    if (count < has)
      throw new KafkaError(
        "INVALID_PARTITIONS",
        `The topic ${this.name} currently has ${has} partition(s); ${count} would not be an increase.`,
      );
    this.#terms.checkRoom(count - has);
    const { nodes } = this.#terms;
    const factor = this.partitions[0]?.replicas.length ?? 1;
    if (assignment === undefined) {
      const first = nodes.indexOf(this.partitions[0]?.replicas[0] ?? 0);
      return place(nodes, { partitions: count - has, factor, start: Math.max(0, first) + has });
    }
    if (assignment.length !== count - has)
      throw new KafkaError(
        "INVALID_REPLICA_ASSIGNMENT",
        `Attempted to add ${count - has} additional partition(s), but only ${assignment.length} assignment(s) were specified.`,
      );
    for (const replicas of assignment) checkAssignment(replicas, nodes, factor);
    return assignment;
  }

  configure(own: ReadonlyMap<string, string>): void {
    this.configs.own = own;
    this.configured();
  }

  configured(): void {
    for (const partition of this.partitions) partition.configured();
  }

  snapshot(): TopicSnapshot {
    const { name, id, internal } = this;
    const partitions = this.partitions.map((partition) => partition.snapshot());
    return { name, id, internal, configs: this.configs.own, partitions };
  }

  restorePartitions(snapshots: readonly PartitionSnapshot[], moved: number): void {
    for (const [index, snapshot] of snapshots.entries())
      this.partitions[index]?.restore(snapshot, moved);
  }

  close(): void {
    for (const partition of this.partitions) partition.close();
  }

  #partition(index: number, replicas: readonly number[]): LocalPartition {
    const { logs, replication } = this.#terms;
    return new LocalPartition(this, index, { replicas, logs, replication });
  }
}
