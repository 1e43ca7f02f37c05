/** What the journal is told of a message: plain literals, as there is one for each message and one for each who gets it. */
import type { JournalClient, JournalEntry, JournalKind } from "../../journal.ts";
import type { Message } from "./message.ts";
import type { Subscribed } from "./session.ts";

export function eventOf(
  kind: JournalKind,
  message: Message,
  client: JournalClient | null,
): JournalEntry {
  return {
    protocol: "mqtt",
    kind,
    channel: message.topic,
    message: message.number,
    client,
    content: message.content,
  };
}

/** Of its way to one client. */
export function eventBy(
  kind: JournalKind,
  message: Message,
  client: JournalClient | null,
  via: Subscribed,
): JournalEntry {
  return {
    protocol: "mqtt",
    kind,
    channel: message.topic,
    message: message.number,
    client,
    content: message.content,
    subscription: via.shown,
  };
}
