/** CONFIG: the server's parameters. https://redis.io/docs/latest/commands/config/ */
import { Failure, OK, Pairs } from "../values.ts";
import { type CommandTable, SYNTAX_ERROR } from "./command.ts";

const common = { group: "server", flags: ["admin", "noscript", "loading", "stale"] } as const;

const subcommands: CommandTable = {
  get: {
    ...common,
    arity: -3,
    since: "2.0.0",
    summary: "Parameters with such names.",
    run: ({ redis }, [, , ...patterns]) => new Pairs(redis.config.matching(patterns)),
  },
  set: {
    ...common,
    arity: -4,
    since: "2.0.0",
    summary: "Sets parameters, all of them or none.",
    run({ redis }, [, , ...words]) {
      if (words.length % 2 !== 0)
        throw new Failure("ERR wrong number of arguments for 'config|set' command");
      const pairs: [string, string][] = [];
      for (let at = 0; at < words.length; at += 2)
        pairs.push([words[at] ?? "", words[at + 1] ?? ""]);
      for (const [name] of pairs)
        if (!redis.config.has(name))
          redis.context.log(`redis: the parameter ${name} is not offered, CONFIG SET fails`);
      redis.config.set(pairs);
      return OK;
    },
  },
  resetstat: {
    ...common,
    arity: 2,
    since: "2.0.0",
    summary: "Lets INFO count from zero.",
    run({ redis }) {
      redis.stats.reset();
      return OK;
    },
  },
  rewrite: {
    ...common,
    arity: 2,
    since: "2.8.0",
    summary: "Would write the configuration file, of which there is none.",
    run: () => new Failure("ERR The server is running without a config file"),
  },
};

export const config: CommandTable = {
  config: {
    arity: -2,
    flags: [],
    group: "server",
    since: "2.0.0",
    summary: "The server's parameters.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};
