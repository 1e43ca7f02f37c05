/** How the arguments of stream commands are read. */
import {
  LARGEST_ID,
  nextId,
  parseId,
  previousId,
  SMALLEST_ID,
  type StreamId,
} from "../model/stream-ids.ts";
import type { Trim } from "../model/stream.ts";
import { Failure, type Bytes, type Argv } from "../values.ts";
import { long, SYNTAX_ERROR } from "./command.ts";

const INVALID_ID = "ERR Invalid stream ID specified as stream command argument";

/** An id, not `-` or `+`. @throws {Failure} */
export function idOf(argument: Bytes | undefined): StreamId {
  const id = parseId(argument ?? "");
  if (id === null) throw new Failure(INVALID_ID);
  return id;
}

/** An id, `-` or `+`. */
export function anyIdOf(argument: Bytes | undefined, missingSeq: StreamId["seq"] = 0): StreamId {
  if (argument === "-") return SMALLEST_ID;
  if (argument === "+") return LARGEST_ID;
  const id = parseId(argument ?? "", missingSeq);
  if (id === null) throw new Failure(INVALID_ID);
  return id;
}

/** Where a range begins: `(` leaves out the id itself. */
export function startOf(argument: Bytes | undefined = ""): StreamId {
  if (argument.length < 2 || !argument.startsWith("(")) return anyIdOf(argument);
  const start = nextId(idOf(argument.slice(1)));
  if (start === null) throw new Failure("ERR invalid start ID for the interval");
  return start;
}

/** Where a range ends; without a sequence, with the last one of these ms. */
export function endOf(argument: Bytes | undefined = ""): StreamId {
  if (argument.length < 2 || !argument.startsWith("(")) return anyIdOf(argument, LARGEST_ID.seq);
  const id = parseId(argument.slice(1), LARGEST_ID.seq);
  if (id === null) throw new Failure(INVALID_ID);
  const end = previousId(id);
  if (end === null) throw new Failure("ERR invalid end ID for the interval");
  return end;
}

/** What XADD and XTRIM have in common, and where it ends. */
export interface Trimming {
  readonly trim: Trim | null;
  readonly onlyExisting: boolean;
  /** Where XADD's id is. */
  readonly at: number;
}

/** Reads XTRIM's options; of XADD (`forAdd`) those before the id. `nodeEntries` is stream-node-max-entries. */
export function trimmingOf(argv: Argv, nodeEntries: number, forAdd: boolean): Trimming {
  let to: Trim["to"] | undefined;
  let approximately = false;
  let limit: number | null = null;
  let onlyExisting = false;
  let at = 2;
  for (; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    const hasMore = at + 1 < argv.length;
    if (forAdd && option === "*") break;
    if ((option === "maxlen" || option === "minid") && hasMore) {
      if (to !== undefined)
        throw new Failure(
          "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
        );
      const sign = at + 2 < argv.length ? argv[at + 1] : undefined;
      approximately = sign === "~";
      at += sign === "~" || sign === "=" ? 2 : 1;
      to = option === "maxlen" ? maxLength(argv[at]) : idOf(argv[at]);
    } else if (option === "limit" && hasMore) {
      limit = long(argv[++at]);
      if (limit < 0) throw new Failure("ERR The LIMIT argument must be >= 0.");
    } else if (forAdd && option === "nomkstream") onlyExisting = true;
    else if (forAdd) break;
    else throw new Failure(SYNTAX_ERROR);
  }
  if (forAdd && at < argv.length) newIdOf(argv[at]);
  checkTrimming(to, approximately, limit, forAdd);
  // The server's bound on how much one command trims.
  const bound = limit ?? Math.min(nodeEntries > 0 ? 100 * nodeEntries : 10_000, 1_000_000);
  const trim =
    to === undefined ? null : { to, approximately: approximately ? { limit: bound } : null };
  return { trim, onlyExisting, at };
}

/** XADD's id: one of the two parts may be left to the server (`null`). */
export function newIdOf(argument: Bytes | undefined = ""): {
  readonly ms: StreamId["ms"] | null;
  readonly seq: StreamId["seq"] | null;
} {
  if (argument === "*") return { ms: null, seq: null };
  if (argument.endsWith("-*")) return { ms: idOf(argument.slice(0, -2)).ms, seq: null };
  return idOf(argument);
}

function maxLength(argument: Bytes | undefined): number {
  const length = long(argument);
  if (length < 0) throw new Failure("ERR The MAXLEN argument must be >= 0.");
  return length;
}

function checkTrimming(
  to: Trim["to"] | undefined,
  approximately: boolean,
  limit: number | null,
  forAdd: boolean,
): void {
  if (to === undefined && limit !== null && limit !== 0)
    throw new Failure(
      "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
    );
  if (to === undefined && !forAdd)
    throw new Failure("ERR syntax error, XTRIM must be called with a trimming strategy");
  if (limit !== null && !approximately)
    throw new Failure("ERR syntax error, LIMIT cannot be used without the special ~ option");
}
