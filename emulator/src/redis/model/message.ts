/** One message in a list or a stream, as the journal knows it: an element or an entry. */
import type { ContentSource, MessageContent } from "../../journal.ts";
import { contentOf } from "../envelope.ts";
import { type Bytes, text } from "../values.ts";
import type { StreamEntry } from "./stream-ids.ts";

/** The field that FastStream and Millrace put the envelope into. */
const DATA = "__data__";

/** Its content and its place in RecentMessages are in it, too: there are ten thousands of them, so each is one object. */
export class Message<
  Thing extends Bytes | StreamEntry = Bytes | StreamEntry,
> implements ContentSource {
  readonly number: number;
  readonly thing: Thing;
  readonly size: number;
  /** Whether somebody was given it. */
  delivered = false;
  /** Where it is, and when it came there: -1 where it is forgotten. */
  place: object | null = null;
  serial = -1;
  /** The next one that is equal, and the one before; before the first is the last one. */
  next: Message<Thing> | null = null;
  previous: Message<Thing> | null = null;

  constructor(number: number, thing: Thing) {
    this.number = number;
    this.thing = thing;
    this.size = typeof thing === "string" ? thing.length : sizeOf(thing);
  }

  read(): MessageContent {
    const { thing } = this;
    return typeof thing === "string" ? contentOf(thing) : contentOfEntry(thing);
  }
}

function sizeOf({ fields }: StreamEntry): number {
  let size = 0;
  for (const field of fields) size += field.length;
  return size;
}

/** An entry that is no envelope is an object of its fields. */
function contentOfEntry({ fields }: StreamEntry): MessageContent {
  const pairs: [string, string][] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = "", value = ""] = [fields[at], fields[at + 1]];
    if (name === DATA) return contentOf(value);
    pairs.push([text(name), text(value)]);
  }
  return { headers: {}, payload: Buffer.from(JSON.stringify(Object.fromEntries(pairs))) };
}
