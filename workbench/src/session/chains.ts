/**
 * Which messages belong together. A chain follows `traceparent`, then the correlation id; with neither, what a process
 * publishes while it handles a delivery is *inferred* to come from it, and labelled so. An answer belongs to its request's chain.
 *
 * Chains that cross a protocol without headers (MQTT 3.1.1) are kept whole: a trace that starts while such a message is
 * being handled goes on under the chain of that message.
 */
import type { JournalEvent } from "@millrace/emulator/remote";
import type { TrafficEvent } from "../protocol.ts";
import { BoundedMap } from "./bounded-map.ts";

type Chain = TrafficEvent["chain"];

export interface Placed {
  readonly chain: Chain;
  /** For an answer: the `message` of its request. */
  readonly replyOf?: number;
}

export interface Chains {
  /** Events come in the journal's order. `process` is the same for all connections of one process; null for the broker. */
  place(event: JournalEvent, process: string | null): Placed;
}

/** How many messages, chains and open requests are remembered: more than the journal holds. */
const REMEMBERED = 20_000;
/** A protocol without acknowledgements never says that a delivery is done: after this long it is, ms of the emulator's clock. */
const HANDLED_AFTER = 10_000;

/** What a process has received and may be handling. */
interface Delivery {
  readonly message: number;
  readonly connection: number;
  readonly time: number;
  readonly placed: Placed;
  /** Whether the message said itself which chain it belongs to. */
  readonly named: boolean;
}

export function createChains(): Chains {
  const messages = new BoundedMap<number, Placed>(REMEMBERED);
  /** Trace and correlation ids → the chain they go on in. */
  const names = new BoundedMap<string, string>(REMEMBERED);
  /** Reply addresses → the request that waits there. */
  const requests = new BoundedMap<string, { message: number; chain: Chain }>(REMEMBERED);
  const deliveries = new Map<string, Delivery[]>();
  /** `process chain` → the last message of the chain that came to the process: the cause of what it publishes. */
  const received = new BoundedMap<string, number>(REMEMBERED);

  function decide(event: JournalEvent, process: string | null): Placed {
    const { trace, correlation } = namesOf(event);
    const request = requests.get(`${event.protocol}:${event.channel}`);
    const handling =
      process === null || process === "workbench" ? undefined : openDelivery(process, event.time);
    const chain = chainOf();
    for (const name of [trace, correlation]) if (name !== null) names.set(name, chain.id);
    const cause =
      request?.message ?? (process === null ? undefined : received.get(`${process} ${chain.id}`));
    return {
      chain: cause === undefined || cause === event.message ? chain : { ...chain, cause },
      ...(request === undefined ? {} : { replyOf: request.message }),
    };

    function chainOf(): { id: string; by: Chain["by"] } {
      if (request !== undefined) return { id: request.chain.id, by: request.chain.by };
      const traced = trace === null ? undefined : names.get(trace);
      if (traced !== undefined) return { id: traced, by: "trace" };
      const correlated = correlation === null ? undefined : names.get(correlation);
      if (correlated !== undefined) return { id: correlated, by: "correlation" };
      const unnamed = trace === null && correlation === null;
      if (handling !== undefined && (unnamed || !handling.named))
        return { id: handling.placed.chain.id, by: "inferred" };
      if (trace !== null) return { id: trace.slice("trace:".length), by: "trace" };
      if (correlation !== null)
        return { id: correlation.slice("correlation:".length), by: "correlation" };
      return { id: `message:${event.message}`, by: "none" };
    }
  }

  function openDelivery(process: string, now: number): Delivery | undefined {
    const last = deliveries.get(process)?.at(-1);
    return last !== undefined && now - last.time <= HANDLED_AFTER ? last : undefined;
  }

  function remember(event: JournalEvent, process: string, placed: Placed): void {
    const connection = event.client?.connection ?? 0;
    const { trace, correlation } = namesOf(event);
    const named = trace !== null || correlation !== null || placed.replyOf !== undefined;
    const open = (deliveries.get(process) ?? []).filter(
      (delivery) =>
        event.time - delivery.time <= HANDLED_AFTER &&
        // Core NATS acknowledges nothing: a connection's next delivery ends the one before, as far as one can tell.
        !(event.protocol === "nats" && delivery.connection === connection),
    );
    open.push({ message: event.message, connection, time: event.time, placed, named });
    deliveries.set(process, open.slice(-1000));
    // An answer continues what asked for it; the cause of the next step is what the process was asked to do.
    if (placed.replyOf === undefined) received.set(`${process} ${placed.chain.id}`, event.message);
  }

  function settle(event: JournalEvent, process: string): void {
    const open =
      deliveries.get(process)?.filter((delivery) => delivery.message !== event.message) ?? [];
    if (open.length === 0) deliveries.delete(process);
    else deliveries.set(process, open);
  }

  return {
    place(event, process) {
      let placed = messages.get(event.message);
      if (placed === undefined) {
        placed = decide(event, event.kind === "published" ? process : null);
        messages.set(event.message, placed);
        if (event.replyTo !== undefined) {
          requests.set(`${event.protocol}:${event.replyTo}`, {
            message: event.message,
            chain: placed.chain,
          });
        }
      }
      if (process === null) return placed;
      if (event.kind === "delivered" || event.kind === "redelivered")
        remember(event, process, placed);
      if (event.kind === "acknowledged" || event.kind === "rejected") settle(event, process);
      return placed;
    },
  };
}

// W3C Trace Context §3.2.2; ids of zeros only are not valid.
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

function namesOf(event: JournalEvent): { trace: string | null; correlation: string | null } {
  const id = TRACEPARENT.exec(header(event, "traceparent")?.trim() ?? "")?.[1];
  const correlation = header(event, "correlation_id")?.slice(0, 200);
  return {
    trace: id === undefined ? null : `trace:${id}`,
    correlation:
      correlation === undefined || correlation === "" ? null : `correlation:${correlation}`,
  };
}

/** Header names differ in case between clients. */
function header(event: JournalEvent, name: string): string | undefined {
  const found = event.headers[name];
  if (found !== undefined) return found;
  const key = Object.keys(event.headers).find((key) => key.toLowerCase() === name);
  return key === undefined ? undefined : event.headers[key];
}
