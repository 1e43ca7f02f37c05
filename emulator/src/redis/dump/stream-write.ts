/** A stream for DUMP, in Redis 7.0's form, which has no place for when a consumer was last given something. rdb.c */
import { SMALLEST_ID, type StreamEntry, type StreamId } from "../model/stream-ids.ts";
import type { GroupData, StreamData } from "../model/stream-snapshot.ts";
import { length, string } from "./lengths.ts";
import { listpack } from "./listpack.ts";
import { ENTRY } from "./types.ts";

/** How many entries a node has: as stream-node-max-entries is by default. */
const NODE = 100;
/** As an unsigned number: not known how many. */
const UNKNOWN = 2n ** 64n - 1n;

export function streamBody({ entries, lastId, maxDeletedId, added, groups }: StreamData): Buffer {
  const nodes: Buffer[] = [];
  for (let at = 0; at < entries.length; at += NODE) nodes.push(node(entries.slice(at, at + NODE)));
  return Buffer.concat([
    length(nodes.length),
    ...nodes,
    length(entries.length),
    id(lastId),
    id(entries[0] ?? SMALLEST_ID),
    id(maxDeletedId),
    length(added),
    length(groups.length),
    ...groups.map(group),
  ]);
}

/** The first entry gives the names, and the id that the others' are counted from. */
function node(entries: readonly StreamEntry[]): Buffer {
  const first = entries[0] ?? { ...SMALLEST_ID, fields: [] };
  const names = first.fields.filter((_, at) => at % 2 === 0);
  const elements = [String(entries.length), "0", String(names.length), ...names, "0"];
  for (const { ms, seq, fields } of entries) {
    const isSame =
      fields.length === first.fields.length &&
      fields.every((text, at) => at % 2 === 1 || text === first.fields[at]);
    const content = isSame
      ? fields.filter((_, at) => at % 2 === 1)
      : [String(fields.length / 2), ...fields];
    elements.push(
      String(isSame ? ENTRY.sameNames : 0),
      String(BigInt.asIntN(64, BigInt(ms) - BigInt(first.ms))),
      String(BigInt.asIntN(64, BigInt(seq) - BigInt(first.seq))),
      ...content,
      String(content.length + 3),
    );
  }
  return Buffer.concat([
    string(rawId(first).toString("latin1")),
    string(listpack(elements).toString("latin1")),
  ]);
}

function group({ name, lastId, entriesRead, consumers, pending }: GroupData): Buffer {
  return Buffer.concat([
    string(name),
    id(lastId),
    length(entriesRead ?? UNKNOWN),
    length(pending.length),
    ...pending.flatMap((each) => [rawId(each), time(each.delivered), length(each.deliveries)]),
    length(consumers.length),
    ...consumers.flatMap((consumer) => {
      const own = pending.filter((each) => each.consumer === consumer.name);
      return [string(consumer.name), time(consumer.seen), length(own.length), ...own.map(rawId)];
    }),
  ]);
}

function id({ ms, seq }: StreamId): Buffer {
  return Buffer.concat([length(ms), length(seq)]);
}

function rawId({ ms, seq }: StreamId): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(BigInt(ms), 0);
  bytes.writeBigUInt64BE(BigInt(seq), 8);
  return bytes;
}

function time(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(ms));
  return bytes;
}
