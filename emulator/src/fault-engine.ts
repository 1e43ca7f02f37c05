/** Which armed fault a frame meets. Protocols ask once for each frame, where frames meet the model. */
import type { Fault, FaultEffect, FaultMatch, FaultRule } from "./faults.ts";
import type { ProtocolName } from "./journal.ts";

/** A frame, as far as faults look at it. */
export interface Frame {
  readonly protocol: ProtocolName;
  readonly operation: NonNullable<FaultMatch["operation"]>;
  /** The concrete channel; for `subscribe` the pattern; left out for `connect`. */
  readonly channel?: string;
  /** The client's name, "" where it gave none. */
  readonly client: string;
  /** Whether a pattern in the protocol's wildcards matches a concrete channel. */
  readonly matches: (pattern: string, channel: string) => boolean;
}

/** What happens to a frame, and by which fault. */
export interface FrameFault {
  readonly id: number;
  readonly effect: FaultEffect;
}

export interface FaultEngine {
  inject(rule: FaultRule): Fault;
  /** The fault that this frame meets, counted as fired; null for nearly every frame. The oldest rule goes first. */
  next(frame: Frame): FrameFault | null;
}

export function createFaultEngine(): FaultEngine {
  interface Armed {
    readonly id: number;
    readonly rule: FaultRule;
    seen: number;
    fired: number;
  }
  const armed = new Set<Armed>();
  let ids = 0;

  return {
    inject(rule) {
      const entry: Armed = { id: ++ids, rule, seen: 0, fired: 0 };
      armed.add(entry);
      return {
        id: entry.id,
        fired: async () => entry.fired,
        clear: async () => void armed.delete(entry),
      };
    },
    next(frame) {
      for (const entry of armed) {
        if (!isFor(entry.rule.match, frame)) continue;
        entry.seen++;
        const { nth } = entry.rule.match;
        if (nth !== undefined && entry.seen !== nth) continue;
        entry.fired++;
        if (nth !== undefined || entry.fired >= (entry.rule.times ?? 1)) armed.delete(entry);
        return { id: entry.id, effect: entry.rule.effect };
      }
      return null;
    },
  };
}

/** The journal's reason for what a fault took. */
export function reasonOf({ id, effect }: FrameFault): string {
  return `fault ${id}: ${effect.kind}`;
}

function isFor(match: FaultMatch, frame: Frame): boolean {
  if (match.protocol !== undefined && match.protocol !== frame.protocol) return false;
  if (match.operation !== undefined && match.operation !== frame.operation) return false;
  if (match.client !== undefined && match.client !== frame.client) return false;
  if (match.channel === undefined || match.channel === frame.channel) return true;
  return frame.channel !== undefined && frame.matches(match.channel, frame.channel);
}
