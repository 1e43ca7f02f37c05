/** What XREAD and XREADGROUP are called with. */
import { Failure, type Bytes, type Argv } from "../values.ts";
import { type Call, long, SYNTAX_ERROR } from "./command.ts";

export interface Reading {
  readonly keys: readonly Bytes[];
  readonly ids: readonly Bytes[];
  /** Infinity where none is given. */
  readonly count: number;
  /** ms, 0 for ever; null: does not block. */
  readonly timeout: number | null;
  /** XREAD has none. */
  readonly group: {
    readonly name: Bytes;
    readonly consumer: Bytes;
    readonly noack: boolean;
  } | null;
}

export function readingOf({ inside, now }: Call, argv: Argv): Reading {
  const name = argv[0] ?? "";
  const forGroup = name.length === "xreadgroup".length;
  let [count, noack] = [0, false];
  let timeout: number | null = null;
  let group: { name: Bytes; consumer: Bytes } | undefined;
  let streams: readonly Bytes[] | undefined;
  for (let at = 1; at < argv.length && streams === undefined; at++) {
    const option = argv[at]?.toLowerCase();
    const more = argv.length - at - 1;
    if (option === "block" && more > 0) {
      if (inside === "script")
        throw new Failure(`ERR ${name} command is not allowed with BLOCK option from scripts`);
      timeout = blockMs(argv[++at], now);
    } else if (option === "count" && more > 0) count = Math.max(0, long(argv[++at]));
    else if (option === "streams" && more > 0) streams = argv.slice(at + 1);
    else if (option === "group" && more >= 2) {
      if (!forGroup) throw onlyForGroups("GROUP");
      group = { name: argv[at + 1] ?? "", consumer: argv[at + 2] ?? "" };
      at += 2;
    } else if (option === "noack") {
      if (!forGroup) throw onlyForGroups("NOACK");
      noack = true;
    } else throw new Failure(SYNTAX_ERROR);
  }
  if (streams === undefined) throw new Failure(SYNTAX_ERROR);
  if (streams.length % 2 === 1)
    throw new Failure(
      `ERR Unbalanced '${name.toLowerCase()}' list of streams: for each stream key an ID or '${forGroup ? ">" : "$"}' must be specified.`,
    );
  if (forGroup && group === undefined) throw new Failure("ERR Missing GROUP option for XREADGROUP");
  return {
    keys: streams.slice(0, streams.length / 2),
    ids: streams.slice(streams.length / 2),
    count: count === 0 ? Number.POSITIVE_INFINITY : count,
    timeout,
    group: group === undefined ? null : { ...group, noack },
  };
}

function blockMs(argument: Bytes | undefined, now: number): number {
  const ms = long(argument, "ERR timeout is not an integer or out of range");
  if (ms < 0) throw new Failure("ERR timeout is negative");
  if (ms > Number(2n ** 63n - 1n) - now) throw new Failure("ERR timeout is out of range");
  return ms;
}

function onlyForGroups(option: string): Failure {
  return new Failure(
    `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`,
  );
}
