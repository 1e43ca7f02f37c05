/** BITFIELD: integers of any width up to 64 bits in a string. https://redis.io/docs/latest/commands/bitfield/ */
import { Failure, type Bytes, type Reply, type Argv } from "../values.ts";
import { bitOffset, extended } from "./bits.ts";
import { type Call, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { int64 } from "./int64.ts";

type Overflow = "wrap" | "sat" | "fail";

interface Operation {
  readonly name: "get" | "set" | "incrby";
  readonly signed: boolean;
  readonly width: number;
  readonly offset: number;
  readonly value: bigint;
  readonly overflow: Overflow;
}

export const bitfield: CommandTable = {
  bitfield: {
    arity: -2,
    flags: ["write", "denyoom"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "3.2.0",
    summary: "Reads and writes integers of any width in a string.",
    run(call, argv) {
      const operations = operationsOf(argv);
      return operations.every(({ name }) => name === "get")
        ? get(call, argv[1], operations)
        : change(call, argv[1], operations);
    },
  },
  bitfield_ro: {
    arity: -2,
    flags: ["readonly", "fast"],
    keys: [1, 1, 1],
    group: "bitmap",
    since: "6.0.0",
    summary: "Reads integers of any width in a string.",
    run(call, argv) {
      const operations = operationsOf(argv);
      if (operations.some(({ name }) => name !== "get"))
        throw new Failure("ERR BITFIELD_RO only supports the GET subcommand");
      return get(call, argv[1], operations);
    },
  },
};

function get({ db }: Call, key = "", operations: readonly Operation[]): Reply {
  const value = db.string(key) ?? "";
  return operations.map((operation) => read(value, operation));
}

/** The string grows first, so far as any field reaches, even if nothing is written then. */
function change({ redis, db }: Call, key = "", operations: readonly Operation[]): Reply {
  const old = db.string(key) ?? "";
  const reach = operations.map(({ name, offset, width }) =>
    name === "get" ? 0 : offset + width - 1,
  );
  let value = extended(redis, old, Math.max(...reach));
  const grown = value !== old;
  let changed = false;
  const replies = operations.map((operation): Reply => {
    const before = read(value, operation);
    if (operation.name === "get") return before;
    const after = resultOf(operation, before);
    if (after === null) return null;
    if (after !== before) value = write(value, operation, after);
    changed ||= grown || after !== before;
    return operation.name === "set" ? before : after;
  });
  db.edit(key, value);
  if (changed) db.touch(key, "$", "setbit");
  return replies;
}

/** What is to be written; null where it does not fit and that fails. */
function resultOf(
  { name, signed, width, value, overflow }: Operation,
  before: bigint,
): bigint | null {
  // An unsigned field is set to what the 64 bits of a negative number are.
  const set = signed ? value : BigInt.asUintN(64, value);
  const wanted = name === "set" ? set : before + value;
  const max = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (wanted >= min && wanted <= max) return wanted;
  if (overflow === "fail") return null;
  if (overflow === "sat") return wanted > max ? max : min;
  return cut(wanted, signed, width);
}

function cut(value: bigint, signed: boolean, width: number): bigint {
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

// ------------------------------------------------------------ fields

/** How many bytes a field can touch. */
const WINDOW = 9;

function read(value: Bytes, { signed, width, offset }: Operation): bigint {
  const { bits, below } = windowAt(value, offset, width);
  return cut(bits >> below, signed, width);
}

function write(value: Bytes, { width, offset }: Operation, field: bigint): Bytes {
  const { bits, below } = windowAt(value, offset, width);
  const mask = ((1n << BigInt(width)) - 1n) << below;
  const changed = (bits & ~mask) | ((BigInt.asUintN(width, field) << below) & mask);
  const bytes = Buffer.from(changed.toString(16).padStart(WINDOW * 2, "0"), "hex");
  const start = Math.floor(offset / 8);
  const length = Math.ceil(((offset % 8) + width) / 8);
  return value.slice(0, start) + bytes.toString("latin1", 0, length) + value.slice(start + length);
}

/** The bytes from the field's first on as a number, and how many of its bits are below the field. */
function windowAt(value: Bytes, offset: number, width: number): { bits: bigint; below: bigint } {
  const start = Math.floor(offset / 8);
  let bits = 0n;
  for (let at = start; at < start + WINDOW; at++)
    bits = (bits << 8n) | BigInt(at < value.length ? value.charCodeAt(at) : 0);
  return { bits, below: BigInt(WINDOW * 8 - (offset % 8) - width) };
}

// ------------------------------------------------------------ arguments

function operationsOf(argv: Argv): Operation[] {
  const operations: Operation[] = [];
  let overflow: Overflow = "wrap";
  for (let index = 2; index < argv.length;) {
    const name = (argv[index] ?? "").toLowerCase();
    const left = argv.length - index - 1;
    if (name === "overflow" && left >= 1) {
      overflow = overflowOf(argv[index + 1]);
      index += 2;
      continue;
    }
    if (!(name === "get" && left >= 2) && !((name === "set" || name === "incrby") && left >= 3))
      throw new Failure(SYNTAX_ERROR);
    const type = typeOf(argv[index + 1]);
    const offset = bitOffset(argv[index + 2], type.width);
    const value = name === "get" ? 0n : int64(argv[index + 3]);
    operations.push({ name, ...type, offset, value, overflow });
    index += name === "get" ? 3 : 4;
  }
  return operations;
}

function overflowOf(argument = ""): Overflow {
  const overflow = argument.toLowerCase();
  if (overflow !== "wrap" && overflow !== "sat" && overflow !== "fail")
    throw new Failure("ERR Invalid OVERFLOW type specified");
  return overflow;
}

function typeOf(argument = ""): { readonly signed: boolean; readonly width: number } {
  const signed = argument.startsWith("i");
  const width = /^[iu][1-9]\d?$/.test(argument) ? Number(argument.slice(1)) : 0;
  if (width < 1 || width > (signed ? 64 : 63))
    throw new Failure(
      "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
    );
  return { signed, width };
}
