/**
 * The journal: every message event of every protocol, in order, in a bounded ring.
 * Everything the workbench shows comes from here.
 */
import type { Clock } from "./clock.ts";

/** The protocols the emulator will speak; this release speaks `nats` and `mqtt`. */
export type ProtocolName = "kafka" | "rabbitmq" | "nats" | "redis" | "mqtt";

/** What happened to a message. */
export type JournalKind =
  /** A client sent it. */
  | "published"
  /** The broker handed it to a subscription. */
  | "delivered"
  /** The subscriber confirmed it. */
  | "acknowledged"
  /** The subscriber refused it. */
  | "rejected"
  /** Delivered again. */
  | "redelivered"
  | "dead-lettered"
  | "expired"
  /** Nobody was subscribed, or a fault or limit took it. `reason` says which. */
  | "dropped";

/** A client as the broker knows it. */
export interface JournalClient {
  /** The connection, unique in this emulator's life. */
  readonly connection: number;
  /** The name the client gave itself (NATS `name`, MQTT client id), or "". */
  readonly name: string;
  /** The client's own port on loopback: tells the process where the system can. */
  readonly port: number | null;
}

/** One event. All plain data but the payload, so that it crosses to another thread as it is. */
export interface JournalEvent {
  /** 1, 2, 3 …; gaps mean that the ring overflowed before it was read. */
  readonly seq: number;
  /** The emulator's clock, ms since 1970. */
  readonly time: number;
  readonly kind: JournalKind;
  readonly protocol: ProtocolName;
  /** The concrete subject or topic. */
  readonly channel: string;
  /** The same for all events of one message. */
  readonly message: number;
  /** Who published, received or settled it; null for what the broker did by itself. */
  readonly client: JournalClient | null;
  /** The pattern or queue group of the subscription it was delivered to, where it was. */
  readonly subscription?: { readonly pattern: string; readonly group?: string };
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  /** Where an answer goes (NATS reply subject, MQTT response topic). */
  readonly replyTo?: string;
  /** Why it was dropped or rejected. */
  readonly reason?: string;
}

/** What a protocol records; seq and time are the journal's. */
export type JournalEntry = Omit<JournalEvent, "seq" | "time">;

/** The events of one emulator. */
export interface Journal {
  /** Adds an event. Called where frames meet the model. */
  record(entry: JournalEntry): JournalEvent;
  /** A number for a message that was just published. */
  nextMessage(): number;
  /** The events still in the ring with `seq` above `after`. */
  since(after: number): readonly JournalEvent[];
  /** Called for every event, in order. Returns the way to stop. */
  subscribe(listener: (event: JournalEvent) => void): () => void;
  /** Forgets the events (not the numbering). */
  clear(): void;
}

/** How many events are kept: a day of clicking, about 20 MB of small messages. */
export const JOURNAL_EVENTS = 10_000;
/** How many payload bytes are kept over all events. */
export const JOURNAL_BYTES: number = 64 * 1024 * 1024;

/** A ring of the last events, bounded by number and by payload bytes. */
export function createJournal(
  clock: Clock,
  limits: { events?: number; bytes?: number } = {},
): Journal {
  const maxEvents = limits.events ?? JOURNAL_EVENTS;
  const maxBytes = limits.bytes ?? JOURNAL_BYTES;
  const listeners = new Set<(event: JournalEvent) => void>();
  let events: JournalEvent[] = [];
  let first = 0;
  let bytes = 0;
  let seq = 0;
  let messages = 0;

  return {
    record(entry) {
      const event: JournalEvent = { ...entry, seq: ++seq, time: clock.now() };
      events.push(event);
      bytes += event.payload.byteLength;
      while (events.length - first > maxEvents || (bytes > maxBytes && events.length - first > 1)) {
        bytes -= events[first]?.payload.byteLength ?? 0;
        first++;
      }
      // The array is cut seldom, so that a full ring costs nothing per event.
      if (first > maxEvents) {
        events = events.slice(first);
        first = 0;
      }
      for (const listener of listeners) listener(event);
      return event;
    },
    nextMessage: () => ++messages,
    since(after) {
      const oldest = events[first]?.seq ?? seq + 1;
      return events.slice(first + Math.max(0, after + 1 - oldest));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      events = [];
      first = 0;
      bytes = 0;
    },
  };
}
