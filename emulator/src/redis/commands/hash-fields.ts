/** Fields of a hash with deadlines of their own, as Redis 7.4 and 8.0 have them. https://redis.io/docs/latest/commands/hexpire/ */
import type { Field, Hash } from "../model/hash.ts";
import type { Bytes, Reply, Argv } from "../values.ts";
import type { Call, CommandTable } from "./command.ts";
import { deadline, fieldsFrom } from "./field-arguments.ts";
import { hashAt } from "./hashes.ts";

const row = { keys: [1, 1, 1], group: "hash", since: "7.4.0" } as const;
const expire = { ...row, arity: -6, flags: ["write", "denyoom", "fast"] } as const;
const ask = { ...row, arity: -5, flags: ["readonly", "fast"] } as const;

/** What is answered for each field. */
const NO_FIELD = -2;
const NO_DEADLINE = -1;
const REFUSED = 0;
const DONE = 1;
const DELETED = 2;

export const hashFields: CommandTable = {
  hexpire: {
    ...expire,
    summary: "Lets fields of a hash live for some seconds.",
    run: (call, argv) => setExpiry(call, argv, 1000, call.now),
  },
  hpexpire: {
    ...expire,
    summary: "Lets fields of a hash live for some milliseconds.",
    run: (call, argv) => setExpiry(call, argv, 1, call.now),
  },
  hexpireat: {
    ...expire,
    summary: "Lets fields of a hash live until a Unix time in seconds.",
    run: (call, argv) => setExpiry(call, argv, 1000, 0),
  },
  hpexpireat: {
    ...expire,
    summary: "Lets fields of a hash live until a Unix time in milliseconds.",
    run: (call, argv) => setExpiry(call, argv, 1, 0),
  },
  httl: {
    ...ask,
    summary: "How many seconds fields of a hash have left.",
    run: (call, argv) => expiries(call, argv, (at) => Math.ceil((at - call.now) / 1000)),
  },
  hpttl: {
    ...ask,
    summary: "How many milliseconds fields of a hash have left.",
    run: (call, argv) => expiries(call, argv, (at) => at - call.now),
  },
  hexpiretime: {
    ...ask,
    summary: "Until which Unix time in seconds fields of a hash live.",
    run: (call, argv) => expiries(call, argv, (at) => Math.ceil(at / 1000)),
  },
  hpexpiretime: {
    ...ask,
    summary: "Until which Unix time in milliseconds fields of a hash live.",
    run: (call, argv) => expiries(call, argv, (at) => at),
  },
  hpersist: {
    ...row,
    arity: -5,
    flags: ["write", "fast"],
    summary: "Lets fields of a hash live for ever.",
    run(call, argv) {
      const key = argv[1] ?? "";
      const hash = hashAt(call, key);
      const answers = fieldsFrom(argv, 2, "ERR Number of fields must be a positive integer").map(
        (name) => persist(hash, name),
      );
      if (answers.includes(DONE)) call.db.touch(key, "h", "hpersist");
      return answers;
    },
  },
};

function setExpiry(call: Call, argv: Argv, unit: number, from: number): Reply {
  const [, key = "", time, option = ""] = argv;
  const hash = hashAt(call, key);
  const at = deadline(argv, time, unit, from);
  const condition = CONDITIONS.get(option.toLowerCase());
  const fields = fieldsFrom(
    argv,
    condition === undefined ? 3 : 4,
    "ERR Parameter `numFields` should be greater than 0",
  );

  const answers = fields.map((fieldName) => {
    const field = hash?.field(fieldName);
    if (hash === undefined || field === undefined) return NO_FIELD;
    if (condition !== undefined && !condition(field, at)) return REFUSED;
    if (at <= call.now) {
      hash.delete(fieldName);
      return DELETED;
    }
    hash.setExpiry(field, at);
    return DONE;
  });
  if (answers.includes(DELETED)) call.db.touch(key, "h", "hdel");
  else if (answers.includes(DONE)) call.db.touch(key, "h", "hexpire");
  return answers;
}

/** Whether a field's deadline may be set to another. What lives for ever is later than any. */
const CONDITIONS: ReadonlyMap<string, (field: Field, at: number) => boolean> = new Map([
  ["nx", ({ expires }) => expires === Number.POSITIVE_INFINITY],
  ["xx", ({ expires }) => expires !== Number.POSITIVE_INFINITY],
  ["gt", ({ expires }, at) => at > expires],
  ["lt", ({ expires }, at) => at < expires],
]);

function expiries(call: Call, argv: Argv, show: (at: number) => number): Reply {
  const hash = hashAt(call, argv[1] ?? "");
  return fieldsFrom(argv, 2, "ERR Number of fields must be a positive integer").map((name) => {
    const field = hash?.field(name);
    if (field === undefined) return NO_FIELD;
    return field.expires === Number.POSITIVE_INFINITY ? NO_DEADLINE : show(field.expires);
  });
}

function persist(hash: Hash | undefined, name: Bytes): number {
  const field = hash?.field(name);
  if (hash === undefined || field === undefined) return NO_FIELD;
  if (field.expires === Number.POSITIVE_INFINITY) return NO_DEADLINE;
  hash.setExpiry(field, Number.POSITIVE_INFINITY);
  return DONE;
}
