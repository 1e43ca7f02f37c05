/** Everything that the databases hold, and the libraries of functions, as plain data. Clients are not part of it. */
import { scriptingOf } from "./scripting/scripting.ts";
import type { Bytes } from "./values.ts";
import { Hash } from "./model/hash.ts";
import type { Kept, Keyspace, Value } from "./model/keyspace.ts";
import { List } from "./model/list.ts";
import type { Redis } from "./model/redis.ts";
import { MemberSet } from "./model/set.ts";
import { SortedSet } from "./model/sorted-set.ts";
import { Stream } from "./model/stream.ts";

/** The databases that hold anything, by number. */
interface RedisSnapshot {
  readonly kind: "redis";
  readonly databases: Readonly<Record<string, readonly KeyData[]>>;
  /** Their sources. */
  readonly libraries: readonly Bytes[];
}

/** `string` or what TYPE says, the content, and the times in ms since 1970: until when it lives, when it was last used. */
type KeyData = readonly [key: Bytes, type: string, content: unknown, expires: number, used: number];

/** How a type's content is read; `shift`: ms by which times have moved. All throw what is not theirs. */
const readers: Readonly<Record<string, (content: unknown, shift: number) => Value>> = {
  string: (content) => text(content),
  list: (content) => List.restore(content),
  set: (content) => MemberSet.restore(list(content).map(text)),
  hash: (content, shift) =>
    Hash.restore(
      list(content).map((field) => {
        const [name, value, expires] = list(field);
        return [text(name), text(value), number(expires) + shift];
      }),
    ),
  zset: (content) =>
    SortedSet.restore(
      list(content).map((member) => {
        const [name, score] = list(member);
        return [text(name), number(score)];
      }),
    ),
  stream: (content, shift) => Stream.restore(content, shift),
};

export function snapshotRedis(redis: Redis): unknown {
  const databases: Record<string, KeyData[]> = {};
  for (const { index, entries } of redis.keyspaces)
    if (entries.size > 0)
      databases[index] = [...entries.values()].map(({ key, value, expires, used }) =>
        typeof value === "string"
          ? [key, "string", value, expires, used]
          : [key, value.type, value.snapshot(), expires, used],
      );
  const libraries = scriptingOf(redis).libraries.all.map(({ source }) => source);
  return { kind: "redis", databases, libraries } satisfies RedisSnapshot;
}

/** What the databases held is gone then. `time`: when the snapshot was taken. @throws where it cannot be read */
export function restoreRedis(redis: Redis, snapshot: unknown, time: number): void {
  const shift = redis.context.clock.now() - time;
  // All is read before anything is changed.
  const databases = databasesOf(snapshot, redis.keyspaces).map(([keyspace, keys]) => {
    const entries = keys.map((data) => entryOf(data, shift));
    return { keyspace, entries };
  });
  const { libraries = [] } = snapshot as Partial<RedisSnapshot>;
  scriptingOf(redis).libraries.restore(list(libraries).map(text), "flush");
  redis.atOnce(() => {
    for (const keyspace of redis.keyspaces)
      keyspace.replace(databases.find((each) => each.keyspace === keyspace)?.entries ?? []);
  });
}

function databasesOf(
  snapshot: unknown,
  keyspaces: readonly Keyspace[],
): (readonly [Keyspace, readonly unknown[]])[] {
  const { kind, databases } = (snapshot ?? {}) as Partial<RedisSnapshot>;
  if (kind !== "redis" || typeof databases !== "object" || databases === null)
    throw new TypeError("this is no snapshot of Redis");
  return Object.entries(databases).map(([index, keys]) => {
    const keyspace = keyspaces[Number(index)];
    if (keyspace === undefined) throw new TypeError(`there is no database ${index}`);
    return [keyspace, list(keys)];
  });
}

function entryOf(data: unknown, shift: number): Kept {
  const [key, type, content, expires, used] = list(data);
  const read = readers[text(type)];
  if (read === undefined) throw new TypeError(`there is no type ${text(type)}`);
  return {
    key: text(key),
    value: read(content, shift),
    expires: number(expires) + shift,
    used: number(used) + shift,
  };
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("the snapshot has something else where a list belongs");
}

function text(value: unknown): Bytes {
  if (typeof value === "string") return value;
  throw new TypeError("the snapshot has something else where bytes belong");
}

function number(value: unknown): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new TypeError("the snapshot has something else where a number belongs");
}
