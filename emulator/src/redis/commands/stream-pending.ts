/** What was delivered and is not acknowledged: XACK, XPENDING. https://redis.io/docs/latest/commands/xpending/ */
import type { Group } from "../model/stream-group.ts";
import { compareIds, formatId, type StreamId } from "../model/stream-ids.ts";
import { Stream } from "../model/stream.ts";
import { Failure, NULL_ARRAY, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, long, SYNTAX_ERROR } from "./command.ts";
import { endOf, idOf, startOf } from "./stream-arguments.ts";
import { byName, groupOf } from "./stream-consumers.ts";

const onKey = { group: "stream", keys: [1, 1, 1], since: "5.0.0" } as const;

export const streamPending: CommandTable = {
  xack: {
    ...onKey,
    arity: -4,
    flags: ["write", "fast"],
    summary: "Says that entries are done with, for a group.",
    run: acknowledge,
  },
  xpending: {
    ...onKey,
    arity: -3,
    flags: ["readonly"],
    summary: "Shows what a group has been given and has not acknowledged.",
    run: pending,
  },
};

function acknowledge({ db, redis, client }: Call, argv: Argv): Reply {
  const [, key = "", name = "", ...ids] = argv;
  const group = db.collection(key, Stream)?.groups.get(name);
  if (group === undefined) return 0;
  // All or nothing: an id that is none fails before anything is settled.
  let settled = 0;
  for (const id of ids.map((each) => idOf(each))) {
    const found = group.settle(id);
    if (found === undefined) continue;
    settled++;
    redis.messages.acknowledged(client, key, found.entry, name);
  }
  return settled;
}

interface Wanted {
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly minIdle: number;
  readonly consumer: Bytes | undefined;
}

function pending(call: Call, argv: Argv): Reply {
  const wanted = argv.length === 3 ? null : wantedOf(argv);
  const { group } = groupOf(call, argv[1] ?? "", argv[2] ?? "");
  return wanted === null ? summary(group) : list(call, group, wanted);
}

function wantedOf(argv: Argv): Wanted {
  if (argv.length < 6 || argv.length > 9) throw new Failure(SYNTAX_ERROR);
  let at = 3;
  let minIdle = 0;
  if (argv[3]?.toLowerCase() === "idle") {
    minIdle = long(argv[4]);
    if (argv.length < 8) throw new Failure(SYNTAX_ERROR);
    at = 5;
  }
  const count = long(argv[at + 2]);
  return {
    start: startOf(argv[at]),
    end: endOf(argv[at + 1]),
    count,
    minIdle,
    consumer: argv[at + 3],
  };
}

function summary(group: Group): Reply {
  const { first, last, size } = group.pending;
  if (first === undefined || last === undefined) return [0, null, null, NULL_ARRAY];
  const busy = byName(group.consumers.values()).filter(({ pending: own }) => own.size > 0);
  return [
    size,
    formatId(first),
    formatId(last),
    busy.map(({ name, pending: own }) => [name, String(own.size)]),
  ];
}

function list({ now }: Call, group: Group, wanted: Wanted): Reply {
  const { start, end, count, minIdle } = wanted;
  const source =
    wanted.consumer === undefined ? group.pending : group.consumers.get(wanted.consumer)?.pending;
  const replies: Reply[] = [];
  for (const each of source?.ascending(start) ?? []) {
    if (replies.length >= count || compareIds(each, end) > 0) break;
    const idle = now - each.delivered;
    if (minIdle !== 0 && idle < minIdle) continue;
    replies.push([formatId(each), each.consumer.name, Math.max(0, idle), each.deliveries]);
  }
  return replies;
}
