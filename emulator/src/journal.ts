/**
 * The journal: every message event of every protocol, in order, in a bounded ring.
 * Everything the workbench shows comes from here.
 */
import type { Clock } from "./clock.ts";

/** The protocols that the emulator speaks; spoken.ts lists them. */
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

/** Events that came at once, as those of a batch do: kept as one thing, and made when somebody looks. */
export interface JournalRun {
  /** How many; at least one. */
  readonly count: number;
  /** How many bytes it keeps in memory, until the last of its events is forgotten. */
  readonly size: number;
  eventAt(index: number): Omit<JournalEvent, "seq" | "time">;
}

/** The events of one emulator. */
export interface Journal {
  /** Adds an event. Called where frames meet the model. */
  record(entry: JournalEntry): void;
  /** Adds as many events as it has, in its order. */
  recordRun(run: JournalRun): void;
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
  const ring: (JournalEntry | JournalRun | undefined)[] = [];
  // Beside each in the ring: its time, its bytes, the number of its last event.
  const times = new Float64Array(maxEvents);
  const sizes = new Float64Array(maxEvents);
  const lasts = new Float64Array(maxEvents);
  /** How many there ever were in the ring, and how many there are. */
  let added = 0;
  let kept = 0;
  let bytes = 0;
  let seq = 0;
  /** The first event that is not forgotten: it may lie within a run. */
  let oldest = 1;
  let messages = 0;

  return {
    record: (entry) => add(entry, 1, entry.content.size),
    recordRun: (run) => add(run, run.count, run.size),
    nextMessage: () => ++messages,
    since(after) {
      const from = Math.max(oldest, after + 1);
      return Array.from({ length: kept }, (_, index) =>
        eventsOf((added - kept + index) % maxEvents, from),
      ).flat();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      while (kept > 0) forgetFirst();
    },
  };

  function add(held: JournalEntry | JournalRun, count: number, size: number): void {
    const first = seq + 1;
    seq += count;
    oldest = Math.max(oldest, seq - maxEvents + 1);
    while (kept > 0 && (lasts[(added - kept) % maxEvents] as number) < oldest) forgetFirst();
    const slot = added++ % maxEvents;
    ring[slot] = held;
    times[slot] = clock.now();
    sizes[slot] = size;
    lasts[slot] = seq;
    bytes += size;
    kept++;
    while (bytes > maxBytes && kept > 1) forgetFirst();
    if (listeners.size === 0) return;
    for (const event of eventsOf(slot, first)) for (const listener of listeners) listener(event);
  }

  /** Of the ring, not of the events: a run that has begun to go may have many left. */
  function forgetFirst(): void {
    const slot = (added - kept) % maxEvents;
    oldest = Math.max(oldest, (lasts[slot] as number) + 1);
    bytes -= sizes[slot] as number;
    ring[slot] = undefined;
    kept--;
  }

  /** From `from` on. */
  function eventsOf(slot: number, from: number): JournalEvent[] {
    const held = ring[slot] as JournalEntry | JournalRun;
    const [last, time] = [lasts[slot] as number, times[slot] as number];
    const isRun = "eventAt" in held;
    const first = isRun ? last - held.count + 1 : last;
    return Array.from({ length: Math.max(0, last + 1 - Math.max(from, first)) }, (_, index) => {
      const seq = Math.max(from, first) + index;
      return { seq, time, ...(isRun ? held.eventAt(seq - first) : eventOf(held)) };
    });
  }
}

function eventOf({ content, ...entry }: JournalEntry): Omit<JournalEvent, "seq" | "time"> {
  return { ...entry, ...content.read() };
}
