/** NATS messages ↔ ours. Pure: nothing here talks to a server. */
import type { Headers, Incoming } from "../driver.ts";
import { PublishError } from "../errors.ts";
import type { Msg, MsgHdrs } from "./driver.ts";

/** Fills a client's header object. Values are UTF-8 on the wire; a line break would end the header (ADR-4). */
export function writeHeaders(headers: Headers, into: MsgHdrs): MsgHdrs {
  for (const [name, value] of Object.entries(headers)) {
    if (/[\r\n]/.test(value)) {
      throw new PublishError(
        `the header "${name}" has a line break, which NATS cannot carry: put such text into the payload`,
      );
    }
    into.append(name, value);
  }
  return into;
}

/** One value a name; a header that was sent several times becomes one list, as in HTTP (RFC 9110, 5.3). */
export function readHeaders(headers: MsgHdrs | undefined): Headers {
  const found: Record<string, string> = {};
  for (const name of headers?.keys() ?? []) found[name] = headers?.values(name).join(", ") ?? "";
  return found;
}

/** A received message; `respond` where the sender waits for an answer. */
export function readMessage(message: Msg, respond: NonNullable<Incoming["respond"]>): Incoming {
  return {
    address: message.subject,
    payload: message.data,
    headers: readHeaders(message.headers),
    attempt: 1,
    raw: message,
    ...(message.reply ? { respond } : {}),
  };
}
