/**
 * How a member of a consumer group comes from what it has to what it is meant to have, one heartbeat at a time (KIP-848,
 * "Assignment Process"): it gives up what it must, takes the new epoch, then takes over what others have given up.
 */
import type { Assignment } from "../../group-contract.ts";
import { covers, filtered, has, NO_PARTITIONS, overlap, union } from "./assignment.ts";

/**
 * `unrevoked`: it has not said yet that it gave up what is taken from it.
 * `unreleased`: it waits for partitions that others still hold.
 */
export type MemberState = "stable" | "unrevoked" | "unreleased";

export interface Holding {
  readonly state: MemberState;
  readonly epoch: number;
  readonly assigned: Assignment;
  /** What it is to give up. */
  readonly revoking: Assignment;
}

export interface ReconciliationTerms {
  readonly epoch: number;
  readonly target: Assignment;
  /** What the member says it has; null where its heartbeat says nothing about it. */
  readonly owned: Assignment | null;
  /** Whether no member holds a partition. */
  isFree(topicId: string, partition: number): boolean;
}

/** The next step; the holding itself where there is none. */
export function reconcile(holding: Holding, terms: ReconciliationTerms): Holding {
  if (holding.state === "stable" && holding.epoch === terms.epoch) return holding;
  if (holding.state === "unrevoked" && stillOwns(terms.owned, holding.revoking)) return holding;

  // Who has given up what it was to, and has to give up more, has got on by one epoch.
  const epoch = holding.state === "unrevoked" ? holding.epoch + 1 : holding.epoch;
  const kept = filtered(holding.assigned, (topic, partition) =>
    has(terms.target, topic, partition),
  );
  const revoking = filtered(holding.assigned, (topic, partition) => !has(kept, topic, partition));
  if (revoking.size > 0 && stillOwns(terms.owned, revoking))
    return { state: "unrevoked", epoch, assigned: kept, revoking };

  const free = filtered(
    terms.target,
    (topic, partition) => !has(kept, topic, partition) && terms.isFree(topic, partition),
  );
  const assigned = union(kept, free);
  const state = covers(assigned, terms.target) ? "stable" : "unreleased";
  return { state, epoch: terms.epoch, assigned, revoking: NO_PARTITIONS };
}

/** Who says nothing is taken to have what it had. */
function stillOwns(owned: Assignment | null, revoking: Assignment): boolean {
  return owned === null || overlap(owned, revoking);
}
