/** Replies of the stream commands → plain values. Pure. */
import type { RedisStreamEntry } from "./options.ts";

/** XREAD and XREADGROUP: the entries of the one stream that was asked for; null when none came in time. */
export function readReply(stream: string, reply: unknown): RedisStreamEntry[] {
  const streams = reply as [Buffer, unknown[]][] | null;
  return (streams ?? []).flatMap(([, entries]) => readEntries(stream, entries));
}

/** A list of entries; those that were deleted meanwhile (null, or without fields) are left out. */
export function readEntries(stream: string, entries: unknown): RedisStreamEntry[] {
  return (entries as ([Buffer, Buffer[] | null] | null)[]).flatMap((entry) => {
    const [id, flat] = entry ?? [];
    if (id === undefined || flat === undefined || flat === null) return [];
    const fields: (readonly [Buffer, Buffer])[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2)
      fields.push([flat[at] as Buffer, flat[at + 1] as Buffer]);
    return [{ stream, id: id.toString(), fields }];
  });
}

/** XPENDING with a range: ids, and how often each was delivered. */
export function readPending(reply: unknown): { id: string; deliveries: number }[] {
  return (reply as [Buffer, Buffer, number, number][]).map(([id, , , deliveries]) => ({
    id: id.toString(),
    deliveries: Number(deliveries),
  }));
}

/** XINFO: names and values in turn. */
export function readInfo(reply: unknown): Map<string, unknown> {
  const flat = reply as unknown[];
  const info = new Map<string, unknown>();
  for (let at = 0; at + 1 < flat.length; at += 2) info.set(String(flat[at]), flat[at + 1]);
  return info;
}

/** Whether one id comes before another: `ms-number`, which may be left out. */
export function isBefore(one: string, other: string): boolean {
  const parts = (id: string) => id.split("-").map(BigInt) as [bigint, bigint?];
  const [oneTime, oneNumber = 0n] = parts(one);
  const [otherTime, otherNumber = 0n] = parts(other);
  return oneTime === otherTime ? oneNumber < otherNumber : oneTime < otherTime;
}
