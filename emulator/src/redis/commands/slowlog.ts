/** SLOWLOG: the commands that took longest, by the emulator's clock. https://redis.io/docs/latest/commands/slowlog/ */
import { Failure, OK } from "../values.ts";
import { type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";

const common = { group: "server", flags: ["admin", "loading", "stale"] } as const;

const subcommands: CommandTable = {
  get: {
    ...common,
    arity: -2,
    since: "2.2.12",
    summary: "The newest of them.",
    run({ redis }, [, , given, ...others]) {
      if (others.length > 0) throw new Failure(SYNTAX_ERROR);
      const count = given === undefined ? 10 : integer(given);
      if (count < -1) throw new Failure("ERR count should be greater than or equal to -1");
      const { slow } = redis.observers;
      return (count === -1 ? slow : slow.slice(0, count)).map((each) => [
        each.id,
        Math.floor(each.time / 1000),
        Math.floor(each.took * 1000),
        each.argv,
        each.address,
        each.name,
      ]);
    },
  },
  len: {
    ...common,
    arity: 2,
    since: "2.2.12",
    summary: "How many there are.",
    run: ({ redis }) => redis.observers.slow.length,
  },
  reset: {
    ...common,
    arity: 2,
    since: "2.2.12",
    summary: "Forgets them.",
    run({ redis }) {
      redis.observers.slow = [];
      return OK;
    },
  },
};

export const slowlog: CommandTable = {
  slowlog: {
    arity: -2,
    flags: [],
    group: "server",
    since: "2.2.12",
    summary: "The commands that took longest.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};
