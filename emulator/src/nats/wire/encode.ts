/** Replies to bytes. */
import type { Message } from "../model/router.ts";

export const PING: Uint8Array = Buffer.from("PING\r\n");
export const PONG: Uint8Array = Buffer.from("PONG\r\n");
export const OK: Uint8Array = Buffer.from("+OK\r\n");

export function encodeInfo(info: object): Uint8Array {
  return Buffer.from(`INFO ${JSON.stringify(info)} \r\n`);
}

export function encodeError(text: string): Uint8Array {
  return Buffer.from(`-ERR '${text}'\r\n`);
}

/** MSG, or HMSG where there are headers and the client takes them. */
export function encodeMessage(message: Message, sid: string, takesHeaders: boolean): Uint8Array {
  const { subject, payload } = message;
  const headers = takesHeaders ? message.headers : undefined;
  const reply = message.reply === undefined ? "" : ` ${message.reply}`;
  const line =
    headers === undefined
      ? `MSG ${subject} ${sid}${reply} ${payload.length}\r\n`
      : `HMSG ${subject} ${sid}${reply} ${headers.length} ${headers.length + payload.length}\r\n`;
  return Buffer.concat([Buffer.from(line), headers ?? EMPTY, payload, CRLF]);
}

/** The answer to a request that nobody is subscribed to. */
export function encodeNoResponders(reply: string, sid: string): Uint8Array {
  return encodeMessage(
    { number: 0, subject: reply, headers: NO_RESPONDERS, payload: EMPTY },
    sid,
    true,
  );
}

const CRLF = Buffer.from("\r\n");
const EMPTY = Buffer.alloc(0);
const NO_RESPONDERS = Buffer.from("NATS/1.0 503\r\n\r\n");
