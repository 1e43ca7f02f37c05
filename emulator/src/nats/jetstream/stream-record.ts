/** A stream as plain data. */
import type { StoredMessage } from "./contract.ts";
import type { StreamConfig } from "./stream-config.ts";

/** What a stream is made of again: from a snapshot or a file. */
export interface StreamRecord {
  readonly config: StreamConfig;
  readonly created: number;
  readonly messages: readonly StoredMessage[];
  readonly first: number;
  readonly last: number;
  readonly lastTime: number;
  readonly consumers: readonly { readonly name: string; readonly snapshot: unknown }[];
}
