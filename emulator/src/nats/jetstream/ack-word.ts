/** What a client says of a message it was given. https://docs.nats.io/using-nats/developer/develop_jetstream/consumers */
import { parseGoDuration } from "./consumer-duration.ts";

export type AckWord =
  | { readonly kind: "ack" }
  /** Not now; `delay` in ns, before it comes again. */
  | { readonly kind: "nak"; readonly delay?: number }
  | { readonly kind: "progress" }
  /** Done, and the next request in one message. */
  | { readonly kind: "next"; readonly request: Uint8Array }
  /** Never again. */
  | { readonly kind: "term"; readonly reason: string }
  /** nats-server does nothing, but answers where an answer is asked for. */
  | { readonly kind: "unknown" };

export function readAckWord(payload: Uint8Array): AckWord {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
  if (text === "" || text === "+ACK" || text === "+OK") return { kind: "ack" };
  if (text.startsWith("+NXT")) return { kind: "next", request: payload.subarray(4) };
  if (text.startsWith("-NAK")) {
    const delay = readDelay(text.slice(4).trim());
    return { kind: "nak", ...(delay === undefined ? {} : { delay }) };
  }
  if (text === "+WPI") return { kind: "progress" };
  if (text.startsWith("+TERM")) return { kind: "term", reason: text.slice(5).trim() };
  return { kind: "unknown" };
}

/** `{"delay": ns}` or a duration of Go's; what is neither counts as none. */
function readDelay(text: string): number | undefined {
  if (!text.startsWith("{")) return text === "" ? undefined : parseGoDuration(text);
  try {
    const { delay = 0 } = JSON.parse(text) as { delay?: unknown };
    return typeof delay === "number" ? delay : undefined;
  } catch {
    return undefined;
  }
}
