/** Lists that wait, and that move elements from one to another. https://redis.io/docs/latest/develop/data-types/lists/#blocking-commands */
import { type End, List } from "../model/list.ts";
import { Failure, NULL_ARRAY, type Bytes, type Reply, type Argv } from "../values.ts";
import {
  block,
  blockSeconds,
  type Call,
  type Command,
  type CommandTable,
  countedKeys,
  long,
  SYNTAX_ERROR,
} from "./command.ts";
import { endOf, firstOf, move, type Move, popFrom } from "./list-ends.ts";

const group = "list";

export const listBlocking: CommandTable = {
  lmove: {
    arity: 5,
    flags: ["write", "denyoom"],
    keys: [1, 2, 1],
    group,
    since: "6.2.0",
    summary: "Moves an element from an end of a list to an end of another.",
    run: (call, argv) => move(call, moveOf(argv)) ?? null,
  },
  rpoplpush: {
    arity: 3,
    flags: ["write", "denyoom"],
    keys: [1, 2, 1],
    group,
    since: "1.2.0",
    summary: "Moves an element from the tail of a list to the head of another.",
    run: (call, argv) => move(call, rightToLeft(argv)) ?? null,
  },
  lmpop: {
    arity: -4,
    flags: ["write"],
    keys: countedKeys(1),
    group,
    since: "7.0.0",
    summary: "Takes from the first of these lists that has something.",
    run: (call, argv) => popSeveral(call, severalOf(argv, 1)) ?? NULL_ARRAY,
  },
  blpop: {
    arity: -3,
    flags: ["write", "blocking"],
    keys: [1, -2, 1],
    group,
    since: "2.0.0",
    summary: "Takes from the head of a list, and waits for it.",
    run: blockingPop("left"),
  },
  brpop: {
    arity: -3,
    flags: ["write", "blocking"],
    keys: [1, -2, 1],
    group,
    since: "2.0.0",
    summary: "Takes from the tail of a list, and waits for it.",
    run: blockingPop("right"),
  },
  blmpop: {
    arity: -5,
    flags: ["write", "blocking"],
    keys: countedKeys(2),
    group,
    since: "7.0.0",
    summary: "Takes from the first of these lists that has something, and waits for it.",
    run(call, argv) {
      const several = severalOf(argv, 2);
      const timeout = blockSeconds(argv[1]);
      return orBlock(call, several.keys, timeout, NULL_ARRAY, () => popSeveral(call, several));
    },
  },
  blmove: {
    arity: 6,
    flags: ["write", "denyoom", "blocking"],
    keys: [1, 2, 1],
    group,
    since: "6.2.0",
    summary: "Moves an element from one list to another, and waits for it.",
    run: (call, argv) => blockingMove(call, moveOf(argv), blockSeconds(argv[5])),
  },
  brpoplpush: {
    arity: 4,
    flags: ["write", "denyoom", "blocking"],
    keys: [1, 2, 1],
    group,
    since: "2.2.0",
    summary: "Moves an element from the tail of one list to the head of another, and waits for it.",
    run: (call, argv) => blockingMove(call, rightToLeft(argv), blockSeconds(argv[3])),
  },
};

/** Answers at once where there is something, else when there is. What is no list by then is waited out. */
function orBlock(
  call: Call,
  keys: readonly Bytes[],
  timeout: number,
  timedOut: Reply,
  attempt: () => Reply | undefined,
): Reply {
  return (
    attempt() ??
    block(call, {
      keys,
      timeout,
      timedOut,
      attempt: (key) => (call.db.get(key) instanceof List ? attempt() : undefined),
    })
  );
}

function blockingPop(end: End): Command["run"] {
  return (call, argv) => {
    const timeout = blockSeconds(argv.at(-1));
    const keys = argv.slice(1, -1);
    return orBlock(call, keys, timeout, NULL_ARRAY, () => {
      const spot = firstOf(call, keys);
      return spot === undefined ? undefined : [spot.key, ...popFrom(call, spot, end, 1)];
    });
  };
}

function blockingMove(call: Call, wanted: Move, timeout: number): Reply {
  // The server has one answer for all whose time is over, but where it does not block.
  const timedOut = call.inside === null ? NULL_ARRAY : null;
  return orBlock(call, [wanted.source], timeout, timedOut, () => move(call, wanted));
}

function moveOf([, source = "", destination = "", from, to]: Argv): Move {
  return { source, destination, from: endOf(from), to: endOf(to) };
}

function rightToLeft([, source = "", destination = ""]: Argv): Move {
  return { source, destination, from: "right", to: "left" };
}

interface Several {
  readonly keys: readonly Bytes[];
  readonly end: End;
  readonly count: number;
}

/** LMPOP's arguments, from the number of keys on. */
function severalOf(argv: Argv, from: number): Several {
  const wrong = "ERR numkeys should be greater than 0";
  const many = long(argv[from], wrong);
  if (many < 1) throw new Failure(wrong);
  const after = from + 1 + many;
  const end = endOf(argv[after]);
  if (argv.length === after + 1) return { keys: argv.slice(from + 1, after), end, count: 1 };
  if (argv.length !== after + 3 || argv[after + 1]?.toLowerCase() !== "count") {
    throw new Failure(SYNTAX_ERROR);
  }
  const count = long(argv[after + 2], "ERR count should be greater than 0");
  if (count < 1) throw new Failure("ERR count should be greater than 0");
  return { keys: argv.slice(from + 1, after), end, count };
}

function popSeveral(call: Call, { keys, end, count }: Several): Reply | undefined {
  const spot = firstOf(call, keys);
  return spot === undefined ? undefined : [spot.key, popFrom(call, spot, end, count)];
}
