/** Pending entries change hands: XCLAIM, XAUTOCLAIM. https://redis.io/docs/latest/commands/xautoclaim/ */
import type { Pending } from "../model/stream-group.ts";
import {
  compareIds,
  formatId,
  parseId,
  SMALLEST_ID,
  type StreamEntry,
  type StreamId,
} from "../model/stream-ids.ts";
import { Failure, type Bytes, type Reply, type Argv } from "../values.ts";
import { type Call, type CommandTable, long, SYNTAX_ERROR } from "./command.ts";
import { idOf, startOf } from "./stream-arguments.ts";
import { consumerOf, groupOf } from "./stream-consumers.ts";
import { entryReply } from "./streams.ts";

const onKey = { group: "stream", keys: [1, 1, 1], since: "5.0.0" } as const;
/** XAUTOCLAIM looks at so many entries for each that it may claim. */
const LOOKS = 10;

export const streamClaiming: CommandTable = {
  xclaim: {
    ...onKey,
    arity: -6,
    flags: ["write", "fast"],
    summary: "Gives a consumer entries that others have not acknowledged.",
    run: claim,
  },
  xautoclaim: {
    ...onKey,
    arity: -6,
    flags: ["write", "fast"],
    since: "6.2.0",
    summary: "Gives a consumer entries that have been waiting with others for long.",
    run: autoclaim,
  },
};

function claim(call: Call, argv: Argv): Reply {
  const { now } = call;
  const [, key = "", name = "", consumerName = "", idle] = argv;
  const { stream, group } = groupOf(call, key, name);
  const minIdle = long(idle, "ERR Invalid min-idle-time argument for XCLAIM");
  const ids = leadingIds(argv);
  const options = claimOptions(argv, 5 + ids.length, now);
  if (compareIds(options.lastId, group.lastId) > 0) group.lastId = options.lastId;
  const consumer = consumerOf(call, key, group, consumerName);
  const claimed: StreamEntry[] = [];
  for (const id of ids) {
    const entry = stream.get(id);
    const pending = group.pending.get(id);
    // What is no longer in the stream is nobody's any more.
    if (entry === undefined) group.settle(id);
    if (entry === undefined || (pending === undefined && !options.force)) continue;
    if (pending !== undefined && minIdle > 0 && now - pending.delivered < minIdle) continue;
    const deliveries = (pending?.deliveries ?? 1) + (options.onlyIds ? 0 : 1);
    group.assign(entry, consumer, options.delivered, options.deliveries ?? deliveries);
    consumer.active = now;
    claimed.push(entry);
  }
  return claimReply(call, key, name, claimed, options.onlyIds);
}

/** All up to the first argument that is no id. */
function leadingIds(argv: Argv): StreamId[] {
  const ids: StreamId[] = [];
  for (const argument of argv.slice(5)) {
    const id = parseId(argument);
    if (id === null) break;
    ids.push(id);
  }
  return ids;
}

interface ClaimOptions {
  readonly force: boolean;
  readonly onlyIds: boolean;
  /** When it counts as delivered. */
  readonly delivered: number;
  readonly deliveries: number | null;
  readonly lastId: StreamId;
}

function claimOptions(argv: Argv, from: number, now: number): ClaimOptions {
  let [force, onlyIds] = [false, false];
  let delivered = now;
  let deliveries: number | null = null;
  let lastId = SMALLEST_ID;
  for (let at = from; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    const hasMore = at + 1 < argv.length;
    if (option === "force") force = true;
    else if (option === "justid") onlyIds = true;
    else if (option === "idle" && hasMore) delivered = now - numberFor("IDLE", argv[++at]);
    else if (option === "time" && hasMore) delivered = numberFor("TIME", argv[++at]);
    else if (option === "retrycount" && hasMore) deliveries = numberFor("RETRYCOUNT", argv[++at]);
    else if (option === "lastid" && hasMore) lastId = idOf(argv[++at]);
    else throw new Failure(`ERR Unrecognized XCLAIM option '${argv[at] ?? ""}'`);
  }
  // A client's clock may be wrong: what cannot be is taken for now.
  if (delivered < 0 || delivered > now) delivered = now;
  if (deliveries !== null && deliveries < 0) deliveries = null;
  return { force, onlyIds, delivered, deliveries, lastId };
}

function numberFor(option: string, argument: Bytes | undefined): number {
  return long(argument, `ERR Invalid ${option} option argument for XCLAIM`);
}

function autoclaim(call: Call, argv: Argv): Reply {
  const { now } = call;
  const [, key = "", name = "", consumerName = "", idle] = argv;
  const minIdle = long(idle, "ERR Invalid min-idle-time argument for XAUTOCLAIM");
  const start = startOf(argv[5]);
  const { count, onlyIds } = autoclaimOptions(argv);
  const { stream, group } = groupOf(call, key, name);
  const consumer = consumerOf(call, key, group, consumerName);
  const claimed: StreamEntry[] = [];
  const deleted: Pending[] = [];
  let looks = count * LOOKS;
  let cursor: StreamId = SMALLEST_ID;
  for (const pending of group.pending.ascending(start)) {
    if (looks-- === 0 || claimed.length + deleted.length === count) {
      cursor = pending;
      break;
    }
    const entry = stream.get(pending);
    if (entry === undefined) deleted.push(pending);
    else if (minIdle <= 0 || now - pending.delivered >= minIdle) {
      group.assign(entry, consumer, now, pending.deliveries + (onlyIds ? 0 : 1));
      consumer.active = now;
      claimed.push(entry);
    }
  }
  for (const pending of deleted) group.settle(pending);
  return [
    formatId(cursor),
    claimReply(call, key, name, claimed, onlyIds),
    deleted.map((pending) => formatId(pending)),
  ];
}

function autoclaimOptions(argv: Argv): { count: number; onlyIds: boolean } {
  const wrong = "ERR COUNT must be > 0";
  let [count, onlyIds] = [100, false];
  for (let at = 6; at < argv.length; at++) {
    const option = argv[at]?.toLowerCase();
    if (option === "count" && at + 1 < argv.length) {
      count = long(argv[++at], wrong);
      // t_stream.c: what could not be counted is refused.
      if (count < 1 || count > Number(2n ** 63n) / 16) throw new Failure(wrong);
    } else if (option === "justid") onlyIds = true;
    else throw new Failure(SYNTAX_ERROR);
  }
  return { count, onlyIds };
}

function claimReply(
  { redis, client }: Call,
  key: Bytes,
  group: Bytes,
  claimed: readonly StreamEntry[],
  onlyIds: boolean,
): Reply {
  if (onlyIds) return claimed.map(formatId);
  redis.messages.readAgain(client, key, claimed, group);
  return claimed.map(entryReply);
}
