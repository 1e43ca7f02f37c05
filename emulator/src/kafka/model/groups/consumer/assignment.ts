/** Arithmetic of assignments: which partitions of which topics. */
import type { Assignment } from "../../group-contract.ts";

export const NO_PARTITIONS: Assignment = new Map();

export function has(assignment: Assignment, topicId: string, partition: number): boolean {
  return assignment.get(topicId)?.has(partition) === true;
}

/** Those that pass, without topics of which none does. */
export function filtered(
  assignment: Assignment,
  passes: (topicId: string, partition: number) => boolean,
): Assignment {
  const left = new Map<string, ReadonlySet<number>>();
  for (const [topicId, partitions] of assignment) {
    const some = [...partitions].filter((partition) => passes(topicId, partition));
    if (some.length > 0) left.set(topicId, new Set(some));
  }
  return left;
}

export function union(one: Assignment, other: Assignment): Assignment {
  const both = new Map(one);
  for (const [topicId, partitions] of other)
    both.set(topicId, new Set([...(both.get(topicId) ?? []), ...partitions]));
  return both;
}

/** Whether the one has all that the other has. */
export function covers(one: Assignment, other: Assignment): boolean {
  for (const [topicId, partitions] of other)
    for (const partition of partitions) if (!has(one, topicId, partition)) return false;
  return true;
}

export function overlap(one: Assignment, other: Assignment): boolean {
  for (const [topicId, partitions] of other)
    for (const partition of partitions) if (has(one, topicId, partition)) return true;
  return false;
}

export function same(one: Assignment, other: Assignment): boolean {
  return covers(one, other) && covers(other, one);
}
