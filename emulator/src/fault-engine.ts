/** Which armed fault a frame meets. Protocols ask once for each frame, where frames meet the model. */
import type { Fault, FaultEffect, FaultMatch, FaultOperation, FaultRule } from "./faults.ts";
import type { ProtocolName } from "./journal.ts";

/** A frame, as far as faults look at it. */
export interface Frame {
  readonly protocol: ProtocolName;
  /** Absent for what is none of these. */
  readonly operation?: FaultOperation;
  /** The protocol's own name for it, where it has one. */
  readonly command?: string;
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
  /** The channel that its rule names, where it names one. */
  readonly channel?: string;
  /** Calls back when the fault is cleared. */
  onClear(callback: () => void): void;
}

export interface FaultEngine {
  /** How many are armed: with none, no frame needs to ask. */
  readonly armed: number;
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
    readonly onClear: (() => void)[];
  }
  const armed = new Set<Armed>();
  let ids = 0;

  return {
    get armed() {
      return armed.size;
    },
    inject(rule) {
      if (rule.effect.kind === "error" && rule.match.operation === "deliver")
        throw new Error(
          "an error answers what a client sends: it cannot be the effect on a delivery",
        );
      if (rule.effect.kind === "alarm" && rule.match.protocol !== "rabbitmq")
        throw new Error('only RabbitMQ has alarms: match { protocol: "rabbitmq" }');
      const entry: Armed = { id: ++ids, rule, seen: 0, fired: 0, onClear: [] };
      armed.add(entry);
      return {
        id: entry.id,
        fired: async () => entry.fired,
        async clear() {
          armed.delete(entry);
          for (const callback of entry.onClear.splice(0)) callback();
        },
      };
    },
    next(frame) {
      for (const entry of armed) {
        if (!isFor(entry.rule.match, frame)) continue;
        // There is nobody to refuse a delivery to, or to hold back.
        const { kind } = entry.rule.effect;
        if ((kind === "error" || kind === "alarm") && frame.operation === "deliver") continue;
        entry.seen++;
        const { nth } = entry.rule.match;
        if (nth !== undefined && entry.seen !== nth) continue;
        entry.fired++;
        if (nth !== undefined || entry.fired >= (entry.rule.times ?? 1)) armed.delete(entry);
        return {
          id: entry.id,
          effect: entry.rule.effect,
          ...(entry.rule.match.channel === undefined ? {} : { channel: entry.rule.match.channel }),
          onClear: (callback) => void entry.onClear.push(callback),
        };
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
  if (match.operation !== undefined && !isCalled(match.operation, frame)) return false;
  if (match.client !== undefined && match.client !== frame.client) return false;
  if (match.channel === undefined || match.channel === frame.channel) return true;
  return frame.channel !== undefined && frame.matches(match.channel, frame.channel);
}

function isCalled(operation: string, frame: Frame): boolean {
  return operation === frame.operation || operation.toUpperCase() === frame.command?.toUpperCase();
}
