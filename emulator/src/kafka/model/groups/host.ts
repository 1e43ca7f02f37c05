/** What a group has of the coordinator around it. */
import type { Clock } from "../../../clock.ts";
import type { Deadlines } from "../../../deadlines.ts";
import type { Topics } from "../contract.ts";

export interface GroupHost {
  readonly clock: Clock;
  /** Calls what is due; each function has one deadline. */
  readonly alarms: Deadlines<() => void>;
  readonly topics: Topics;
  /** A broker's config. */
  config(name: string): number;
  /** How many members a group may have. */
  maxSize(name: "group.max.size" | "group.consumer.max.size"): number;
  /** What is set on a group itself, else the broker's. */
  groupConfig(group: string, name: "session.timeout.ms" | "heartbeat.interval.ms"): number;
  /** Server-side assignors by name, the one first that is taken where nobody asks for another. */
  readonly assignors: readonly string[];
  /** Who reads what may have changed. */
  onAssigned(): void;
}

/** Sets the alarm for `ms` from now. */
export function alarm(host: GroupHost, ms: number, due: () => void): void {
  host.alarms.set(due, host.clock.now() + ms);
}
