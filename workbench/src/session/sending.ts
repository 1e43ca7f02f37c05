/** From a draft to a message on the wire, and back: which chain it began. */
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Emulator } from "@millrace/emulator/remote";
import type { Answer, Draft, SavedMessage, TrafficEvent } from "../protocol.ts";
import type { Channel, Operation, ProtocolName, Topology } from "../topology.ts";
import { fill, subjectOfKey } from "./addresses.ts";
import { type Drafts, sampleDraft, savedDraft, spaceOf } from "./drafts.ts";
import type { SendOptions } from "./contract.ts";
import { judgeDraft } from "./judge.ts";
import { protocolNames } from "./protocol-names.ts";
import { RealSendError, sendToReal } from "./real.ts";
import { saveMessage, SavedMessageError } from "./saved-messages.ts";
import type { Target } from "./targets.ts";

/** How long the emulator's record of a message is waited for, ms. */
const SEEN_WITHIN = 2000;

export interface SendingOptions {
  readonly folder: string;
  readonly topology: () => Topology;
  readonly savedMessages: () => readonly SavedMessage[];
  readonly drafts: Promise<Drafts>;
  /** null where it does not run. */
  readonly emulator: () => Promise<Emulator> | null;
  /** By server id. */
  readonly realBrokers: () => ReadonlyMap<string, Target>;
}

export interface Sending {
  draft(operation: string, seed?: number): Promise<Answer>;
  check(operation: string, draft: Draft): Promise<Answer>;
  send(operation: string, draft: Draft, options: SendOptions): Promise<Answer>;
  save(operation: string, name: string, draft: Draft): Promise<Answer>;
  /** New traffic: what was just sent is among it. */
  notice(events: readonly TrafficEvent[]): void;
}

export function createSending(options: SendingOptions): Sending {
  const sent = new Set<Expected>();

  function find(id: string): { operation: Operation; channel: Channel } {
    const { operations, channels } = options.topology();
    const operation = operations.find((each) => each.id === id);
    const channel = channels.find((each) => each.id === operation?.channel);
    if (operation === undefined || channel === undefined)
      throw new Unsendable(`there is no operation ${id} (any more)`);
    return { operation, channel };
  }

  async function sendReal(operation: Operation, channel: Channel, draft: Draft): Promise<Answer> {
    const target = options.realBrokers().get(operation.server);
    if (target === undefined)
      throw new Unsendable(
        `nothing says where a real ${protocolNames[channel.protocol]} is: set MILLRACE_${channel.protocol.toUpperCase()}_URL where the workbench is started`,
      );
    const { services } = options.topology();
    const service = services.find(({ id }) => id === operation.service);
    (await options.drafts).remember(operation.id, draft);
    const headers = withNames(draft);
    await sendToReal(join(options.folder, service?.directory ?? "."), {
      url: target.url,
      channel,
      address: addressOf(channel, draft),
      payload: draft.payload,
      headers,
      ...(draft.key === undefined ? {} : { key: draft.key }),
    });
    const chain = headers["traceparent"]?.split("-")[1] ?? "";
    return { kind: "sent", chain, message: null, to: target.shown };
  }

  return {
    draft: answering(async (id, seed?: number) => {
      const { operation, channel } = find(id);
      const kept = seed === undefined ? (await options.drafts).last(id) : undefined;
      if (kept !== undefined) return { kind: "draft", draft: kept, operation, from: "last-edit" };
      const saved =
        seed === undefined ? savedDraft(options.savedMessages(), operation, channel) : undefined;
      if (saved !== undefined) return { kind: "draft", draft: saved, operation, from: "saved" };
      return {
        kind: "draft",
        draft: sampleDraft(operation, channel, seed),
        operation,
        from: "sample",
      };
    }),

    check: answering(async (id, draft: Draft) => {
      const { operation, channel } = find(id);
      (await options.drafts).remember(id, draft);
      return { kind: "checked", findings: judgeDraft(draft, operation, channel) };
    }),

    send: answering(async (id, draft: Draft, { anyway = false, real = false }: SendOptions) => {
      const { operation, channel } = find(id);
      const findings = judgeDraft(draft, operation, channel);
      // A payload may be wrong on purpose; without an address or with a broken header nothing can be sent.
      const stops = anyway
        ? findings.filter(({ pointer }) => /^(params|headers)/.test(pointer))
        : findings;
      if (stops.length > 0)
        return { kind: "failed", reason: "the message does not fit", findings: stops };
      if (real) return sendReal(operation, channel, draft);
      if (channel.kind === "objects")
        throw new Unsendable("an object store takes objects, not messages");
      const emulator = await options.emulator();
      if (emulator === null) throw new Unsendable("the emulator is not running: start it first");
      (await options.drafts).remember(id, draft);

      const onWire = wireOf(channel, addressOf(channel, draft));
      const headers = withNames(draft);
      const payload = new TextEncoder().encode(draft.payload);
      const expected = expect({
        protocol: channel.protocol,
        address: onWire.channel,
        size: payload.byteLength,
        traceparent: headers["traceparent"],
      });
      try {
        await emulator.publish({
          protocol: channel.protocol,
          ...onWire,
          payload,
          headers,
          ...(draft.key === undefined ? {} : { key: draft.key }),
          ...(operation.reply === undefined ? {} : { answer: true }),
        });
      } catch (error) {
        sent.delete(expected);
        throw new Unsendable(error instanceof Error ? error.message : String(error));
      }
      const event = await expected.seen;
      const chain = event?.chain.id ?? headers["traceparent"]?.split("-")[1] ?? "";
      return { kind: "sent", chain, message: event?.message ?? null };
    }),

    save: answering(async (id, name: string, draft: Draft) => {
      const { operation, channel } = find(id);
      const findings = judgeDraft(draft, operation, channel).filter(({ pointer }) =>
        pointer.startsWith("params"),
      );
      if (findings.length > 0)
        return { kind: "failed", reason: "the address is not complete", findings };
      const file = await saveMessage(options.folder, {
        name,
        protocol: channel.protocol,
        ...spaceOf(channel),
        address: addressOf(channel, draft),
        payload: operation.message.known ? parsed(draft.payload) : draft.payload,
        ...(Object.keys(draft.headers).length === 0 ? {} : { headers: draft.headers }),
        ...(draft.key === undefined ? {} : { key: draft.key }),
      });
      return { kind: "saved", file };
    }),

    notice(events) {
      for (const event of events) {
        if (event.kind !== "published" || event.actor.kind !== "workbench") continue;
        for (const expected of sent) if (expected.is(event)) break;
      }
    },
  };

  /** Waits for the record of what is about to be sent: only there is its number, and its chain where it has no headers. */
  function expect(wanted: {
    protocol: ProtocolName;
    address: string;
    size: number;
    traceparent: string | undefined;
  }): Expected {
    let found: (event: TrafficEvent | null) => void = () => {};
    const seen = new Promise<TrafficEvent | null>((resolve) => {
      found = resolve;
    });
    const expected: Expected = {
      seen,
      is(event) {
        const traceparent = event.headers["traceparent"];
        const same =
          event.protocol === wanted.protocol &&
          event.address === wanted.address &&
          event.payload.size === wanted.size &&
          (traceparent === undefined || traceparent === wanted.traceparent);
        if (same) done(event);
        return same;
      },
    };
    const timer = setTimeout(() => done(null), SEEN_WITHIN);
    function done(event: TrafficEvent | null): void {
      clearTimeout(timer);
      sent.delete(expected);
      found(event);
    }
    sent.add(expected);
    return expected;
  }
}

interface Expected {
  readonly seen: Promise<TrafficEvent | null>;
  /** Whether the event is the one; then `seen` resolves. */
  is(event: TrafficEvent): boolean;
}

/** How the emulator calls the place that an address is. */
function wireOf(
  { kind, bucket, exchange }: Channel,
  address: string,
): { channel: string; channelType?: string } {
  if (kind === "kv") return { channel: subjectOfKey(bucket ?? "", address) };
  if (kind === "list" || kind === "stream" || kind === "queue")
    return { channel: address, channelType: kind };
  if (exchange !== undefined) return { channel: address, channelType: `exchange:${exchange.name}` };
  return { channel: address };
}

/** Says why in an answer, not in a stack trace. */
class Unsendable extends Error {}

function answering<Rest extends readonly unknown[]>(
  work: (id: string, ...rest: Rest) => Promise<Answer>,
): (id: string, ...rest: Rest) => Promise<Answer> {
  return async (id, ...rest) => {
    try {
      return await work(id, ...rest);
    } catch (error) {
      if (
        error instanceof Unsendable ||
        error instanceof SavedMessageError ||
        error instanceof RealSendError ||
        isSystemError(error)
      ) {
        return { kind: "failed", reason: error.message };
      }
      throw error;
    }
  };
}

/** A full disk, a folder without permission. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function addressOf(channel: Channel, draft: Draft): string {
  const filled =
    channel.address === null ? null : fill({ ...channel, address: channel.address }, draft.params);
  if (filled === null || "findings" in filled) throw new Unsendable("the address is not complete");
  return filled.address;
}

/** The headers that every message of a millrace service has; what is written in the form goes before. */
function withNames(draft: Draft): Readonly<Record<string, string>> {
  return {
    ...(parsed(draft.payload) === draft.payload ? {} : { "content-type": "application/json" }),
    correlation_id: randomUUID(),
    // W3C Trace Context §3.2: version 00, a new trace, sampled.
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
    ...draft.headers,
  };
}

/** The value of a JSON text; the text itself where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
