/**
 * The members of a collection, piece by piece. Who is there all the time is given, perhaps more than once; a small
 * collection is given at once, whatever COUNT says. https://redis.io/docs/latest/commands/scan/#scan-guarantees
 */
import { globMatches } from "../model/glob.ts";
import type { EncodingLimit } from "../model/keyspace.ts";
import type { Roster, Rostered } from "../model/roster.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Failure, type Reply, type Argv } from "../values.ts";
import { formatDouble } from "../wire/replies.ts";
import { type Call, type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { atLeastOne } from "./counts.ts";
import { hashAt } from "./hashes.ts";
import { encodingLimit } from "./object.ts";

const row = { arity: -3, flags: ["readonly"], keys: [1, 1, 1], since: "2.8.0" } as const;

export const memberScans: CommandTable = {
  hscan: {
    ...row,
    group: "hash",
    summary: "The fields of a hash with their values, piece by piece.",
    run(call, argv) {
      const cursor = cursorOf(argv[2]);
      const hash = hashAt(call, argv[1] ?? "");
      return scan(call, hash, cursor, argv, ({ name, value }, bare) =>
        bare ? [name] : [name, value],
      );
    },
  },
  sscan: {
    ...row,
    group: "set",
    summary: "The members of a set, piece by piece.",
    run(call, argv) {
      const cursor = cursorOf(argv[2]);
      const set = call.db.collection(argv[1] ?? "", MemberSet);
      return scan(call, set, cursor, argv, ({ name }) => [name]);
    },
  },
  zscan: {
    ...row,
    group: "sorted-set",
    summary: "The members of a sorted set with their scores, piece by piece.",
    run(call, argv) {
      const cursor = cursorOf(argv[2]);
      const set = call.db.collection(argv[1] ?? "", SortedSet);
      return scan(call, set, cursor, argv, ({ name, score }) => [name, formatDouble(score)]);
    },
  },
};

interface Scanned<Member extends Rostered> {
  readonly size: number;
  readonly roster: Roster<Member>;
  encoding(limit: EncodingLimit): string;
}

/** What is missing is empty before any option is read, as there. */
function scan<Member extends Rostered & { readonly name: Bytes }>(
  { redis }: Call,
  collection: Scanned<Member> | undefined,
  cursor: number,
  argv: Argv,
  show: (member: Member, bare: boolean) => Bytes[],
): Reply {
  if (collection === undefined) return ["0", []];
  const { count, pattern, bare } = optionsOf(argv);
  const { roster } = collection;
  const encoding = collection.encoding(encodingLimit(redis));
  const whole = encoding !== "hashtable" && encoding !== "skiplist";
  const found = whole ? roster.scan(0, roster.size) : roster.scan(cursor, count);
  // Of a small one they come in the order in which they were put in, as a list would have them.
  const shown = (whole ? found.members.reverse() : found.members)
    .filter(({ name }) => pattern === null || globMatches(pattern, name))
    .flatMap((member) => show(member, bare));
  return [String(found.cursor), shown];
}

interface Options {
  readonly count: number;
  readonly pattern: Bytes | null;
  /** Without values. */
  readonly bare: boolean;
}

function optionsOf(argv: Argv): Options {
  let options: Options = { count: 10, pattern: null, bare: false };
  for (let at = 3; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    const value = argv[at + 1];
    if (option === "novalues") {
      if (argv[0]?.toLowerCase() !== "hscan")
        throw new Failure("ERR NOVALUES option can only be used in HSCAN");
      options = { ...options, bare: true };
      continue;
    }
    if (option === "count" && value !== undefined)
      options = { ...options, count: atLeastOne(value, SYNTAX_ERROR) };
    else if (option === "match" && value !== undefined) options = { ...options, pattern: value };
    else throw new Failure(SYNTAX_ERROR);
    at++;
  }
  return options;
}

/** An unsigned 64-bit number; ours are never so large that they would lose digits. */
function cursorOf(argument: Bytes | undefined): number {
  if (!/^\+?\d{1,20}$/.test(argument ?? "") || Number(argument) >= 2 ** 64)
    throw new Failure("ERR invalid cursor");
  return Number(argument);
}
