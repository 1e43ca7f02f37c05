/** What the members of a consumer group subscribe to, and which topics that is now. */
import type { Topic, Topics } from "../../contract.ts";
import type { ConsumerMember, MemberTerms } from "./member.ts";
import { matchesPattern } from "./topic-pattern.ts";

/** The topics that exist of those that a member subscribes to. */
export function topicsOf({ topicNames, topicRegex }: MemberTerms, topics: Topics): Set<Topic> {
  const found = new Set<Topic>();
  for (const name of topicNames) {
    const topic = topics.get(name);
    if (topic !== undefined) found.add(topic);
  }
  if (topicRegex === "") return found;
  for (const topic of topics.all) if (matchesPattern(topicRegex, topic.name)) found.add(topic);
  return found;
}

export function subscribes({ topicNames, topicRegex }: MemberTerms, topic: string): boolean {
  return topicNames.includes(topic) || (topicRegex !== "" && matchesPattern(topicRegex, topic));
}

/** Whether these subscribe to the same, in whatever order they say it. */
export function subscribeAlike(one: MemberTerms, other: MemberTerms): boolean {
  const names = new Set(one.topicNames);
  return (
    one.topicRegex === other.topicRegex &&
    names.size === new Set(other.topicNames).size &&
    other.topicNames.every((name) => names.has(name))
  );
}

/** Says when topics that somebody subscribes to have come, gone, or have more partitions: it is another text then. */
export function fingerprint(members: Iterable<ConsumerMember>, topics: Topics): string {
  const all = new Set<Topic>();
  for (const { terms } of members) for (const topic of topicsOf(terms, topics)) all.add(topic);
  return [...all]
    .map(({ id, partitions }) => `${id}/${partitions.length}`)
    .toSorted()
    .join();
}
