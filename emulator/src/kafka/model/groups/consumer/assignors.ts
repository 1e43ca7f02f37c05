/** Server-side assignors by their names (`group.consumer.assignors`): how partitions are shared out in a consumer group. */
import type { Assignment } from "../../group-contract.ts";
import { assignRange } from "./range-assignor.ts";
import { assignUniform } from "./uniform-assignor.ts";

/** A member, as assignors see it. */
export interface Subscriber {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly topicIds: ReadonlySet<string>;
  /** What it was meant to have so far. */
  readonly target: Assignment;
}

/** The partitions of a topic that exists: how many. */
export type PartitionCount = (topicId: string) => number;

export type Assignor = (
  members: readonly Subscriber[],
  partitionCount: PartitionCount,
) => Map<string, Assignment>;

export const assignors: Readonly<Record<string, Assignor>> = {
  uniform: assignUniform,
  range: assignRange,
};
