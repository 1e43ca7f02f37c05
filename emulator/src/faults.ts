/** Trouble on demand: one vocabulary over all protocols, applied where frames meet the model. */
import type { ProtocolName } from "./journal.ts";

/** Which frames a fault is for. What is left out matches everything. */
export interface FaultMatch {
  readonly protocol?: ProtocolName;
  readonly operation?: "connect" | "publish" | "deliver" | "subscribe";
  /** The concrete channel, or a pattern in the protocol's own wildcards. */
  readonly channel?: string;
  /** The client's name. */
  readonly client?: string;
  /** Only the n-th match, counted from 1. */
  readonly nth?: number;
}

/** What happens to a matching frame. */
export type FaultEffect =
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "drop" }
  | { readonly kind: "disconnect" };

export interface FaultRule {
  readonly match: FaultMatch;
  readonly effect: FaultEffect;
  /** How often it fires before it is spent. Default 1; `Infinity` until cleared. */
  readonly times?: number;
}

/** A fault that is armed. */
export interface Fault {
  readonly id: number;
  /** How often it has fired so far. */
  fired(): Promise<number>;
  clear(): Promise<void>;
}
