/** The chain a message set off, as a tree: a message, whom it was delivered to, and what each of them published then. */
import type { TrafficEvent } from "@millrace/workbench/protocol";
import { actorNode } from "../store/traffic-state.ts";

export interface ChainMessage {
  readonly message: number;
  /** null when its publishing is no longer in the list. */
  readonly published: TrafficEvent | null;
  readonly deliveries: readonly ChainDelivery[];
  /** What its handling published, where no delivery of it is known to be the publisher's. */
  readonly consequences: readonly ChainMessage[];
  /** Dropped, expired, dead-lettered by the broker itself. */
  readonly ends: readonly TrafficEvent[];
  readonly inferred: boolean;
  readonly first: TrafficEvent;
}

export interface ChainDelivery {
  readonly event: TrafficEvent;
  /** Acknowledged, rejected …; null while it is being handled, or where the protocol has no settling. */
  readonly settled: TrafficEvent | null;
  readonly published: readonly ChainMessage[];
}

export function chainTree(events: readonly TrafficEvent[], chain: string): readonly ChainMessage[] {
  const own = events.filter((event) => event.chain.id === chain);
  const byMessage = group(own, (event) => event.message);
  const causes = new Map([...byMessage].map(([message, own]) => [message, causeOf(own)]));
  const children = group([...byMessage.keys()], (message) => causes.get(message));
  const roots = [...byMessage.keys()].filter((message) => {
    const cause = causes.get(message);
    return cause === undefined || !byMessage.has(cause);
  });
  return roots.map((message) => build(message, byMessage, children, new Set()));
}

/** How many messages and deliveries a chain has so far. */
export function chainSize(
  events: readonly TrafficEvent[],
  chain: string,
): { messages: number; deliveries: number } {
  const own = events.filter((event) => event.chain.id === chain);
  return {
    messages: new Set(own.map((event) => event.message)).size,
    deliveries: own.filter((event) => event.kind === "delivered" || event.kind === "redelivered")
      .length,
  };
}

function causeOf(events: readonly TrafficEvent[]): number | undefined {
  return events.find((event) => event.chain.cause !== undefined)?.chain.cause;
}

function build(
  message: number,
  byMessage: ReadonlyMap<number, readonly TrafficEvent[]>,
  children: ReadonlyMap<number | undefined, readonly number[]>,
  above: ReadonlySet<number>,
): ChainMessage {
  const events = byMessage.get(message) ?? [];
  // Causes come from headers anybody can write: a circle must not be followed for ever.
  const seen = new Set([...above, message]);
  const caused = (children.get(message) ?? [])
    .filter((child) => !seen.has(child))
    .map((child) => build(child, byMessage, children, seen));

  const taken = new Set<ChainMessage>();
  const deliveries = events
    .filter((event) => event.kind === "delivered" || event.kind === "redelivered")
    .map((event): ChainDelivery => {
      const receiver = actorNode(event.actor);
      const own = caused.filter(
        (child) =>
          !taken.has(child) &&
          child.published !== null &&
          actorNode(child.published.actor) === receiver,
      );
      for (const child of own) taken.add(child);
      return { event, settled: settlementOf(event, events), published: own };
    });

  return {
    message,
    published: events.find((event) => event.kind === "published") ?? null,
    deliveries,
    consequences: caused.filter((child) => !taken.has(child)),
    ends: events.filter((event) => ENDS.has(event.kind)),
    inferred: events.some(
      (event) => event.chain.by === "inferred" && event.chain.cause !== undefined,
    ),
    first: events[0] as TrafficEvent,
  };
}

const ENDS: ReadonlySet<TrafficEvent["kind"]> = new Set(["dropped", "expired", "dead-lettered"]);

function settlementOf(
  delivery: TrafficEvent,
  events: readonly TrafficEvent[],
): TrafficEvent | null {
  const receiver = actorNode(delivery.actor);
  const later = events.find(
    (event) =>
      event.seq > delivery.seq &&
      (event.kind === "acknowledged" ||
        event.kind === "rejected" ||
        event.kind === "redelivered") &&
      actorNode(event.actor) === receiver,
  );
  return later === undefined || later.kind === "redelivered" ? null : later;
}

function group<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
