/** What members of the classic protocol say to each other, where the broker looks into it: topics, partitions, racks. */
import type { Topics } from "../contract.ts";
import type { Assignment, GroupProtocol } from "../group-contract.ts";
import {
  readAssignment,
  readSubscribedTopics,
  readSubscription,
  type Subscription,
  writeAssignment,
} from "../../wire/consumer-protocol.ts";
import { MalformedError } from "../../wire/malformed.ts";

/** Null where it is not what consumers send. */
export function subscriptionOf(metadata: Buffer): Subscription | null {
  return unlessMalformed(() => readSubscription(metadata));
}

/** Whatever else a client leaves out of what its version has; null where it is not what consumers send. */
export function subscribedTopicsOf(metadata: Buffer): readonly string[] | null {
  return unlessMalformed(() => readSubscribedTopics(metadata));
}

/** Partitions by the names of topics; null where it is not what consumers send. */
export function partitionsByName(assignment: Buffer): NamedPartitions | null {
  if (assignment.length === 0) return [];
  return unlessMalformed(() => readAssignment(assignment).assignedPartitions);
}

/** Whether an assignor of somebody's own keeps something in it. */
export function hasUserData(assignment: Buffer): boolean {
  if (assignment.length === 0) return false;
  return (unlessMalformed(() => readAssignment(assignment))?.userData?.length ?? 0) > 0;
}

type NamedPartitions = readonly {
  readonly topic: string;
  readonly partitions: readonly number[];
}[];

/** By topic id, of those that exist. */
export function assignmentOf(named: NamedPartitions, topics: Topics): Assignment {
  const assignment = new Map<string, ReadonlySet<number>>();
  for (const { topic, partitions } of named) {
    const id = topics.get(topic)?.id;
    if (id !== undefined && partitions.length > 0) assignment.set(id, new Set(partitions));
  }
  return assignment;
}

/** An assignment as a classic member expects it, in the version in which it spoke of its subscription. */
export function embedded(
  assignment: Assignment,
  topics: Topics,
  { metadata }: GroupProtocol,
): Buffer {
  const assignedPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.byId(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions: [...partitions].toSorted(ascending) }];
  });
  const version = metadata.length < 2 ? 0 : metadata.readInt16BE(0);
  return writeAssignment({ assignedPartitions, userData: null }, version);
}

function ascending(one: number, other: number): number {
  return one - other;
}

function unlessMalformed<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}
