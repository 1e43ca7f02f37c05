/**
 * How long committed offsets are kept (KIP-211): `offsets.retention.minutes` from when a group became empty, or from the
 * commit where a group has no members or does not read the topic. A group with neither members nor offsets goes, too.
 */
import type { CommittedOffset } from "../contract.ts";
import type { ClassicGroup } from "./classic/group.ts";
import type { ConsumerGroup } from "./consumer/group.ts";
import { reads } from "./offset-checks.ts";
import type { CommittedOffsets } from "./offsets.ts";

/** Deletes what has been kept long enough. Returns whether the group has nothing left. */
export function expireOffsets(
  group: ClassicGroup | ConsumerGroup,
  offsets: CommittedOffsets,
  now: number,
  retention: number,
): boolean {
  const since = countedFrom(group);
  if (since !== null)
    for (const [topic, partition, offset] of offsets.all) {
      const ends = offset.expires ?? since(offset) + retention;
      if (ends <= now && !reads(group, topic) && !offsets.isUnstable(topic, partition))
        offsets.delete(topic, partition);
    }
  return group.state === "Empty" && offsets.isEmpty;
}

/** From when on offsets grow old; null while they do not. */
function countedFrom(
  group: ClassicGroup | ConsumerGroup,
): ((offset: CommittedOffset) => number) | null {
  const fromCommit = ({ committed }: CommittedOffset) => committed;
  if (group.kind === "consumer" || group.type === null) return fromCommit;
  if (group.state === "Empty") return () => group.stateSince;
  return group.usesConsumerProtocol && group.state === "Stable" ? fromCommit : null;
}
