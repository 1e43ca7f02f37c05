import type { Partition } from "../contract.ts";

/** What a log asks of its partition, now and later. */
export type LogOwner = Pick<Partition, "topic" | "index" | "leaderEpoch">;

/** What a log needs of its cluster. */
export interface LogHost {
  now(): number;
  /** The journal's. */
  nextMessage(): number;
  /** A broker's config. */
  config(name: string): number;
  /** It holds so many bytes more, or less. */
  held(bytes: number): void;
  /** There is more that retention may take one day; `isAnew`: it may be sooner than it was. */
  grown(isAnew?: boolean): void;
  /** There is more that compaction may look at. */
  rolled(): void;
  closed(): void;
}
