/** Members of a collection by chance. A negative count lets them repeat. */
import type { Roster, Rostered } from "../model/roster.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { type Bytes, Couples, Double, Failure, type Reply, type Argv } from "../values.ts";
import { type CommandTable, SYNTAX_ERROR } from "./command.ts";
import { randomCount } from "./counts.ts";
import { hashAt } from "./hashes.ts";

const row = { arity: -2, flags: ["readonly"], keys: [1, 1, 1], since: "6.2.0" } as const;

export const randomMembers: CommandTable = {
  hrandfield: {
    ...row,
    group: "hash",
    summary: "Fields of a hash by chance.",
    run(call, argv) {
      const options = optionsOf(argv, "withvalues");
      return reply(hashAt(call, argv[1] ?? "")?.roster, options, ({ value }) => value);
    },
  },
  srandmember: {
    ...row,
    group: "set",
    since: "1.0.0",
    summary: "Members of a set by chance.",
    run({ db }, argv) {
      const options = optionsOf(argv, null);
      return reply(db.collection(argv[1] ?? "", MemberSet)?.roster, options, () => null);
    },
  },
  zrandmember: {
    ...row,
    group: "sorted-set",
    summary: "Members of a sorted set by chance.",
    run({ db }, argv) {
      const options = optionsOf(argv, "withscores");
      const { roster } = db.collection(argv[1] ?? "", SortedSet) ?? {};
      return reply(roster, options, ({ score }) => new Double(score));
    },
  },
};

interface Options {
  /** null: one, and not as an array. */
  readonly count: number | null;
  readonly couples: boolean;
}

/** `withWhat`: the word that asks for values or scores, where there are such. */
function optionsOf(argv: Argv, withWhat: string | null): Options {
  if (argv.length === 2) return { count: null, couples: false };
  const couples = argv.length === 4 && argv[3]?.toLowerCase() === withWhat;
  const count = randomCount(argv[2], couples);
  if (argv.length > 3 && !couples) throw new Failure(SYNTAX_ERROR);
  return { count, couples };
}

function reply<Member extends Rostered & { readonly name: Bytes }>(
  roster: Roster<Member> | undefined,
  { count, couples }: Options,
  valueOf: (member: Member) => Reply,
): Reply {
  if (count === null) return roster?.pick()?.name ?? null;
  const members = roster === undefined ? [] : chosen(roster, count);
  return couples
    ? new Couples(members.flatMap((member) => [member.name, valueOf(member)]))
    : members.map(({ name }) => name);
}

function chosen<Member extends Rostered>(roster: Roster<Member>, count: number): Member[] {
  if (count >= 0) return roster.sample(count);
  const members: Member[] = [];
  for (let left = -count; left > 0; left--) {
    const one = roster.pick();
    if (one !== undefined) members.push(one);
  }
  return members;
}
