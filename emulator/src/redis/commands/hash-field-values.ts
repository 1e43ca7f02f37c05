/** Fields of a hash got and set together with their deadlines, as Redis 8.0 does. https://redis.io/docs/latest/commands/hsetex/ */
import type { Hash } from "../model/hash.ts";
import type { Bytes, Reply, Argv } from "../values.ts";
import type { Call, CommandTable } from "./command.ts";
import { fieldOptions, fieldsFrom } from "./field-arguments.ts";
import { hashAt, hashOrNew } from "./hashes.ts";

const NEVER = Number.POSITIVE_INFINITY;
const row = { keys: [1, 1, 1], group: "hash", since: "8.0.0" } as const;

export const hashFieldValues: CommandTable = {
  hgetdel: {
    ...row,
    arity: -5,
    flags: ["write", "fast"],
    summary: "Gives fields of a hash and removes them.",
    run(call, argv) {
      const key = argv[1] ?? "";
      const hash = hashAt(call, key);
      const names = fieldsFrom(argv, 2, "ERR Number of fields must be a positive integer");
      const values = names.map((name) => {
        const value = hash?.get(name) ?? null;
        hash?.delete(name);
        return value;
      });
      if (values.some((value) => value !== null)) call.db.touch(key, "h", "hdel");
      return values;
    },
  },
  hgetex: {
    ...row,
    arity: -5,
    flags: ["write", "fast"],
    summary: "Gives fields of a hash and sets until when they live.",
    run(call, argv) {
      const key = argv[1] ?? "";
      const hash = hashAt(call, key);
      const { expires, fields } = fieldOptions(call, argv, "persist");
      const values = fields.map((name) => hash?.get(name) ?? null);
      if (hash !== undefined && expires !== null) {
        const event = setExpiries(call, hash, fields, expires);
        if (event !== null) call.db.touch(key, "h", event);
      }
      return values;
    },
  },
  hsetex: {
    ...row,
    arity: -6,
    flags: ["write", "denyoom", "fast"],
    summary: "Sets fields of a hash and until when they live.",
    run: setFields,
  },
};

function setFields(call: Call, argv: Argv): Reply {
  const key = argv[1] ?? "";
  const { expires, keepsExpiry, condition, fields } = fieldOptions(call, argv, "keepttl");
  const names = fields.filter((_, at) => at % 2 === 0);
  const found = hashAt(call, key);
  const exists = (name: Bytes) => found?.field(name) !== undefined;
  if (condition === "fnx" && names.some(exists)) return 0;
  if (condition === "fxx" && !names.every(exists)) return 0;
  if (names.length === 0) return 1;
  const hash = hashOrNew(call, key);
  for (const [index, name] of names.entries())
    hash.set(name, fields[index * 2 + 1] ?? "", keepsExpiry);
  call.db.touch(key, "h", "hset");
  const event = expires === null ? null : setExpiries(call, hash, names, expires);
  if (event !== null) call.db.touch(key, "h", event);
  return 1;
}

/** Returns the event to tell. A time that has passed removes the fields. */
function setExpiries(
  { now }: Call,
  hash: Hash,
  names: readonly Bytes[],
  at: number,
): string | null {
  let event: string | null = null;
  for (const name of names) {
    const field = hash.field(name);
    if (field === undefined || (at === NEVER && field.expires === NEVER)) continue;
    if (at <= now) hash.delete(name);
    else hash.setExpiry(field, at);
    event = at <= now ? "hdel" : at === NEVER ? "hpersist" : "hexpire";
  }
  return event;
}
