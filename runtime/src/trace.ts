/** W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/), and correlation ids: what ties the messages of a chain together. */
import { randomFillSync, randomUUID } from "node:crypto";

/** A `traceparent` header taken apart. */
export interface TraceParent {
  /** 32 hexadecimal digits, the same for the whole chain. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the step that sent it. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/**
 * The next step of a trace: a new span in the same trace, as sampled as its parent was.
 * Without a parent, or with one that is not valid, a new sampled trace starts (§4.3).
 */
export function continueTrace(traceparent?: string): { traceparent: string; traceId: string } {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  const traceId = parent?.traceId ?? randomId(16);
  const flags = (parent?.sampled ?? true) ? "01" : "00";
  return { traceparent: `00-${traceId}-${randomId(8)}-${flags}`, traceId };
}

// §3.2.2: lower case only; what comes after the flags is allowed from version 01 on.
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Null where the header is not valid: version ff, ids of zeros only, a version 00 that is longer. */
export function parseTraceParent(header: string): TraceParent | null {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(header.trim()) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return null;
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** For the first message of a chain; the following ones keep it. */
export function newCorrelationId(): string {
  return randomUUID();
}

/** Drawn in advance: asking the system for each message's few bytes takes longer than all else the pipeline does. */
const drawn = Buffer.allocUnsafe(4096);
let taken = drawn.length;

function randomId(bytes: number): string {
  for (;;) {
    if (taken + bytes > drawn.length) {
      randomFillSync(drawn);
      taken = 0;
    }
    const id = drawn.toString("hex", taken, taken + bytes);
    taken += bytes;
    if (!/^0+$/.test(id)) return id;
  }
}
