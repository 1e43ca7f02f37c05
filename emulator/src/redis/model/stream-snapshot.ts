/** A stream as plain data. */
import type { Bytes } from "../values.ts";
import type { Group } from "./stream-group.ts";
import type { StreamEntry, StreamId } from "./stream-ids.ts";

export interface StreamData {
  readonly entries: readonly StreamEntry[];
  readonly lastId: StreamId;
  readonly maxDeletedId: StreamId;
  readonly added: number;
  readonly groups: readonly GroupData[];
}

export interface GroupData {
  readonly name: Bytes;
  readonly lastId: StreamId;
  readonly entriesRead: number | null;
  readonly consumers: readonly { name: Bytes; seen: number; active: number }[];
  readonly pending: readonly PendingData[];
}

interface PendingData extends StreamId {
  readonly consumer: Bytes;
  readonly delivered: number;
  readonly deliveries: number;
}

export function writeStream(
  stream: Omit<StreamData, "entries" | "groups">,
  entries: Iterable<StreamEntry>,
  allGroups: Iterable<Group>,
): StreamData {
  const { lastId, maxDeletedId, added } = stream;
  const groups = [...allGroups].map((group) => ({
    name: group.name,
    lastId: group.lastId,
    entriesRead: group.entriesRead,
    consumers: [...group.consumers.values()].map(({ name, seen, active }) => ({
      name,
      seen,
      active,
    })),
    pending: [...group.pending.ascending()].map(({ ms, seq, consumer, delivered, deliveries }) => ({
      ms,
      seq,
      consumer: consumer.name,
      delivered,
      deliveries,
    })),
  }));
  return { entries: [...entries], lastId, maxDeletedId, added, groups };
}

/** @throws {TypeError} where it is no stream. */
export function readStream(data: unknown): StreamData {
  const read = data as Partial<StreamData> | null | undefined;
  if (
    !isId(read?.lastId) ||
    !isId(read.maxDeletedId) ||
    typeof read.added !== "number" ||
    !Array.isArray(read.entries) ||
    !Array.isArray(read.groups) ||
    !read.entries.every((entry: unknown) => isId(entry) && "fields" in entry)
  )
    throw new TypeError("no stream");
  return read as StreamData;
}

function isId(data: unknown): data is StreamId {
  return typeof data === "object" && data !== null && "ms" in data && "seq" in data;
}
