/** The server as a whole. What writes to a disk has none here, and says so where a client would wait for it. */
import { type Bytes, Failure, OK, type Reply, Status, Verbatim } from "../values.ts";
import { type Call, type Command, type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";
import { CLAIMED_VERSION } from "./claimed-version.ts";

export const server: CommandTable = {
  flushall: flushing("Removes all keys of all databases.", ({ redis }) => redis.keyspaces),
  flushdb: flushing("Removes all keys of this database.", ({ db }) => [db]),
  dbsize: {
    arity: 1,
    flags: ["readonly", "fast"],
    group: "server",
    since: "1.0.0",
    summary: "How many keys there are in this database.",
    run: ({ db }) => db.entries.size,
  },
  swapdb: {
    arity: 3,
    flags: ["write", "fast"],
    group: "server",
    since: "4.0.0",
    summary: "Lets two databases change places.",
    run({ redis }, [, first, second]) {
      const one = redis.keyspaces[integer(first, "ERR invalid first DB index")];
      const other = redis.keyspaces[integer(second, "ERR invalid second DB index")];
      if (one === undefined || other === undefined)
        throw new Failure("ERR DB index is out of range");
      if (one !== other) one.exchange(other);
      return OK;
    },
  },
  time: {
    arity: 1,
    flags: ["loading", "stale", "fast"],
    group: "server",
    since: "2.6.0",
    summary: "The server's time: seconds, and microseconds of the second.",
    run: ({ now }) => [String(Math.floor(now / 1000)), String((now % 1000) * 1000)],
  },
  lolwut: {
    arity: -1,
    flags: ["readonly", "fast"],
    group: "server",
    since: "5.0.0",
    summary: "A picture, and the version.",
    run: (_call, argv) => {
      if (argv[1]?.toLowerCase() === "version") integer(argv[2]);
      return new Verbatim(`~~~ the mill turns ~~~\nRedis ver. ${CLAIMED_VERSION}\n`);
    },
  },
  save: {
    arity: 1,
    flags: ["admin", "noscript", "no_async_loading", "no_multi"],
    group: "server",
    since: "1.0.0",
    summary: "Would write everything to the disk: here it only notes when.",
    run(call) {
      call.redis.saved = call.now;
      return OK;
    },
  },
  bgsave: {
    arity: -1,
    flags: ["admin", "noscript", "no_async_loading"],
    group: "server",
    since: "1.0.0",
    summary: "The same, as in the background.",
    run(call, argv) {
      if (argv.length > 2 || (argv.length === 2 && argv[1]?.toLowerCase() !== "schedule"))
        throw new Failure(SYNTAX_ERROR);
      call.redis.saved = call.now;
      return new Status("Background saving started");
    },
  },
  bgrewriteaof: {
    arity: 1,
    flags: ["admin", "noscript", "no_async_loading"],
    group: "server",
    since: "1.0.0",
    summary: "Would write its log anew.",
    run: () => new Status("Background append only file rewriting started"),
  },
  lastsave: {
    arity: 1,
    flags: ["loading", "stale", "fast"],
    group: "server",
    since: "1.0.0",
    summary: "When it was last saved, in seconds since 1970.",
    run: ({ redis }) => Math.floor(redis.saved / 1000),
  },
  shutdown: {
    arity: -1,
    flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
    group: "server",
    since: "1.0.0",
    summary: "Would end the server. The emulator is ended by who started it.",
    run(_call, [, ...options]) {
      const given = options.map((option) => option.toLowerCase());
      const known = ["save", "nosave", "now", "force", "abort"];
      if (given.some((option) => !known.includes(option))) throw new Failure(SYNTAX_ERROR);
      if (given.includes("abort")) throw new Failure("ERR No shutdown in progress.");
      throw new Failure("ERR Errors trying to SHUTDOWN. Check logs.");
    },
  },
  monitor: {
    arity: 1,
    flags: ["admin", "noscript", "loading", "stale"],
    group: "server",
    since: "1.0.0",
    summary: "Begins to take every command that the server runs.",
    run({ redis, client, inside }) {
      if (inside !== null) throw new Failure("ERR MONITOR isn't allowed for DENY BLOCKING client");
      client.monitors = true;
      redis.observers.monitors.add(client);
      return OK;
    },
  },
};

function flushing(summary: string, keyspaces: (call: Call) => Call["redis"]["keyspaces"]): Command {
  return {
    arity: -1,
    flags: ["write"],
    group: "server",
    since: "1.0.0",
    summary,
    run(call, argv): Reply {
      const mode: Bytes | undefined = argv[1]?.toLowerCase();
      if (argv.length > 2 || (mode !== undefined && mode !== "sync" && mode !== "async"))
        throw new Failure(SYNTAX_ERROR);
      const { config, stats } = call.redis;
      const lazily = mode === "async" || (!mode && config.isOn("lazyfree-lazy-user-flush"));
      for (const keyspace of keyspaces(call)) {
        if (lazily) stats.lazilyFreed += keyspace.entries.size;
        keyspace.clear();
      }
      call.redis.flushed();
      return OK;
    },
  };
}
