/** What Redis has besides channels by their names: patterns of channels, lists, streams. */
import type { Channel } from "../channel.ts";

/** Any option of a list; the rest goes with `reliable` only. */
export interface ListOptions {
  /**
   * A message stays in a processing list of this consumer's until it is acknowledged: at least once. Without it a
   * message is gone as soon as it is taken.
   */
  readonly reliable?: boolean;
  /** What the processing lists are called, before `:` and the consumer's name. Default `<list>:processing`. */
  readonly processing?: string;
  /** This process' name among the consumers. Default: the client's name and the host's, numbered where it is taken. */
  readonly consumer?: string;
  /** A list to which rejected messages go. Default: they are dropped. */
  readonly rejected?: string;
}

/** Options of a stream without a group. */
export interface StreamOptions extends Trim {
  /** Members of a group share the entries, and what is not acknowledged comes again. */
  readonly group?: string;
  /** Where a new group or a reader without one begins: `$` (default) after the newest entry, `0` with the oldest, an id after it. */
  readonly from?: "$" | "0" | (string & {});
  /** This process' name in the group. Default: the client's name and the host's, numbered where it is taken. */
  readonly consumer?: string;
  /** Entries that another consumer has not acknowledged for so many ms are taken over. Default 60000; `false`: never. */
  readonly minIdle?: number | false;
  /** How often they are looked for, in ms. Default 15000, or `minIdle` where that is less. */
  readonly claimInterval?: number;
  /** Deletes an entry when it is acknowledged or rejected: for a stream with one group. */
  readonly deleteAfterAck?: boolean;
  /** When stream or group are gone: `recreate` (default) makes them anew, `stop` stops the subscriber; `health()` says so. */
  readonly onGroupMissing?: "recreate" | "stop";
  /** An entry that was delivered so often and comes once more is rejected. Default: no limit. */
  readonly maxDeliveries?: number;
}

/** What a stream keeps; applied with each publish. */
export interface Trim {
  /** Keeps so many of the newest entries. */
  readonly maxLength?: number;
  /** Drops entries older than this id (or a time in ms). Not with `maxLength`. */
  readonly minId?: string;
  /** Lets Redis keep a few more, which is much cheaper. Default true. */
  readonly approximate?: boolean;
}

/** Options of a publisher to a stream. */
export interface StreamPublisherOptions extends Trim {
  /** Publishes only where the stream is there already; else the publish rejects. */
  readonly noCreate?: boolean;
}

/** All channels that match a glob: `pattern("logs.*")`. `*` matches any text, separators too. */
export function pattern<const Glob extends string>(
  glob: Glob,
): Channel<Glob, "pattern", Record<never, never>> {
  return { address: glob, type: "pattern", options: {} };
}

/** A list: its subscribers share the messages; at most once, or at least once with `reliable`. */
export function list<const Name extends string, const Options extends ListOptions = object>(
  name: Name,
  options?: Options,
): Channel<Name, Options extends { reliable: true } ? "reliable-list" : "list", ListOptions> {
  const type = options?.reliable === true ? "reliable-list" : "list";
  return { address: name, type, options: options ?? {} } as never;
}

/** A stream. With a `group` at least once, shared by its members; without one every subscriber reads all of it, at most once. */
export function stream<const Name extends string, const Options extends StreamOptions = object>(
  name: Name,
  options?: Options,
): Channel<Name, Options extends { group: string } ? "stream-group" : "stream", StreamOptions> {
  const type = options?.group === undefined ? "stream" : "stream-group";
  return { address: name, type, options: options ?? {} } as never;
}
