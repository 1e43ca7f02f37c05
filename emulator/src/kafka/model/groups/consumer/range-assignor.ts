/**
 * `range`: of each topic, every subscriber gets a run of partitions, the first ones one more where it does not come out
 * even. Topics with equally many partitions are shared out alike, so that what has one key is read by one member.
 */
import type { Assignor, Subscriber } from "./assignors.ts";

export const assignRange: Assignor = (members, partitionCount) => {
  const sorted = members.toSorted(byInstanceThenId);
  const shared = new Map(sorted.map(({ memberId }) => [memberId, new Map<string, Set<number>>()]));
  for (const topicId of new Set(sorted.flatMap(({ topicIds }) => [...topicIds]))) {
    const subscribers = sorted.filter(({ topicIds }) => topicIds.has(topicId));
    const partitions = partitionCount(topicId);
    const quota = Math.floor(partitions / subscribers.length);
    const extra = partitions % subscribers.length;
    let next = 0;
    for (const [index, { memberId }] of subscribers.entries()) {
      const length = quota + (index < extra ? 1 : 0);
      const run = Array.from({ length }, (_, place) => next + place);
      if (length > 0) shared.get(memberId)?.set(topicId, new Set(run));
      next += length;
    }
  }
  return shared;
};

/** Static members first: they come back to the same partitions. */
function byInstanceThenId(one: Subscriber, other: Subscriber): number {
  if (one.instanceId !== null && other.instanceId !== null)
    return compare(one.instanceId, other.instanceId);
  if (one.instanceId !== null) return -1;
  if (other.instanceId !== null) return 1;
  return compare(one.memberId, other.memberId);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
