/**
 * Which group a client reads a partition for. Fetch does not say it: it is told from the client's id and from what its
 * members are assigned. Where several groups have members of one client id (services that never gave themselves one),
 * each connection is taken to read for a group that no other reads for.
 */
import type { JournalClient } from "../../../journal.ts";
import type { Topics } from "../contract.ts";
import type { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import { partitionsByName } from "./embedded-protocol.ts";

/** By client id and topic, then by partition. */
type Index = ReadonlyMap<string, ReadonlyMap<number, readonly string[]>>;

/** Connections whose groups are remembered; beyond this, the one that has read nothing for longest is forgotten. */
const MAX_CONNECTIONS = 10_000;

export class GroupReaders {
  /** Null until somebody asks. */
  #index: Index | null = null;
  /** Groups by connection, the one that has read last at the end. */
  readonly #read = new Map<number, string>();

  find(
    { connection, name }: JournalClient,
    topic: string,
    partition: number,
    groups: Iterable<ClassicGroup | ConsumerGroup>,
    topics: Topics,
  ): string | undefined {
    this.#index ??= index(groups, topics);
    const candidates = this.#index.get(keyOf(name, topic))?.get(partition) ?? [];
    const before = this.#read.get(connection);
    const group =
      before !== undefined && candidates.includes(before) ? before : this.#choose(candidates);
    if (group !== undefined) this.#remember(connection, group);
    return group;
  }

  /** What is assigned has changed. */
  forget(): void {
    this.#index = null;
  }

  /** One that nobody reads for, else the one that nobody has read for longest: its connection may be gone. */
  #choose(candidates: readonly string[]): string | undefined {
    if (candidates.length < 2) return candidates[0];
    const taken = new Set(this.#read.values());
    const free = candidates.find((group) => !taken.has(group));
    return free ?? [...taken].find((group) => candidates.includes(group));
  }

  #remember(connection: number, group: string): void {
    this.#read.delete(connection);
    this.#read.set(connection, group);
    const [oldest] = this.#read.keys();
    if (this.#read.size > MAX_CONNECTIONS && oldest !== undefined) this.#read.delete(oldest);
  }
}

function index(groups: Iterable<ClassicGroup | ConsumerGroup>, topics: Topics): Index {
  const all = new Map<string, Map<number, string[]>>();
  for (const group of groups)
    for (const [clientId, topic, partitions] of assigned(group, topics)) {
      const key = keyOf(clientId, topic);
      let ofTopic = all.get(key);
      if (ofTopic === undefined) all.set(key, (ofTopic = new Map()));
      for (const partition of partitions)
        ofTopic.set(partition, [...(ofTopic.get(partition) ?? []), group.id]);
    }
  return all;
}

function* assigned(
  group: ClassicGroup | ConsumerGroup,
  topics: Topics,
): Iterable<readonly [clientId: string, topic: string, partitions: Iterable<number>]> {
  if (group.kind === "consumer") {
    for (const { terms, holding } of group.members.values())
      for (const [topicId, partitions] of holding.assigned) {
        const topic = topics.byId(topicId);
        if (topic !== undefined) yield [terms.client.clientId, topic.name, partitions];
      }
  } else if (group.usesConsumerProtocol)
    for (const { client, assignment } of group.members)
      for (const { topic, partitions } of partitionsByName(assignment) ?? [])
        yield [client.clientId, topic, partitions];
}

function keyOf(clientId: string, topic: string): string {
  return `${topic}/${clientId}`;
}
