/**
 * `uniform`: everybody gets as many partitions as the others, and keeps what it has as far as that allows. Who subscribes
 * to the same as all others is filled up to its share; else partitions go to who has the least, and are moved until it
 * evens out.
 */
import type { Assignment } from "../../group-contract.ts";
import type { Assignor, PartitionCount, Subscriber } from "./assignors.ts";

type TopicPartition = readonly [topicId: string, partition: number];

export const assignUniform: Assignor = (members, partitionCount) => {
  const [first] = members;
  if (first === undefined) return new Map();
  const alike = members.every(
    ({ topicIds }) =>
      topicIds.size === first.topicIds.size && [...topicIds].every((id) => first.topicIds.has(id)),
  );
  const shares = members.map((member) => new Share(member));
  if (alike) fill(shares, first.topicIds, partitionCount);
  else balance(shares, partitionCount);
  return new Map(shares.map((share) => [share.member.memberId, share.assignment]));
};

/** What a member gets. */
class Share {
  readonly member: Subscriber;
  readonly #topics = new Map<string, Set<number>>();
  size = 0;

  constructor(member: Subscriber) {
    this.member = member;
  }

  get assignment(): Assignment {
    return this.#topics;
  }

  add(topicId: string, partition: number): void {
    let partitions = this.#topics.get(topicId);
    if (partitions === undefined) this.#topics.set(topicId, (partitions = new Set()));
    partitions.add(partition);
    this.size++;
  }

  /** Takes away the last partition of a topic. */
  takeOf(topicId: string): number | undefined {
    const partitions = this.#topics.get(topicId);
    const last = partitions === undefined ? undefined : Math.max(...partitions);
    if (partitions === undefined || last === undefined) return undefined;
    partitions.delete(last);
    if (partitions.size === 0) this.#topics.delete(topicId);
    this.size--;
    return last;
  }

  has(topicId: string): boolean {
    return this.#topics.has(topicId);
  }
}

function fill(
  shares: readonly Share[],
  topicIds: ReadonlySet<string>,
  partitionCount: PartitionCount,
): void {
  let total = 0;
  for (const topicId of topicIds) total += partitionCount(topicId);
  const quota = Math.floor(total / shares.length);
  const extra = total % shares.length;
  const quotaAt = (index: number) => quota + (index < extra ? 1 : 0);
  const taken = keep(shares, partitionCount, (share, index) => share.size < quotaAt(index));
  const left = freeOf(topicIds, partitionCount, taken);
  for (const [index, share] of shares.entries())
    while (share.size < quotaAt(index)) {
      const next = left.next();
      if (next.done === true) return;
      share.add(...next.value);
    }
}

function balance(shares: readonly Share[], partitionCount: PartitionCount): void {
  const topicIds = new Set(shares.flatMap(({ member }) => [...member.topicIds]));
  const subscribers = new Map(
    [...topicIds].map((id) => [id, shares.filter(({ member }) => member.topicIds.has(id))]),
  );
  // Topics with the fewest ways to place them come first.
  const load = (id: string) => partitionCount(id) / (subscribers.get(id)?.length ?? 1);
  const sorted = [...topicIds].toSorted((one, other) => load(other) - load(one));
  const taken = keep(shares, partitionCount, () => true);
  for (const [topicId, partition] of freeOf(sorted, partitionCount, taken))
    least(subscribers.get(topicId) ?? [])?.add(topicId, partition);
  for (let moved = true, round = 0; moved && round < MOST_ROUNDS; round++) {
    moved = false;
    for (const topicId of sorted)
      while (move(topicId, subscribers.get(topicId) ?? [])) moved = true;
  }
}

/** As in Kafka: good enough is balanced. */
const MOST_ROUNDS = 16;

/** One partition from who has the most to who has the least, where that makes it more even. */
function move(topicId: string, subscribers: readonly Share[]): boolean {
  const to = least(subscribers);
  const from = subscribers
    .filter((share) => share.has(topicId))
    .reduce<Share | undefined>(
      (most, one) => (most && most.size >= one.size ? most : one),
      undefined,
    );
  if (to === undefined || from === undefined || from.size - to.size <= 1) return false;
  const partition = from.takeOf(topicId);
  if (partition !== undefined) to.add(topicId, partition);
  return partition !== undefined;
}

function least(shares: readonly Share[]): Share | undefined {
  return shares.reduce<Share | undefined>(
    (found, one) => (found && found.size <= one.size ? found : one),
    undefined,
  );
}

/** Lets members have what they had, as far as they want it and may. Returns what is taken with that. */
function keep(
  shares: readonly Share[],
  partitionCount: PartitionCount,
  may: (share: Share, index: number) => boolean,
): ReadonlyMap<string, ReadonlySet<number>> {
  const taken = new Map<string, Set<number>>();
  for (const [index, share] of shares.entries())
    for (const [topicId, partitions] of share.member.target) {
      if (!share.member.topicIds.has(topicId)) continue;
      let ofTopic = taken.get(topicId);
      if (ofTopic === undefined) taken.set(topicId, (ofTopic = new Set()));
      for (const partition of partitions)
        if (partition < partitionCount(topicId) && !ofTopic.has(partition) && may(share, index)) {
          share.add(topicId, partition);
          ofTopic.add(partition);
        }
    }
  return taken;
}

function* freeOf(
  topicIds: Iterable<string>,
  partitionCount: PartitionCount,
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<TopicPartition, undefined> {
  for (const topicId of topicIds)
    for (let partition = 0; partition < partitionCount(topicId); partition++)
      if (taken.get(topicId)?.has(partition) !== true) yield [topicId, partition];
  return undefined;
}
