/** One sum of all that is kept: DEBUG DIGEST and DIGEST-VALUE. What has no order is xored, what has one is mixed. debug.c */
import { createHash } from "node:crypto";
import { Hash } from "../model/hash.ts";
import type { Entry, Keyspace, Value } from "../model/keyspace.ts";
import { List } from "../model/list.ts";
import { MemberSet } from "../model/set.ts";
import { SortedSet } from "../model/sorted-set.ts";
import { Stream } from "../model/stream.ts";
import type { Bytes } from "../values.ts";
import { shortestDigits } from "../wire/replies.ts";

const TYPES: readonly Bytes[] = ["string", "list", "set", "zset", "hash", "module", "stream"];
const SIZE = 20;

/** Of keys, whether their time is over or not, and of the databases that have some. */
export function digestOfAll(keyspaces: readonly Keyspace[]): string {
  const all = new Digest();
  for (const { entries, index } of keyspaces) {
    if (entries.size === 0) continue;
    all.mix(number(index));
    for (const entry of entries.values()) {
      const pair = new Digest();
      pair.mix(entry.key);
      addEntry(pair, entry);
      all.xor(pair.bytes);
    }
  }
  return all.hex;
}

/** Of what a key holds, and whether it has a deadline; zeros where there is none. */
export function digestOf(entry: Entry | undefined): string {
  const digest = new Digest();
  if (entry !== undefined) addEntry(digest, entry);
  return digest.hex;
}

function addEntry(digest: Digest, { value, expires }: Entry): void {
  digest.mix(number(TYPES.indexOf(typeof value === "string" ? "string" : value.type)));
  addValue(digest, value);
  if (expires !== Number.POSITIVE_INFINITY) digest.xor("!!expire!!");
}

function addValue(digest: Digest, value: Value): void {
  if (typeof value === "string") digest.mix(value);
  else if (value instanceof List)
    for (const element of value.slice(0, value.length)) digest.mix(element);
  else if (value instanceof MemberSet) for (const name of value.names()) digest.xor(name);
  else if (value instanceof SortedSet)
    for (const { name, score } of value.slice())
      digest.xor(Digest.of(name, shortestDigits(score)).bytes);
  else if (value instanceof Hash)
    for (const { name, value: text, expires } of value.fields()) {
      const field = Digest.of(name, text);
      if (expires !== Number.POSITIVE_INFINITY) field.xor("!!hexpire!!");
      digest.xor(field.bytes);
    }
  else if (value instanceof Stream)
    for (const { ms, seq, fields } of value.snapshot().entries)
      for (const text of [`${ms}.${seq}`, ...fields]) digest.mix(text);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

class Digest {
  bytes: Buffer = Buffer.alloc(SIZE);

  static of(...parts: readonly Bytes[]): Digest {
    const digest = new Digest();
    for (const part of parts) digest.mix(part);
    return digest;
  }

  get hex(): string {
    return this.bytes.toString("hex");
  }

  /** Where the order does not count. */
  xor(data: Bytes | Buffer): void {
    for (const [at, byte] of sha1(data).entries()) this.bytes[at] = (this.bytes[at] ?? 0) ^ byte;
  }

  /** Where the order counts. */
  mix(data: Bytes | Buffer): void {
    this.xor(data);
    this.bytes = sha1(this.bytes);
  }
}

function sha1(data: Bytes | Buffer): Buffer {
  const hash = createHash("sha1");
  return (typeof data === "string" ? hash.update(data, "latin1") : hash.update(data)).digest();
}
