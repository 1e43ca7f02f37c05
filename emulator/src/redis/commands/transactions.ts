/** Transactions: commands that run in one piece. https://redis.io/docs/latest/develop/using-commands/transactions/ */
import { Failure, NULL_ARRAY, OK } from "../values.ts";
import type { CommandTable } from "./command.ts";

export const transactions: CommandTable = {
  multi: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    group: "transactions",
    since: "1.2.0",
    summary: "Opens a transaction.",
    run({ client }) {
      if (client.transaction !== null) throw new Failure("ERR MULTI calls can not be nested");
      client.transaction = { commands: [], refused: false };
      return OK;
    },
  },
  exec: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "skip_slowlog"],
    group: "transactions",
    since: "1.2.0",
    summary: "Runs what a transaction has queued.",
    run({ redis, client, dispatch }) {
      const { transaction } = client;
      if (transaction === null) throw new Failure("ERR EXEC without MULTI");
      const broken = redis.watching.isBroken(client);
      redis.discard(client);
      // A command that could not be queued counts more than a key that has changed.
      if (transaction.refused)
        throw new Failure("EXECABORT Transaction discarded because of previous errors.");
      if (broken) return NULL_ARRAY;
      return transaction.commands.map((argv) => dispatch(argv, "transaction"));
    },
  },
  discard: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    group: "transactions",
    since: "2.0.0",
    summary: "Forgets what a transaction has queued.",
    run({ redis, client }) {
      if (client.transaction === null) throw new Failure("ERR DISCARD without MULTI");
      redis.discard(client);
      return OK;
    },
  },
  watch: {
    arity: -2,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    keys: [1, -1, 1],
    group: "transactions",
    since: "2.2.0",
    summary: "Lets the next transaction fail if one of these keys changes before it.",
    run({ redis, client, db }, [, ...keys]) {
      if (client.transaction !== null) throw new Failure("ERR WATCH inside MULTI is not allowed");
      for (const key of keys) redis.watching.watch(client, db, key);
      return OK;
    },
  },
  unwatch: {
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    group: "transactions",
    since: "2.2.0",
    summary: "Watches no key any more.",
    run({ redis, client }) {
      redis.watching.forget(client);
      return OK;
    },
  },
};
