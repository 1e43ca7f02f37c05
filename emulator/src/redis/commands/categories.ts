/** The categories of the access list, derived from a command's flags and group. */
import type { Command } from "./command.ts";

/** In the server's order. */
export const CATEGORIES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
] as const;

type Category = (typeof CATEGORIES)[number];

const BY_GROUP: Readonly<Record<string, Category>> = {
  generic: "keyspace",
  string: "string",
  list: "list",
  set: "set",
  "sorted-set": "sortedset",
  sorted_set: "sortedset",
  hash: "hash",
  stream: "stream",
  bitmap: "bitmap",
  hyperloglog: "hyperloglog",
  geo: "geo",
  connection: "connection",
  transactions: "transaction",
  scripting: "scripting",
};

/** What a command is in although, or instead of, its group says. */
const EXCEPTIONS: Readonly<Record<string, readonly Category[]>> = {
  asking: ["connection"],
  command: ["connection"],
  dbsize: ["keyspace"],
  flushall: ["keyspace", "dangerous"],
  flushdb: ["keyspace", "dangerous"],
  info: ["dangerous"],
  keys: ["keyspace", "dangerous"],
  lastsave: ["admin", "dangerous"],
  readonly: ["connection"],
  readwrite: ["connection"],
  restore: ["keyspace", "dangerous"],
  "restore-asking": ["keyspace", "dangerous"],
  role: ["admin", "dangerous"],
  sort: ["set", "sortedset", "list", "dangerous"],
  sort_ro: ["set", "sortedset", "list", "dangerous"],
  swapdb: ["keyspace", "dangerous"],
  wait: ["connection"],
  waitaof: ["connection"],
};

/** `name` as in `client|list`. */
export function categoriesOf(name: string, command: Command): readonly Category[] {
  // What only holds subcommands does nothing itself; COMMAND does.
  if (command.subcommands !== undefined && command.arity === -2) return ["slow"];
  const own = EXCEPTIONS[name.split("|", 1)[0] ?? ""];
  const group = BY_GROUP[command.group];
  const found = new Set<Category>(own ?? (group === undefined ? [] : [group]));
  const { flags } = command;
  if (flags.includes("write")) found.add("write");
  if (flags.includes("readonly") && !found.has("scripting")) found.add("read");
  if (flags.includes("admin")) found.add("admin").add("dangerous");
  if (flags.includes("pubsub")) found.add("pubsub");
  if (flags.includes("blocking")) found.add("blocking");
  found.add(flags.includes("fast") ? "fast" : "slow");
  return CATEGORIES.filter((category) => found.has(category));
}
