/** What commands take from the ends of lists. */
import type { Spot } from "../model/messages.ts";
import { type End, List } from "../model/list.ts";
import { Failure, type Bytes, type Reply } from "../values.ts";
import { type Call, SYNTAX_ERROR } from "./command.ts";

/** As an argument has it. @throws {Failure} */
export function endOf(argument: Bytes | undefined): End {
  const end = argument?.toLowerCase();
  if (end !== "left" && end !== "right") throw new Failure(SYNTAX_ERROR);
  return end;
}

/** Takes up to so many elements and gives them to the client. */
export function popFrom(call: Call, spot: Spot<List>, end: End, most: number): Bytes[] {
  const elements: Bytes[] = [];
  while (elements.length < most) {
    const element = spot.at.pop(end);
    if (element === undefined) break;
    elements.push(element);
  }
  call.redis.messages.popped(call.client, spot, elements);
  call.db.touch(spot.key, "l", end === "left" ? "lpop" : "rpop");
  return elements;
}

/** The first of these lists that is there. */
export function firstOf({ db }: Call, keys: readonly Bytes[]): Spot<List> | undefined {
  for (const key of keys) {
    const at = db.collection(key, List);
    if (at !== undefined) return { key, at };
  }
  return undefined;
}

export interface Move {
  readonly source: Bytes;
  readonly destination: Bytes;
  readonly from: End;
  readonly to: End;
}

/** Moves one element; undefined where the source is not there. @throws {Failure} before anything is moved. */
export function move(call: Call, { source, destination, from, to }: Move): Reply | undefined {
  const { db, redis, client } = call;
  const list = db.collection(source, List);
  if (list === undefined) return undefined;
  db.collection(destination, List);
  const element = list.pop(from) ?? "";
  // A list of one element that is rotated is empty for this moment, and still there.
  const target = source === destination ? list : db.collectionOrNew(destination, List);
  target.push(to, element);
  redis.messages.moved(
    client,
    { key: source, at: list },
    { key: destination, at: target },
    element,
  );
  db.touch(destination, "l", to === "left" ? "lpush" : "rpush");
  db.touch(source, "l", from === "left" ? "lpop" : "rpop");
  // Two keys, and one change: rdb_changes_since_last_save.
  redis.stats.changes--;
  return element;
}
