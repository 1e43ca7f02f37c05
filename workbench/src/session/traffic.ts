/** The journal's events as the page shows them: each with who, where and which chain, the last thousands kept. */
import type { JournalEvent } from "@millrace/emulator/remote";
import type { Payload, TrafficEvent } from "../protocol.ts";
import type { Topology } from "../topology.ts";
import { identify } from "./actors.ts";
import { BoundedMap } from "./bounded-map.ts";
import { type Chains, createChains } from "./chains.ts";
import { describePayload } from "./payload.ts";
import { createRoutes } from "./routes.ts";

const KEPT_EVENTS = 10_000;
const KEPT_BYTES = 32 * 1024 * 1024;

export interface Traffic {
  /** Takes what the emulator recorded and returns it as the page shows it. */
  take(events: readonly JournalEvent[]): readonly TrafficEvent[];
  /** What is kept, oldest first. */
  events(): readonly TrafficEvent[];
  /** Another emulator follows, which counts from 1 again; the numbers of the traffic go on. */
  nextEmulator(): void;
  /** Forgets the events; returns the `seq` of the last. */
  clear(): number;
}

export function createTraffic(topology: () => Topology): Traffic {
  let kept: TrafficEvent[] = [];
  let keptBytes = 0;
  let last = { seq: 0, message: 0 };
  let base = last;
  let chains: Chains = createChains();
  let read: Topology | undefined;
  let routes = createRoutes(topology());
  const payloads = new BoundedMap<number, Payload>(100);
  /** The channels of requests, by message: an answer is shown on the channel that was asked. */
  const asked = new BoundedMap<
    number,
    { readonly channels: readonly string[]; readonly replyTo: string }
  >(20_000);

  function translate(recorded: JournalEvent): TrafficEvent {
    const event = {
      ...recorded,
      seq: base.seq + recorded.seq,
      message: base.message + recorded.message,
    };
    const { actor, process } = identify(event.client, event.protocol, topology().services);
    const { chain, replyOf } = chains.place(event, process);
    const { channels, operations } = locate(event, actor, replyOf);
    last = { seq: Math.max(last.seq, event.seq), message: Math.max(last.message, event.message) };
    return {
      seq: event.seq,
      time: event.time,
      kind: event.kind,
      protocol: event.protocol,
      address: event.channel,
      message: event.message,
      actor,
      channels,
      operations,
      ...(event.key === undefined ? {} : { key: event.key }),
      headers: event.headers,
      ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo }),
      ...(replyOf === undefined ? {} : { replyOf }),
      ...(event.reason === undefined ? {} : { reason: event.reason }),
      payload: payloadOf(event),
      chain,
    };
  }

  function locate(event: JournalEvent, actor: TrafficEvent["actor"], replyOf: number | undefined) {
    if (topology() !== read) {
      read = topology();
      routes = createRoutes(read);
    }
    const request = replyOf === undefined ? undefined : asked.get(replyOf);
    if (request !== undefined)
      return { channels: request.channels, operations: answering(event, actor, request.channels) };
    const channels = routes.channels(event);
    if (event.kind === "published" && event.replyTo !== undefined)
      asked.set(event.message, { channels, replyTo: event.replyTo });
    const operations = actor.kind === "service" ? routes.operations(event, actor.id) : [];
    // A receiver's event belongs to the channels it listens on; whatever else matches the address is not concerned.
    const own = operations.map((operation) => operation.channel);
    return {
      channels: event.kind !== "published" && own.length > 0 ? [...new Set(own)] : channels,
      operations: operations.map((operation) => operation.id),
    };
  }

  /**
   * An answer travels to an inbox that no code names (`_INBOX.…`): it is shown on the channel of its request, the other
   * way round. The responder's receive operation sends it, the requester's send operation gets it.
   */
  function answering(
    event: JournalEvent,
    actor: TrafficEvent["actor"],
    channels: readonly string[],
  ): readonly string[] {
    if (actor.kind !== "service") return [];
    const action = event.kind === "published" ? "receive" : "send";
    return topology()
      .operations.filter(
        (operation) =>
          operation.service === actor.id &&
          operation.action === action &&
          channels.includes(operation.channel),
      )
      .map((operation) => operation.id);
  }

  /** A message is described once, however many receive it. */
  function payloadOf(event: JournalEvent): Payload {
    const known = payloads.get(event.message);
    if (known !== undefined && known.size === event.payload.byteLength) return known;
    const payload = describePayload(event.payload);
    payloads.set(event.message, payload);
    return payload;
  }

  function keep(events: readonly TrafficEvent[]): void {
    for (const event of events) {
      kept.push(event);
      keptBytes += bytesOf(event);
    }
    // Cut seldom and by a tenth, so that a full log costs nothing per event.
    if (kept.length <= KEPT_EVENTS && keptBytes <= KEPT_BYTES) return;
    let first = 0;
    while (
      kept.length - first > KEPT_EVENTS * 0.9 ||
      (keptBytes > KEPT_BYTES * 0.9 && kept.length - first > 1)
    ) {
      const oldest = kept[first++];
      if (oldest !== undefined) keptBytes -= bytesOf(oldest);
    }
    kept = kept.slice(first);
  }

  return {
    take(events) {
      const shown = events.map(translate);
      keep(shown);
      return shown;
    },
    events: () => [...kept],
    nextEmulator() {
      base = last;
      chains = createChains();
    },
    clear() {
      kept = [];
      keptBytes = 0;
      return last.seq;
    },
  };
}

/** About what an event takes in memory and on its way to a page. */
function bytesOf(event: TrafficEvent): number {
  return 500 + event.payload.base64.length + event.payload.preview.length;
}
