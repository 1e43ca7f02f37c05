/** Streams as a log: what adds, reads ranges and removes. https://redis.io/docs/latest/develop/data-types/streams/ */
import {
  compareIds,
  formatId,
  LARGEST_ID,
  SMALLEST_ID,
  type StreamEntry,
  type StreamId,
} from "../model/stream-ids.ts";
import { Stream } from "../model/stream.ts";
import { Failure, NULL_ARRAY, OK, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type Command, type CommandTable, long, SYNTAX_ERROR } from "./command.ts";
import { endOf, idOf, newIdOf, startOf, trimmingOf } from "./stream-arguments.ts";

const onKey = { group: "stream", keys: [1, 1, 1], since: "5.0.0" } as const;

export const streams: CommandTable = {
  xadd: {
    ...onKey,
    arity: -5,
    flags: ["write", "denyoom", "fast"],
    summary: "Adds an entry to a stream.",
    run: add,
  },
  xlen: {
    ...onKey,
    arity: 2,
    flags: ["readonly", "fast"],
    summary: "Counts a stream's entries.",
    run: ({ db }, [, key = ""]) => db.collection(key, Stream)?.length ?? 0,
  },
  xrange: {
    ...onKey,
    arity: -4,
    flags: ["readonly"],
    summary: "Reads a stream from one id to another.",
    run: range(false),
  },
  xrevrange: {
    ...onKey,
    arity: -4,
    flags: ["readonly"],
    summary: "Reads a stream from one id to another, the newest first.",
    run: range(true),
  },
  xdel: {
    ...onKey,
    arity: -3,
    flags: ["write", "fast"],
    summary: "Removes entries of a stream.",
    run: remove,
  },
  xtrim: {
    ...onKey,
    arity: -4,
    flags: ["write"],
    summary: "Removes a stream's oldest entries.",
    run: trim,
  },
  xsetid: {
    ...onKey,
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    summary: "Sets a stream's last id, as replicas need it.",
    run: setId,
  },
};

/** An entry as all commands answer it. */
export function entryReply(entry: StreamEntry): Reply {
  return [formatId(entry), entry.fields];
}

function add({ db, redis, client, now }: Call, argv: Argv): Reply {
  const key = argv[1] ?? "";
  const nodes = redis.config.streamNodes;
  const { trim: limits, onlyExisting, at } = trimmingOf(argv, nodes.entries, true);
  const fields = argv.slice(at + 1);
  if (fields.length < 2 || fields.length % 2 === 1)
    throw new Failure("ERR wrong number of arguments for 'xadd' command");
  const wanted = newIdOf(argv[at]);
  if (wanted.ms === 0 && wanted.seq === 0)
    throw new Failure("ERR The ID specified in XADD must be greater than 0-0");
  const stream = onlyExisting ? db.collection(key, Stream) : db.collectionOrNew(key, Stream);
  if (stream === undefined) return null;
  if (compareIds(stream.lastId, LARGEST_ID) === 0)
    throw new Failure(
      "ERR The stream has exhausted the last possible ID, unable to add more items",
    );
  stream.limitNodes(nodes);
  const id = freeId(stream, wanted, now);
  const entry = id === null ? undefined : stream.add(id, fields);
  if (entry === undefined)
    throw new Failure(
      "ERR The ID specified in XADD is equal or smaller than the target stream top item",
    );
  redis.messages.added(client, key, entry);
  db.touch(key, "t", "xadd");
  if (limits !== null) {
    const removed = stream.trim(limits);
    redis.messages.lost(client, key, removed, "trimmed by XADD");
    if (removed.length > 0) redis.notifications.notify("t", "xtrim", db, key);
  }
  db.ready(key);
  return formatId(entry);
}

function freeId(
  stream: Stream,
  { ms, seq }: ReturnType<typeof newIdOf>,
  now: number,
): StreamId | null {
  if (ms === null) return stream.idAt(now);
  return seq === null ? stream.idWithin(ms) : { ms, seq };
}

function range(backwards: boolean): Command["run"] {
  return ({ db }, argv) => {
    const [, key = "", one, other] = argv;
    const start = startOf(backwards ? other : one);
    const end = endOf(backwards ? one : other);
    const count = countOf(argv);
    const stream = db.collection(key, Stream);
    if (stream === undefined) return [];
    if (count === 0) return NULL_ARRAY;
    return stream.range(start, end, count, backwards).map(entryReply);
  };
}

/** Infinity where none is given. */
function countOf(argv: Argv): number {
  let count = Number.POSITIVE_INFINITY;
  for (let at = 4; at < argv.length; at += 2) {
    if (argv[at]?.toLowerCase() !== "count" || at + 1 >= argv.length)
      throw new Failure(SYNTAX_ERROR);
    count = Math.max(0, long(argv[at + 1]));
  }
  return count;
}

function remove({ db, redis, client }: Call, [, key = "", ...ids]: Argv): Reply {
  const stream = db.collection(key, Stream);
  if (stream === undefined) return 0;
  // All or nothing: an id that is none fails before anything is removed.
  const removed = ids
    .map(idOf)
    .map((id) => stream.delete(id))
    .filter((entry) => entry !== undefined);
  if (removed.length === 0) return 0;
  redis.messages.lost(client, key, removed, "XDEL");
  db.touch(key, "t", "xdel");
  return removed.length;
}

function trim({ db, redis, client }: Call, argv: Argv): Reply {
  const key = argv[1] ?? "";
  const { trim: limits } = trimmingOf(argv, redis.config.streamNodes.entries, false);
  const stream = db.collection(key, Stream);
  if (stream === undefined || limits === null) return 0;
  const removed = stream.trim(limits);
  if (removed.length === 0) return 0;
  redis.messages.lost(client, key, removed, "XTRIM");
  db.touch(key, "t", "xtrim");
  return removed.length;
}

function setId({ db, redis }: Call, argv: Argv): Reply {
  const key = argv[1] ?? "";
  const id = idOf(argv[2]);
  const { added, maxDeletedId } = setIdOptions(argv, id);
  const stream = db.collection(key, Stream);
  if (stream === undefined) throw new Failure("ERR no such key");
  if (compareIds(id, stream.maxDeletedId) < 0) throw smaller("current max_deleted_entry_id");
  if (stream.last !== undefined) {
    if (compareIds(id, stream.last) < 0) throw smaller("the target stream top item");
    if (added !== null && stream.length > added)
      throw new Failure(
        "ERR The entries_added specified in XSETID is smaller than the target stream length",
      );
  }
  stream.lastId = id;
  if (added !== null) stream.added = added;
  if (compareIds(maxDeletedId, SMALLEST_ID) > 0) stream.maxDeletedId = maxDeletedId;
  redis.notifications.notify("t", "xsetid", db, key);
  return OK;
}

function setIdOptions(argv: Argv, id: StreamId): { added: number | null; maxDeletedId: StreamId } {
  let added: number | null = null;
  let maxDeletedId = SMALLEST_ID;
  for (let at = 3; at < argv.length; at += 2) {
    const option = argv[at]?.toLowerCase();
    if (at + 1 >= argv.length) throw new Failure(SYNTAX_ERROR);
    if (option === "entriesadded") {
      added = long(argv[at + 1]);
      if (added < 0) throw new Failure("ERR entries_added must be positive");
    } else if (option === "maxdeletedid") {
      maxDeletedId = idOf(argv[at + 1]);
      if (compareIds(id, maxDeletedId) < 0) throw smaller("the provided max_deleted_entry_id");
    } else throw new Failure(SYNTAX_ERROR);
  }
  return { added, maxDeletedId };
}

function smaller(than: Bytes): Failure {
  return new Failure(`ERR The ID specified in XSETID is smaller than ${than}`);
}
