/** What DUMP gives: a value as in an RDB file, a version and a checksum. https://redis.io/docs/latest/commands/dump/ */
import { Hash } from "../model/hash.ts";
import type { Value } from "../model/keyspace.ts";
import { List } from "../model/list.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { Stream } from "../model/stream.ts";
import type { Bytes } from "../values.ts";
import { crc64 } from "./crc64.ts";
import { length, string } from "./lengths.ts";
import { streamBody } from "./stream-write.ts";
import { RDB } from "./types.ts";

/** Redis 7.0's, so that it reads what is written here, as does 7.2. */
const VERSION = 10;

export function dump(value: Value): Bytes {
  const body = Buffer.concat([bodyOf(value), Buffer.from([VERSION, 0])]);
  return Buffer.concat([body, crc64(body)]).toString("latin1");
}

function bodyOf(value: Value): Buffer {
  if (typeof value === "string") return Buffer.concat([Buffer.from([RDB.string]), string(value)]);
  if (value instanceof List) return strings(RDB.list, value.length, value.slice(0, value.length));
  if (value instanceof MemberSet) return strings(RDB.set, value.size, [...value.names()]);
  if (value instanceof Hash)
    return strings(
      RDB.hash,
      value.size,
      [...value.fields()].flatMap((field) => [field.name, field.value]),
    );
  if (value instanceof SortedSet)
    return Buffer.concat([
      Buffer.from([RDB.sortedSet]),
      length(value.size),
      ...value.slice().flatMap(({ name, score }) => [string(name), double(score)]),
    ]);
  if (value instanceof Stream)
    return Buffer.concat([Buffer.from([RDB.stream7_0]), streamBody(value.snapshot())]);
  throw new Error(`no dump of a ${value.type}`);
}

function strings(type: number, count: number, texts: readonly Bytes[]): Buffer {
  return Buffer.concat([Buffer.from([type]), length(count), ...texts.map(string)]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
