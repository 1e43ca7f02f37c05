/** XREAD and XREADGROUP: what is new in streams, waited for where wanted. https://redis.io/docs/latest/commands/xreadgroup/ */
import { LARGEST_ID, nextId, previousId, SMALLEST_ID, type StreamId } from "../model/stream-ids.ts";
import type { Consumer, Group } from "../model/stream-group.ts";
import { Stream } from "../model/stream.ts";
import { Failure, NULL_ARRAY, Pairs, type Bytes, type Reply, type Argv } from "../values.ts";
import { formatId } from "../model/stream-ids.ts";
import { block, type Call, type CommandTable, type KeyFinder } from "./command.ts";
import { idOf } from "./stream-arguments.ts";
import { consumerOf } from "./stream-consumers.ts";
import { type Reading, readingOf } from "./stream-reading-options.ts";
import { entryReply } from "./streams.ts";

/** The keys are the first half of what follows STREAMS. */
function streamsKeys(from: number): KeyFinder {
  return {
    range: [0, 0, 0],
    searches: [{ word: "STREAMS", from, half: true }],
    find(argv) {
      const at = argv.findIndex((word, index) => index > 0 && word.toLowerCase() === "streams") + 1;
      if (at === 0) return [];
      return Array.from({ length: Math.floor((argv.length - at) / 2) }, (_, index) => at + index);
    },
  };
}

export const streamReading: CommandTable = {
  xread: {
    arity: -4,
    flags: ["readonly", "blocking"],
    keys: streamsKeys(1),
    group: "stream",
    since: "5.0.0",
    summary: "Reads what is newer in streams, and may wait for it.",
    run: read,
  },
  xreadgroup: {
    arity: -7,
    flags: ["write", "blocking"],
    keys: streamsKeys(4),
    group: "stream",
    since: "5.0.0",
    summary: "Reads for a consumer of a group: what is new, which it may wait for, or what it had.",
    run: read,
  },
};

/** What is read from one stream: what is behind this id, or (`null`) what is new for the group. */
interface Source {
  readonly key: Bytes;
  readonly after: StreamId | null;
}

function read(call: Call, argv: Argv): Reply {
  const reading = readingOf(call, argv);
  // `$` is what is last now: also when the client is served later.
  const sources = reading.keys.map((key, index) =>
    sourceOf(call, reading, key, reading.ids[index]),
  );
  const answer = attempt(call, reading, sources);
  if (answer !== undefined) return answer;
  if (reading.timeout === null) return NULL_ARRAY;
  return block(call, {
    keys: reading.keys,
    timeout: reading.timeout,
    timedOut: NULL_ARRAY,
    // A group that goes ends the wait, with the stream or alone.
    onAnyChange: reading.group !== null,
    attempt: (key) =>
      reading.group !== null || call.db.get(key) instanceof Stream
        ? attempt(call, reading, sources)
        : undefined,
  });
}

function sourceOf(call: Call, reading: Reading, key: Bytes, id: Bytes = ""): Source {
  const { stream } = streamAndGroup(call, reading, key);
  if (id === "$" || id === "+") {
    if (reading.group !== null) throw meaningless(id);
    // `+` is what `$` is not: the last entry itself. Redis 7.4
    const last = id === "$" ? stream?.lastId : stream?.last;
    const after = last === undefined ? SMALLEST_ID : { ms: last.ms, seq: last.seq };
    return { key, after: id === "$" ? after : (previousId(after) ?? SMALLEST_ID) };
  }
  if (id !== ">") return { key, after: idOf(id) };
  if (reading.group === null)
    throw new Failure(
      "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
    );
  return { key, after: null };
}

/** Undefined where there is nothing. */
function attempt(call: Call, reading: Reading, sources: readonly Source[]): Reply | undefined {
  // Before anything is read of one stream, all have to be right.
  const found = sources.map(({ key }) => streamAndGroup(call, reading, key));
  const replies: [key: Bytes, entries: Reply][] = [];
  for (const [index, { key, after }] of sources.entries()) {
    const { stream, group } = found[index] ?? {};
    if (stream === undefined) continue;
    const entries =
      group === undefined || reading.group === null
        ? readLog(call, key, stream, after ?? LARGEST_ID, reading.count)
        : readGroup(call, { key, stream, group }, reading, after);
    if (entries !== undefined) replies.push([key, entries]);
  }
  if (replies.length === 0) return undefined;
  return call.client.version === 3 && call.inside !== "script"
    ? new Pairs(replies.flat())
    : replies;
}

function readLog(
  { redis, client }: Call,
  key: Bytes,
  stream: Stream,
  after: StreamId,
  count: number,
): Reply | undefined {
  const entries = stream.after(after, count);
  if (entries.length === 0) return undefined;
  redis.messages.read(client, key, entries);
  return entries.map(entryReply);
}

interface GroupSource {
  readonly key: Bytes;
  readonly stream: Stream;
  readonly group: Group;
}

function readGroup(
  call: Call,
  source: GroupSource,
  reading: Reading,
  after: StreamId | null,
): Reply | undefined {
  const consumer = consumerOf(call, source.key, source.group, reading.group?.consumer ?? "");
  return after === null
    ? readNew(call, source, reading, consumer)
    : readHistory(call, source, consumer, after, reading.count);
}

function readNew(
  { redis, client, now }: Call,
  { key, stream, group }: GroupSource,
  reading: Reading,
  consumer: Consumer,
): Reply | undefined {
  const entries = stream.after(group.lastId, reading.count);
  if (entries.length === 0) return undefined;
  for (const entry of entries) {
    group.advance(entry, stream);
    if (reading.group?.noack === true) continue;
    group.assign(entry, consumer, now, 1);
    consumer.active = now;
  }
  redis.messages.read(client, key, entries, group.name);
  return entries.map(entryReply);
}

/** What this consumer was given and has not acknowledged; of what is no longer there, the id. */
function readHistory(
  { redis, client, now }: Call,
  { key, stream, group }: GroupSource,
  consumer: Consumer,
  after: StreamId,
  count: number,
): Reply {
  const start = nextId(after);
  const replies: Reply[] = [];
  if (start === null) return replies;
  const entries = [];
  for (const pending of consumer.pending.ascending(start)) {
    if (replies.length >= count) break;
    const entry = stream.get(pending);
    if (entry === undefined) {
      replies.push([formatId(pending), NULL_ARRAY]);
      continue;
    }
    pending.delivered = now;
    pending.deliveries++;
    entries.push(entry);
    replies.push(entryReply(entry));
  }
  redis.messages.readAgain(client, key, entries, group.name);
  return replies;
}

/** @throws {Failure} where a group is wanted and not there. */
function streamAndGroup(
  { db }: Call,
  { group: wanted }: Reading,
  key: Bytes,
): { stream?: Stream; group?: Group } {
  const stream = db.collection(key, Stream);
  if (wanted === null) return stream === undefined ? {} : { stream };
  const group = stream?.groups.get(wanted.name);
  if (stream === undefined || group === undefined)
    throw new Failure(
      `NOGROUP No such key '${key}' or consumer group '${wanted.name}' in XREADGROUP with GROUP option`,
    );
  return { stream, group };
}

function meaningless(id: Bytes): Failure {
  return new Failure(
    `ERR The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`,
  );
}
