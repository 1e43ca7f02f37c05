/** All topics of a cluster. What may be created is looked at in Kafka's order, so that its reasons are given. */
import type { SetBrokerConfigs } from "../configs/broker-configs.ts";
import type { NewTopic, Topic, Topics } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import { SetTopicConfigs, checkTopicConfigs, withoutNulls } from "../configs/topic-configs.ts";
import { randomId } from "../uuid.ts";
import type { PartitionTerms } from "./partition.ts";
import { checkAssignment, place } from "./placement.ts";
import { checkTopicName, collisionKey } from "./names.ts";
import { isInternal } from "./internal-topics.ts";
import { LocalTopic, type TopicSnapshot } from "./topic.ts";

/** As many as Kafka makes in one request. */
export const MOST_PARTITIONS_AT_ONCE = 10_000;
/** So that no client fills the memory with empty logs. */
const MOST_PARTITIONS = 200_000;

export interface TopicsTerms extends Pick<PartitionTerms, "logs" | "replication"> {
  readonly nodes: readonly number[];
  readonly configs: SetBrokerConfigs;
}

export class LocalTopics implements Topics {
  readonly #terms: TopicsTerms;
  readonly #byName = new Map<string, LocalTopic>();
  readonly #byId = new Map<string, LocalTopic>();
  readonly #byCollision = new Map<string, string>();
  readonly #listeners = new Set<(topic: Topic) => void>();
  #sorted: readonly LocalTopic[] | null = null;
  #partitions = 0;
  /** Where the next topic's first leader is, so that small topics are spread, too. */
  #placed = 0;

  constructor(terms: TopicsTerms) {
    this.#terms = terms;
  }

  get all(): readonly LocalTopic[] {
    this.#sorted ??= [...this.#byName.values()].sort((one, other) =>
      one.name < other.name ? -1 : 1,
    );
    return this.#sorted;
  }

  get(name: string): LocalTopic | undefined {
    return this.#byName.get(name);
  }

  byId(id: string): LocalTopic | undefined {
    return this.#byId.get(id);
  }

  create(wanted: NewTopic): LocalTopic {
    const { name, validateOnly = false } = wanted;
    this.#checkName(name);
    const own = withoutNulls(wanted.configs);
    checkTopicConfigs(own);
    const replicas = this.#replicasOf(wanted);
    const terms = { name, id: randomId(), internal: isInternal(name), configs: own, replicas };
    const topic = this.#make(terms);
    if (validateOnly) return topic;
    this.#placed += replicas.length;
    this.#add(topic);
    this.#changed(topic);
    return topic;
  }

  delete(topic: Topic): void {
    const known = this.#byName.get(topic.name);
    if (known === undefined || known !== topic) return;
    this.#remove(known);
    this.#changed(known);
    known.close();
  }

  onChange(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The brokers' configs have changed. */
  configured(): void {
    for (const topic of this.all) topic.configured();
  }

  snapshot(): readonly TopicSnapshot[] {
    return this.all.map((topic) => topic.snapshot());
  }

  /** Makes what was there, to be put in place by the function that it returns. @throws where it cannot be read */
  restore(snapshots: readonly TopicSnapshot[], moved: number): { apply(): void; drop(): void } {
    const topics: LocalTopic[] = [];
    const drop = () => topics.forEach((topic) => topic.close());
    try {
      for (const snapshot of snapshots) {
        const replicas = snapshot.partitions.map((partition) => partition.replicas);
        const topic = this.#make({ ...snapshot, replicas });
        topics.push(topic);
        topic.restorePartitions(snapshot.partitions, moved);
      }
    } catch (error) {
      drop();
      throw error;
    }
    return { drop, apply: () => this.#replace(topics) };
  }

  close(): void {
    for (const topic of this.all) topic.close();
  }

  #replace(topics: readonly LocalTopic[]): void {
    const old = this.all;
    for (const topic of old) this.#remove(topic);
    for (const topic of topics) this.#add(topic);
    const names = new Set(topics.map(({ name }) => name));
    for (const topic of [...topics, ...old.filter(({ name }) => !names.has(name))])
      this.#changed(topic);
    for (const topic of old) topic.close();
  }

  #make(
    wanted: Omit<TopicSnapshot, "partitions"> & { replicas: readonly (readonly number[])[] },
  ): LocalTopic {
    const { nodes, configs, logs, replication } = this.#terms;
    return new LocalTopic({
      ...wanted,
      nodes,
      logs,
      replication,
      configs: new SetTopicConfigs(configs, new Map(wanted.configs)),
      checkRoom: (partitions) => this.#checkRoom(partitions),
      grown: (topic, by) => {
        this.#partitions += by;
        this.#changed(topic);
      },
    });
  }

  #add(topic: LocalTopic): void {
    this.#partitions += topic.partitions.length;
    this.#byName.set(topic.name, topic);
    this.#byId.set(topic.id, topic);
    this.#byCollision.set(collisionKey(topic.name), topic.name);
    this.#sorted = null;
  }

  #remove(topic: LocalTopic): void {
    this.#partitions -= topic.partitions.length;
    this.#byName.delete(topic.name);
    this.#byId.delete(topic.id);
    this.#byCollision.delete(collisionKey(topic.name));
    this.#sorted = null;
  }

  #changed(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic);
  }

  #checkName(name: string): void {
    if (this.#byName.has(name))
      throw new KafkaError("TOPIC_ALREADY_EXISTS", `Topic '${name}' already exists.`);
    checkTopicName(name);
    const other = this.#byCollision.get(collisionKey(name));
    if (other !== undefined)
      throw new KafkaError(
        "INVALID_TOPIC_EXCEPTION",
        `Topic '${name}' collides with existing topic: ${other}`,
      );
  }

  #checkRoom(partitions: number): void {
    if (partitions > MOST_PARTITIONS_AT_ONCE)
      throw new KafkaError(
        "POLICY_VIOLATION",
        "Excessively large number of partitions per request.",
      );
    if (this.#partitions + partitions > MOST_PARTITIONS)
      throw new KafkaError("POLICY_VIOLATION", `There are ${this.#partitions} partitions already.`);
  }

  #replicasOf(wanted: NewTopic): readonly (readonly number[])[] {
    const { nodes, configs } = this.#terms;
    if (wanted.assignment !== undefined && wanted.assignment.size > 0) {
      this.#checkRoom(wanted.assignment.size);
      return assigned(wanted, wanted.assignment, nodes);
    }
    if (wanted.replicationFactor < -1 || wanted.replicationFactor === 0)
      throw new KafkaError(
        "INVALID_REPLICATION_FACTOR",
        "Replication factor must be larger than 0, or -1 to use the default value.",
      );
    if (wanted.partitions < -1 || wanted.partitions === 0)
      throw new KafkaError(
        "INVALID_PARTITIONS",
        "Number of partitions was set to an invalid non-positive value.",
      );
    const partitions =
      wanted.partitions === -1 ? configs.number("num.partitions") : wanted.partitions;
    const factor =
      wanted.replicationFactor === -1
        ? configs.number("default.replication.factor")
        : wanted.replicationFactor;
    this.#checkRoom(partitions);
    return place(nodes, { partitions, factor, start: this.#placed });
  }
}

function assigned(
  { partitions, replicationFactor }: NewTopic,
  assignment: ReadonlyMap<number, readonly number[]>,
  nodes: readonly number[],
): readonly (readonly number[])[] {
  const said = "A manual partition assignment was specified, but";
  if (replicationFactor !== -1)
    throw new KafkaError("INVALID_REQUEST", `${said} replication factor was not set to -1.`);
  if (partitions !== -1)
    throw new KafkaError("INVALID_REQUEST", `${said} numPartitions was not set to -1.`);
  let factor: number | null = null;
  for (const replicas of assignment.values()) {
    checkAssignment(replicas, nodes, factor);
    factor = replicas.length;
  }
  return Array.from({ length: assignment.size }, (_, index) => {
    const replicas = assignment.get(index);
    if (replicas !== undefined) return replicas;
    throw new KafkaError(
      "INVALID_REPLICA_ASSIGNMENT",
      "partitions should be a consecutive 0-based integer sequence",
    );
  });
}
