/** XINFO: what a stream, its groups and their consumers are at. https://redis.io/docs/latest/commands/xinfo-stream/ */
import type { Consumer, Group } from "../model/stream-group.ts";
import { formatId, LARGEST_ID, SMALLEST_ID } from "../model/stream-ids.ts";
import { Stream } from "../model/stream.ts";
import { Failure, Pairs, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, helpWith, long } from "./command.ts";
import { byName } from "./stream-consumers.ts";
import { entryReply } from "./streams.ts";

const onKey = { group: "stream", keys: [2, 2, 1], since: "5.0.0", flags: ["readonly"] } as const;
/** How much XINFO STREAM FULL shows of each. */
const SHOWN = 10;

const HELP = [
  "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "CONSUMERS <key> <group>",
  "    Who reads for a group, and what each has in hand.",
  "GROUPS <key>",
  "    The groups, and how far each is.",
  "STREAM <key> [FULL [COUNT <count>]]",
  "    How long the stream is; FULL: with entries and groups.",
];

export const streamInfo: CommandTable = {
  xinfo: {
    arity: -2,
    flags: [],
    group: "stream",
    since: "5.0.0",
    summary: "What can be asked of a stream.",
    run: (_, argv) => {
      throw wrongSubcommand(argv);
    },
    subcommands: {
      stream: {
        ...onKey,
        arity: -3,
        summary: "Describes a stream.",
        run: aboutStream,
      },
      groups: {
        ...onKey,
        arity: 3,
        summary: "Describes a stream's groups.",
        run(call, [, , key = ""]) {
          const stream = streamOf(call, key);
          return byName(stream.groups.values()).map((group) => aboutGroup(group, stream));
        },
      },
      consumers: {
        ...onKey,
        arity: 4,
        summary: "Describes a group's consumers.",
        run(call, [, , key = "", name = ""]) {
          const group = streamOf(call, key).groups.get(name);
          if (group === undefined)
            throw new Failure(`NOGROUP No such consumer group '${name}' for key name '${key}'`);
          return byName(group.consumers.values()).map((each) => aboutConsumer(each, call.now));
        },
      },
      help: helpWith(HELP, { group: "stream", since: "5.0.0" }),
    },
  },
};

function aboutStream(call: Call, argv: Argv): Reply {
  const stream = streamOf(call, argv[2] ?? "");
  const full = fullCount(argv);
  const { first, last } = stream;
  const common = {
    length: stream.length,
    "radix-tree-keys": stream.nodes,
    "radix-tree-nodes": stream.nodes + 1,
    "last-generated-id": formatId(stream.lastId),
    "max-deleted-entry-id": formatId(stream.maxDeletedId),
    "entries-added": stream.added,
    "recorded-first-entry-id": formatId(first ?? SMALLEST_ID),
  };
  if (full === null)
    return facts({
      ...common,
      groups: stream.groups.size,
      "first-entry": first === undefined ? null : entryReply(first),
      "last-entry": last === undefined ? null : entryReply(last),
    });
  return facts({
    ...common,
    entries: stream.range(SMALLEST_ID, LARGEST_ID, full).map(entryReply),
    groups: byName(stream.groups.values()).map((group) => allOfGroup(group, stream, full)),
  });
}

/** How much of each FULL shows; null without it. */
function fullCount(argv: Argv): number | null {
  if (argv.length === 3) return null;
  if (argv[3]?.toLowerCase() !== "full" || argv.length === 5 || argv.length > 6)
    throw wrongSubcommand(argv);
  if (argv.length === 4) return SHOWN;
  if (argv[4]?.toLowerCase() !== "count") throw wrongSubcommand(argv);
  const count = long(argv[5]);
  return count < 0 ? SHOWN : count === 0 ? Number.POSITIVE_INFINITY : count;
}

function aboutGroup(group: Group, stream: Stream): Reply {
  return facts({
    name: group.name,
    consumers: group.consumers.size,
    pending: group.pending.size,
    "last-delivered-id": formatId(group.lastId),
    "entries-read": group.entriesRead,
    lag: group.lag(stream),
  });
}

function aboutConsumer({ name, pending, seen, active }: Consumer, now: number): Reply {
  return facts({
    name,
    pending: pending.size,
    idle: Math.max(0, now - seen),
    inactive: active === -1 ? -1 : now - active,
  });
}

function allOfGroup(group: Group, stream: Stream, most: number): Reply {
  const pending = firstOf(group.pending.ascending(), most).map((each) => [
    formatId(each),
    each.consumer.name,
    each.delivered,
    each.deliveries,
  ]);
  return facts({
    name: group.name,
    "last-delivered-id": formatId(group.lastId),
    "entries-read": group.entriesRead,
    lag: group.lag(stream),
    "pel-count": group.pending.size,
    pending: pending,
    consumers: byName(group.consumers.values()).map((each) => allOfConsumer(each, most)),
  });
}

function allOfConsumer({ name, seen, active, pending }: Consumer, most: number): Reply {
  const own = firstOf(pending.ascending(), most).map((each) => [
    formatId(each),
    each.delivered,
    each.deliveries,
  ]);
  return facts({
    name,
    "seen-time": seen,
    "active-time": active,
    "pel-count": pending.size,
    pending: own,
  });
}

function facts(named: Readonly<Record<string, Reply>>): Reply {
  return new Pairs(Object.entries(named).flat());
}

function firstOf<Item>(items: Iterable<Item>, most: number): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    found.push(item);
    if (found.length >= most) break;
  }
  return found;
}

function streamOf({ db }: Call, key: Bytes): Stream {
  const stream = db.collection(key, Stream);
  if (stream === undefined) throw new Failure("ERR no such key");
  return stream;
}

function wrongSubcommand([, name = ""]: Argv): Failure {
  return new Failure(
    `ERR unknown subcommand or wrong number of arguments for '${name.slice(0, 128)}'. Try XINFO HELP.`,
  );
}
