/** What the page knows of the traffic: the last events, every count, and who was seen that no declaration names. */
import type { TrafficEvent } from "@millrace/workbench/protocol";

/** How many events the list keeps; the counters count all. */
export const KEPT_EVENTS = 1_000;
/** How many unknown clients are drawn; further ones are counted and listed only. */
const DRAWN_CLIENTS = 24;
/** How many events of a chain that somebody looks at are kept beyond the list. */
const PINNED_EVENTS = 500;

export type Counter = "published" | "delivered" | "dropped" | "sent" | "received" | "failed";
export type Counts = Readonly<Partial<Record<Counter, number>>>;

/** A connection that no declaration names: drawn dashed. */
export interface Observed {
  /** `service:billing`, `client:legacy` … */
  readonly actor: string;
  readonly channel: string;
  readonly direction: "send" | "receive";
}

export interface TrafficState {
  /** The last events, oldest first. */
  readonly events: readonly TrafficEvent[];
  readonly lastSeq: number;
  /** All events since the traffic was cleared. */
  readonly total: number;
  /** Events that are moving messages: published, delivered and redelivered. */
  readonly moved: number;
  readonly counters: ReadonlyMap<string, Counts>;
  readonly observed: readonly Observed[];
  /** Clients that no service claims, by node id. */
  readonly clients: ReadonlyMap<string, string>;
  /** A chain that somebody looks at stays whole when its events leave the list. */
  readonly pinned: { readonly chain: string; readonly events: readonly TrafficEvent[] } | null;
}

export const noTraffic: TrafficState = {
  events: [],
  lastSeq: 0,
  total: 0,
  moved: 0,
  counters: new Map(),
  observed: [],
  clients: new Map(),
  pinned: null,
};

/** Whether an event is a message on its way, which the picture shows as a moving dot. */
export function moves(event: TrafficEvent): boolean {
  return event.kind === "published" || event.kind === "delivered" || event.kind === "redelivered";
}

/** The node that stands for who did it; null for the broker itself. */
export function actorNode(actor: TrafficEvent["actor"]): string | null {
  switch (actor.kind) {
    case "service":
      return actor.id;
    case "unknown":
      return `client:${actor.name}`;
    case "workbench":
      return "workbench";
    case "broker":
      return null;
  }
}

/** Adds events in order. Events that were counted before (a session that repeats itself) are left out. */
export function addTraffic(state: TrafficState, incoming: readonly TrafficEvent[]): TrafficState {
  const events = incoming.filter((event) => event.seq > state.lastSeq);
  if (events.length === 0) return state;
  const counters = new Map(state.counters);
  const clients = new Map(state.clients);
  const observed = [...state.observed];
  let moved = state.moved;

  for (const event of events) {
    if (moves(event)) moved++;
    count(counters, event);
    observe(event, clients, observed);
  }

  return {
    events: [...state.events, ...events].slice(-KEPT_EVENTS),
    lastSeq: events.at(-1)?.seq ?? state.lastSeq,
    total: state.total + events.length,
    moved,
    counters,
    observed: observed.length === state.observed.length ? state.observed : observed,
    clients: clients.size === state.clients.size ? state.clients : clients,
    pinned: state.pinned === null ? null : pin(state.pinned.chain, state.pinned.events, events),
  };
}

/** Forgets everything up to `seq`; counting starts again from 0. */
export function clearTraffic(state: TrafficState, seq: number): TrafficState {
  const later = state.events.filter((event) => event.seq > seq);
  return addTraffic({ ...noTraffic, lastSeq: seq }, later);
}

/** Keeps a chain from now on, with what the list still has of it. */
export function pinChain(state: TrafficState, chain: string | null): TrafficState {
  if (chain === null) return { ...state, pinned: null };
  if (state.pinned?.chain === chain) return state;
  return { ...state, pinned: pin(chain, [], state.events) };
}

function pin(chain: string, kept: readonly TrafficEvent[], incoming: readonly TrafficEvent[]) {
  const added = incoming.filter((event) => event.chain.id === chain);
  return { chain, events: added.length === 0 ? kept : [...kept, ...added].slice(-PINNED_EVENTS) };
}

const COUNTED: Record<TrafficEvent["kind"], { channel?: Counter; actor?: Counter }> = {
  published: { channel: "published", actor: "sent" },
  delivered: { channel: "delivered", actor: "received" },
  redelivered: { channel: "delivered", actor: "received" },
  acknowledged: {},
  rejected: { actor: "failed" },
  "dead-lettered": { channel: "dropped" },
  expired: { channel: "dropped" },
  dropped: { channel: "dropped" },
};

function count(counters: Map<string, Counts>, event: TrafficEvent): void {
  const { channel, actor } = COUNTED[event.kind];
  const node = actorNode(event.actor);
  if (channel !== undefined) for (const id of event.channels) increase(counters, id, channel);
  if (actor !== undefined) {
    // What the page itself sent is shown at the channel it went to.
    if (node === "workbench")
      for (const id of event.channels) increase(counters, `workbench:${id}`, actor);
    else if (node !== null) increase(counters, node, actor);
    for (const id of event.operations) increase(counters, id, actor);
  }
}

function increase(counters: Map<string, Counts>, id: string, counter: Counter): void {
  const before = counters.get(id) ?? {};
  counters.set(id, { ...before, [counter]: (before[counter] ?? 0) + 1 });
}

function observe(event: TrafficEvent, clients: Map<string, string>, observed: Observed[]): void {
  // An answer goes back over the wires of its request.
  if (!moves(event) || event.operations.length > 0 || event.replyOf !== undefined) return;
  const { actor } = event;
  if (actor.kind !== "service" && actor.kind !== "unknown") return;
  const node = actorNode(actor) ?? "";
  if (actor.kind === "unknown" && !clients.has(node)) {
    if (clients.size >= DRAWN_CLIENTS) return;
    clients.set(node, actor.name);
  }
  const direction = event.kind === "published" ? "send" : "receive";
  for (const channel of event.channels) {
    const known = observed.some(
      (one) => one.actor === node && one.channel === channel && one.direction === direction,
    );
    if (!known) observed.push({ actor: node, channel, direction });
  }
}
