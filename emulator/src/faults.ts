/** Trouble on demand: one vocabulary over all protocols, applied where frames meet the model. */
import type { ProtocolName } from "./journal.ts";

/** What a frame is for, in the words of every protocol. `acknowledge`: a client settles what it was given. */
export type FaultOperation = "connect" | "publish" | "deliver" | "subscribe" | "acknowledge";

/** Which frames a fault is for. What is left out matches everything. */
export interface FaultMatch {
  readonly protocol?: ProtocolName;
  /** What the frame is for, or the protocol's own name for it: a Redis command (`XADD`), a JetStream API (`STREAM.CREATE`). */
  readonly operation?: FaultOperation | (string & {});
  /** The concrete channel, or a pattern in the protocol's own wildcards. */
  readonly channel?: string;
  /** The client's name. */
  readonly client?: string;
  /** Only the n-th match, counted from 1. */
  readonly nth?: number;
}

/** What happens to a matching frame. */
export type FaultEffect =
  /** It waits, and everything behind it on the same connection with it. */
  | { readonly kind: "delay"; readonly ms: number }
  /** As if it had never been sent. */
  | { readonly kind: "drop" }
  | { readonly kind: "disconnect" }
  /** The connection stays open and silent, from this frame on, until the fault is cleared. */
  | { readonly kind: "hang" }
  /** A client's frame is refused with the protocol's own error, in these words where it has words. Not for `deliver`. */
  | { readonly kind: "error"; readonly text?: string }
  /** It comes twice. */
  | { readonly kind: "duplicate" }
  /** It comes behind the next one on the same connection. */
  | { readonly kind: "reorder" }
  /**
   * RabbitMQ alone, for what clients send: from this frame on it is low on memory or disk, so that whoever publishes is
   * told so by connection.blocked and waits, until the fault is cleared.
   */
  | { readonly kind: "alarm"; readonly reason: "memory" | "disk" };

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
