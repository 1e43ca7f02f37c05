/** What the journal is told of a message. */
import type { JournalClient, JournalEntry, JournalKind } from "../../journal.ts";
import type { Message, Subscription } from "../model/router.ts";
import { Content } from "../wire/content.ts";

interface More {
  readonly subscription?: Subscription;
  readonly reason?: string;
}

export function entryOf(
  kind: JournalKind,
  message: Message,
  client: JournalClient | null,
  more: More = NOTHING,
): JournalEntry {
  const { delivery, number } = message;
  const channel = delivery?.subject ?? message.subject;
  const content = new Content(message);
  const { subscription, reason } = more;
  const entry: { -readonly [Name in keyof JournalEntry]: JournalEntry[Name] } = {
    kind,
    protocol: "nats",
    channel,
    message: number,
    client,
    content,
  };
  if (reason !== undefined) entry.reason = reason;
  if (delivery !== undefined)
    entry.subscription = { pattern: delivery.pattern, group: delivery.group };
  else if (subscription !== undefined) entry.subscription = placeOf(subscription);
  return entry;
}

const NOTHING: More = {};

/** Made once for each subscription, not for each message. */
function placeOf(subscription: Subscription): { pattern: string; group?: string } {
  const { subject, queue } = subscription;
  return (subscription.place ??=
    queue === undefined ? { pattern: subject } : { pattern: subject, group: queue });
}
