/** What a stream tells to whoever keeps it beyond the process's life. */
import type { StoredMessage } from "./contract.ts";
import type { StreamConfig } from "./stream-config.ts";

export interface StreamLog {
  configured(config: StreamConfig, created: number): void;
  appended(message: StoredMessage): void;
  removed(seqs: readonly number[]): void;
  /** All up to `seq` has been given away, and nothing is left below `first`. */
  skipped(seq: number, first: number, time: number): void;
  consumerChanged(name: string): void;
  /** Writes what waits, and lets go of the file. */
  close(): void;
  /** The stream is no more. */
  destroy(): void;
}
