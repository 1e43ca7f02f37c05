/**
 * What happens to messages in lists and streams, for the journal. Lists and streams hold bytes and no messages: which
 * message an element is, is found by its bytes and its list, for as many of the last ones as the journal itself holds.
 */
import type { Journal, JournalEvent, JournalKind } from "../../journal.ts";
import { type Bytes, text } from "../values.ts";
import type { Client } from "./client.ts";
import type { List } from "./list.ts";
import { Message } from "./message.ts";
import { RecentMessages } from "./recent-messages.ts";
import { SMALLEST_ID, type StreamEntry } from "./stream-ids.ts";

/** Where a message is. */
export interface Spot<Type> {
  readonly key: Bytes;
  readonly at: Type;
}

/** Of what goes all at once, so many are told: the journal holds no more. */
const MOST = 10_000;

export class Messages {
  readonly #journal: Journal;
  readonly #elements = new RecentMessages<Bytes>();
  readonly #entries = new RecentMessages<StreamEntry>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  // ------------------------------------------------------------ lists

  pushed(client: Client, { key, at }: Spot<List>, elements: readonly Bytes[]): void {
    for (const element of elements) {
      const message = this.#elements.add(this.#new(element), at.identity);
      this.#record("published", client, "list", key, message);
    }
  }

  popped(client: Client, { key, at }: Spot<List>, elements: readonly Bytes[]): void {
    for (const element of elements) {
      const message = this.#elements.take(element, at.identity) ?? this.#new(element);
      this.#record("delivered", client, "list", key, message);
    }
  }

  /** An element went from one list to another, and to the client: it may be removed there as done, or be taken back. */
  moved(client: Client, from: Spot<List>, to: Spot<List>, element: Bytes): void {
    const message = this.#elements.take(element, from.at.identity) ?? this.#new(element);
    message.delivered = true;
    this.#elements.add(message, to.at.identity);
    this.#record("delivered", client, "list", from.key, message);
  }

  /** Elements went without being delivered from here: done, where they had been moved here, else dropped. */
  removed(client: Client, { key, at }: Spot<List>, elements: readonly Bytes[], by: string): void {
    for (const element of elements.slice(0, MOST)) {
      const message = this.#elements.take(element, at.identity);
      if (message === undefined) continue;
      if (message.delivered) this.#record("acknowledged", client, "list", key, message);
      else this.#dropped(client, "list", key, message, by);
    }
  }

  /** A fault took what was to be pushed. */
  pushLost(client: Client, key: Bytes, elements: readonly Bytes[], reason: string): void {
    for (const element of elements) this.#lost(client, "list", key, this.#new(element), reason);
  }

  // ------------------------------------------------------------ streams

  added(client: Client, key: Bytes, entry: StreamEntry): void {
    const message = this.#entries.add(this.#new(entry), null);
    this.#record("published", client, "stream", key, message);
  }

  /** A fault took what was to be added. */
  addLost(client: Client, key: Bytes, fields: readonly Bytes[], reason: string): void {
    this.#lost(client, "stream", key, this.#new({ ...SMALLEST_ID, fields }), reason);
  }

  /** Read by XREAD, or through a group. */
  read(client: Client, key: Bytes, entries: readonly StreamEntry[], group?: Bytes): void {
    this.#handed("delivered", client, key, entries, group);
  }

  /** Handed over again: claimed, or read from a consumer's history. */
  readAgain(client: Client, key: Bytes, entries: readonly StreamEntry[], group: Bytes): void {
    this.#handed("redelivered", client, key, entries, group);
  }

  acknowledged(client: Client, key: Bytes, entry: StreamEntry, group: Bytes): void {
    this.#handled("acknowledged", client, key, this.#messageOf(entry), {
      pattern: text(key),
      group: text(group),
    });
  }

  /** Trimmed or deleted. Who has read them knows them; of the others it is told. */
  lost(client: Client, key: Bytes, entries: readonly StreamEntry[], by: string): void {
    for (const entry of entries.slice(0, MOST)) {
      const message = this.#entries.get(entry, null);
      if (message !== undefined && !message.delivered)
        this.#dropped(client, "stream", key, message, by);
    }
  }

  #handed(
    kind: JournalKind,
    client: Client,
    key: Bytes,
    entries: readonly StreamEntry[],
    group: Bytes | undefined,
  ): void {
    const pattern = text(key);
    const subscription = group === undefined ? { pattern } : { pattern, group: text(group) };
    for (const entry of entries) {
      const message = this.#messageOf(entry);
      message.delivered = true;
      this.#handled(kind, client, key, message, subscription);
    }
  }

  #messageOf(entry: StreamEntry): Message<StreamEntry> {
    return this.#entries.get(entry, null) ?? this.#entries.add(this.#new(entry), null);
  }

  // ------------------------------------------------------------

  #new<Thing extends Bytes | StreamEntry>(thing: Thing): Message<Thing> {
    return new Message(this.#journal.nextMessage(), thing);
  }

  #lost(
    client: Client,
    channelType: "list" | "stream",
    key: Bytes,
    message: Message,
    reason: string,
  ): void {
    this.#record("published", client, channelType, key, message);
    this.#dropped(client, channelType, key, message, reason);
  }

  // Three literals, as each is of one shape, and copying one into another costs more than all else.
  #record(
    kind: JournalKind,
    client: Client,
    channelType: "list" | "stream",
    key: Bytes,
    message: Message,
  ): void {
    this.#journal.record({
      kind,
      protocol: "redis",
      channel: text(key),
      channelType,
      message: message.number,
      client: client.journal,
      content: message,
    });
  }

  #handled(
    kind: JournalKind,
    client: Client,
    key: Bytes,
    message: Message,
    subscription: NonNullable<JournalEvent["subscription"]>,
  ): void {
    this.#journal.record({
      kind,
      protocol: "redis",
      channel: text(key),
      channelType: "stream",
      message: message.number,
      client: client.journal,
      content: message,
      subscription,
    });
  }

  #dropped(
    client: Client,
    channelType: "list" | "stream",
    key: Bytes,
    message: Message,
    reason: string,
  ): void {
    this.#journal.record({
      kind: "dropped",
      protocol: "redis",
      channel: text(key),
      channelType,
      message: message.number,
      client: client.journal,
      content: message,
      reason,
    });
  }
}
