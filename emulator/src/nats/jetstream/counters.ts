/**
 * A stream whose subjects are counters: the header Nats-Incr adds to what the subject's last message says. Sums from several
 * sources stay apart in Nats-Counter-Sources. allow_msg_counter of nats-server 2.12, ADR-49 of nats-architecture-and-design.
 */
import type { Heard, StoredMessage } from "./contract.ts";
import { headerValue, withHeader } from "./header-block.ts";
import { refusePublish } from "./publish-refusals.ts";
import type { StreamConfig } from "./stream-config.ts";

/** What a counter stands at: a message's headers and payload. */
export type CounterState = Pick<StoredMessage, "headers" | "payload">;

/** Headers that a counter's message must not have. */
const UNFIT = [
  "Nats-Rollup",
  "Nats-Expected-Stream",
  "Nats-Expected-Last-Msg-Id",
  "Nats-Expected-Last-Subject-Sequence-Subject",
  "Nats-Expected-Last-Sequence",
  "Nats-Expected-Last-Subject-Sequence",
];

/** By how much a message counts; undefined where it does not. What comes from another stream was checked there. @throws {ApiError} */
export function incrementOf(
  { allow_msg_counter: allowed }: StreamConfig,
  { headers, payload }: Heard,
  sourced: boolean,
): bigint | undefined {
  const text = headerValue(headers, "Nats-Incr") ?? "";
  if (text === "") return undefined;
  const increment = readNumber(text);
  if (increment === undefined) throw refusePublish("badIncrement");
  if (sourced) return increment;
  if (!allowed) throw refusePublish("countersDisabled");
  if (payload.length > 0) throw refusePublish("incrementWithPayload");
  if (UNFIT.some((name) => (headerValue(headers, name) ?? "") !== ""))
    throw refusePublish("badIncrement");
  return increment;
}

/** The message with the new sum as its payload. `before`: where the subject stood. @throws {ApiError} */
export function counted(draft: Heard, increment: bigint, before: CounterState | undefined): Heard {
  const total = before === undefined ? 0n : valueOf(before.payload);
  const sources = before === undefined ? {} : sourcesOf(before.headers);
  const source = headerValue(draft.headers, "Nats-Stream-Source") ?? "";
  let { headers } = draft;
  let step = increment;
  if (source !== "") {
    // What the origin stands at counts, not what it once added: a message of its may be missing here.
    const [stream = "", , , , subject = draft.subject] = source.split(" ");
    const value = valueOf(draft.payload);
    const mine = (sources[stream] ??= {});
    step = value - (readNumber(mine[subject] ?? "") ?? 0n);
    mine[subject] = String(value);
    headers = withHeader(headers, "Nats-Incr", String(step));
  }
  if (Object.keys(sources).length > 0)
    headers = withHeader(headers, "Nats-Counter-Sources", JSON.stringify(sources, sortedKeys));
  const payload = Buffer.from(JSON.stringify({ val: String(total + step) }));
  return { ...draft, payload, ...(headers === undefined ? {} : { headers }) };
}

/** As the acknowledgement says it. */
export function counterValue({ payload }: CounterState): string {
  return String(valueOf(payload));
}

type Sources = Record<string, Record<string, string>>;

function valueOf(payload: Uint8Array): bigint {
  const { val } = (parse(Buffer.from(payload).toString()) ?? {}) as { val?: unknown };
  const value = typeof val === "string" ? readNumber(val) : 0n;
  return value ?? 0n;
}

function sourcesOf(headers: Uint8Array | undefined): Sources {
  const text = headerValue(headers, "Nats-Counter-Sources") ?? "";
  return text === "" ? {} : (parse(text) as Sources);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusePublish("brokenCounter");
  }
}

function readNumber(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
