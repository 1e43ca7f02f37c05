/** MEMORY: what keys take, estimated. https://redis.io/docs/latest/commands/memory-usage/ */
import { footprintOf, KEY } from "../model/footprint.ts";
import type { Keyspace } from "../model/keyspace.ts";
import type { Redis } from "../model/redis.ts";
import { Double, Failure, OK, Pairs, type Reply, Verbatim } from "../values.ts";
import { type CommandTable, integer, SYNTAX_ERROR } from "./command.ts";

const subcommands: CommandTable = {
  usage: {
    arity: -3,
    flags: ["readonly"],
    keys: [2, 2, 1],
    group: "server",
    since: "4.0.0",
    summary: "About how many bytes a key takes.",
    run({ db }, [, , key = "", ...options]) {
      if (options.length > 0) {
        const [samples, count, ...others] = options;
        if (samples?.toLowerCase() !== "samples" || count === undefined || others.length > 0)
          throw new Failure(SYNTAX_ERROR);
        if (integer(count) < 0) throw new Failure(SYNTAX_ERROR);
      }
      const entry = db.peek(key);
      return entry === undefined ? null : footprintOf(entry);
    },
  },
  doctor: {
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "What to think of the memory.",
    run: () => new Verbatim("There is nothing to say of an emulator's memory.\n"),
  },
  stats: {
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "What everything takes.",
    run: ({ redis }) => stats(redis),
  },
  "malloc-stats": {
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "What the allocator says: V8 says nothing.",
    run: () => "Stats not supported for the current allocator",
  },
  purge: {
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "Would give memory back.",
    run: () => OK,
  },
};

export const memory: CommandTable = {
  memory: {
    arity: -2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "What keys take.",
    subcommands,
    run: () => new Failure(SYNTAX_ERROR),
  },
};

/** The server's fields; what is not counted is 0. */
function stats({ keyspaces, eviction }: Redis): Pairs {
  const { rss } = process.memoryUsage();
  const { now: used, peak } = eviction.used;
  const databases = keyspaces.flatMap(({ entries }, index): [string, Pairs][] =>
    entries.size === 0 ? [] : [[`db.${index}`, tablesOf(entries)]],
  );
  const keys = keyspaces.reduce((sum, { entries }) => sum + entries.size, 0);
  const overhead = keys * KEY;
  const data = used - overhead;
  return pairs({
    "peak.allocated": peak,
    "total.allocated": used,
    "startup.allocated": 0,
    "replication.backlog": 0,
    "clients.slaves": 0,
    "clients.normal": 0,
    "cluster.links": 0,
    "aof.buffer": 0,
    "lua.caches": 0,
    "functions.caches": 0,
    ...Object.fromEntries(databases),
    "overhead.total": overhead,
    "keys.count": keys,
    "keys.bytes-per-key": keys === 0 ? 0 : Math.floor(used / keys),
    "dataset.bytes": data,
    "dataset.percentage": new Double((data / used) * 100),
    "peak.percentage": new Double((used / peak) * 100),
    "allocator.allocated": used,
    "allocator.active": peak,
    "allocator.resident": rss,
    "allocator-fragmentation.ratio": new Double(peak / used),
    "allocator-fragmentation.bytes": peak - used,
    "allocator-rss.ratio": new Double(rss / peak),
    "allocator-rss.bytes": rss - peak,
    "rss-overhead.ratio": new Double(1),
    "rss-overhead.bytes": 0,
    fragmentation: new Double(rss / used),
    "fragmentation.bytes": rss - used,
  });
}

function tablesOf(entries: Keyspace["entries"]): Pairs {
  let expiring = 0;
  for (const entry of entries.values()) if (entry.expires !== Number.POSITIVE_INFINITY) expiring++;
  return pairs({
    "overhead.hashtable.main": entries.size * KEY,
    "overhead.hashtable.expires": expiring * KEY,
    "overhead.hashtable.slot-to-keys": 0,
  });
}

function pairs(fields: Readonly<Record<string, Reply>>): Pairs {
  return new Pairs(Object.entries(fields).flatMap(([name, value]): Reply[] => [name, value]));
}
