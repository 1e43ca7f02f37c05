/**
 * The journal: every message event of every protocol, in order, in a bounded ring.
 * Everything the workbench shows comes from here.
 */
import type { Clock } from "./clock.ts";

/** The protocols the emulator will speak; spoken.ts has those that it speaks. */
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

/** What a message holds. */
export interface MessageContent {
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array;
  /** Where an answer goes (NATS reply subject, MQTT response topic). */
  readonly replyTo?: string;
}

/** One event. All plain data but the payload, so that it crosses to another thread as it is. */
export interface JournalEvent extends MessageContent {
  /** 1, 2, 3 …; gaps mean that the ring overflowed before it was read. */
  readonly seq: number;
  /** The emulator's clock, ms since 1970. */
  readonly time: number;
  readonly kind: JournalKind;
  readonly protocol: ProtocolName;
  /** The concrete subject, topic, Redis channel or key, RabbitMQ's routing key. */
  readonly channel: string;
  /** What the channel is, where the protocol has several kinds of one name: Redis' `list` and `stream`, RabbitMQ's `queue` and `exchange:NAME`. */
  readonly channelType?: string;
  /** Where it lies in a log: Kafka's partition and offset. */
  readonly partition?: number;
  readonly offset?: number;
  /** The same for all events of one message. */
  readonly message: number;
  /** Who published, received or settled it; null for what the broker did by itself. */
  readonly client: JournalClient | null;
  /** The pattern or queue group of the subscription it was delivered to, where it was. */
  readonly subscription?: { readonly pattern: string; readonly group?: string };
  /** Why it was dropped or rejected. */
  readonly reason?: string;
}

/** Where an event's content is read from. Only when somebody looks: most events leave the ring unseen. */
export interface ContentSource {
  /** How many bytes it keeps in memory. */
  readonly size: number;
  read(): MessageContent;
}

/** What a protocol records; seq and time are the journal's. */
export interface JournalEntry extends Omit<JournalEvent, "seq" | "time" | keyof MessageContent> {
  readonly content: ContentSource;
}

/** The events of one emulator. */
export interface Journal {
  /** Adds an event. Called where frames meet the model. */
  record(entry: JournalEntry): void;
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
/** How many bytes of content are kept over all events. */
export const JOURNAL_BYTES: number = 64 * 1024 * 1024;

/** A ring of the last events, bounded by number and by bytes of content. */
export function createJournal(
  clock: Clock,
  limits: { events?: number; bytes?: number } = {},
): Journal {
  const maxEvents = limits.events ?? JOURNAL_EVENTS;
  const maxBytes = limits.bytes ?? JOURNAL_BYTES;
  const listeners = new Set<(event: JournalEvent) => void>();
  // A ring in place: what is overwritten holds no message alive, and arrays of their own would for as long as they are garbage.
  const entries: (JournalEntry | undefined)[] = [];
  const times = new Float64Array(maxEvents);
  let kept = 0;
  let bytes = 0;
  let seq = 0;
  let messages = 0;

  return {
    record(entry) {
      if (kept === maxEvents) forgetOldest();
      const slot = seq++ % maxEvents;
      entries[slot] = entry;
      times[slot] = clock.now();
      bytes += entry.content.size;
      kept++;
      while (bytes > maxBytes && kept > 1) forgetOldest();
      if (listeners.size === 0) return;
      const event = eventOf(seq);
      for (const listener of listeners) listener(event);
    },
    nextMessage: () => ++messages,
    since(after) {
      const from = Math.max(seq - kept, after) + 1;
      return Array.from({ length: Math.max(0, seq + 1 - from) }, (_, index) =>
        eventOf(from + index),
      );
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      entries.fill(undefined);
      kept = 0;
      bytes = 0;
    },
  };

  function forgetOldest(): void {
    const slot = (seq - kept) % maxEvents;
    bytes -= entries[slot]?.content.size ?? 0;
    entries[slot] = undefined;
    kept--;
  }

  function eventOf(number: number): JournalEvent {
    const slot = (number - 1) % maxEvents;
    const { content, ...entry } = entries[slot] as JournalEntry;
    return { seq: number, time: times[slot] ?? 0, ...entry, ...content.read() };
  }
}
