/** NATS messages ↔ ours. Pure: nothing here talks to a server. */
import type { Incoming, Outgoing } from "../driver.ts";
import { PublishError } from "../errors.ts";
import type { Msg, MsgHdrs } from "./driver.ts";

/** NATS has no keys: a message's travels in this header, so that concurrency can keep its order. */
const KEY_HEADER = "millrace-key";

/** Fills a client's header object. Values are UTF-8 on the wire; a line break would end the header (ADR-4). */
export function writeHeaders(
  { headers, key }: Pick<Outgoing, "headers" | "key">,
  into: MsgHdrs,
): MsgHdrs {
  const all = key === undefined ? headers : { ...headers, [KEY_HEADER]: key };
  for (const [name, value] of Object.entries(all)) {
    if (/[\r\n]/.test(value)) {
      throw new PublishError(
        `the header "${name}" has a line break, which NATS cannot carry: put such text into the payload`,
      );
    }
    into.append(name, value);
  }
  return into;
}

/** Headers and key. One value a name; a header that was sent several times becomes one list, as in HTTP (RFC 9110, 5.3). */
export function readHeaders(received: MsgHdrs | undefined): Pick<Incoming, "headers" | "key"> {
  const headers: Record<string, string> = {};
  let key: string | undefined;
  for (const name of received?.keys() ?? []) {
    const value = received?.values(name).join(", ") ?? "";
    if (name === KEY_HEADER) key = value;
    else headers[name] = value;
  }
  return key === undefined ? { headers } : { headers, key };
}

/** A received message; `respond` where the sender waits for an answer. */
export function readMessage(message: Msg, respond: NonNullable<Incoming["respond"]>): Incoming {
  return {
    address: message.subject,
    payload: message.data,
    ...readHeaders(message.headers),
    attempt: 1,
    raw: message,
    ...(message.reply ? { respond } : {}),
  };
}
