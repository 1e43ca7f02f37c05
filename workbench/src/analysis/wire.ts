/** What the analysis' worker thread and its client say to each other. */
import type { Topology } from "../topology.ts";

export interface WorkerStart {
  readonly folder: string;
  readonly trusted: boolean;
  /** The last one that was given out: revisions count on when a worker is replaced. */
  readonly revision: number;
}

export type ToWorker = { readonly kind: "changed"; readonly paths: readonly string[] };

export type FromWorker =
  | { readonly kind: "topology"; readonly topology: Topology }
  /** It was read again and nothing is different. */
  | { readonly kind: "same" }
  /** This reading failed; the last topology stands. */
  | { readonly kind: "failed"; readonly error: string };
