/** Replies to bytes. */
import type { Connection } from "../../protocol.ts";
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
  const headers = (takesHeaders ? message.headers : undefined) ?? EMPTY;
  return Buffer.concat([
    Buffer.from(lineOf(message, sid, takesHeaders)),
    headers,
    message.payload,
    END,
  ]);
}

/** The same, straight into what goes out. Returns how many bytes wait there. */
export function writeMessage(
  connection: Connection,
  message: Message,
  sid: string,
  takesHeaders: boolean,
): number {
  connection.writeText(lineOf(message, sid, takesHeaders));
  if (takesHeaders && message.headers !== undefined) connection.write(message.headers);
  connection.write(message.payload);
  return connection.writeText("\r\n");
}

function lineOf(message: Message, sid: string, takesHeaders: boolean): string {
  const { payload, reply } = message;
  const subject = message.delivery?.subject ?? message.subject;
  const headers = takesHeaders ? message.headers : undefined;
  const start = reply === undefined ? `${subject} ${sid}` : `${subject} ${sid} ${reply}`;
  return headers === undefined
    ? `MSG ${start} ${payload.length}\r\n`
    : `HMSG ${start} ${headers.length} ${headers.length + payload.length}\r\n`;
}

/** The answer to a request that nobody is subscribed to. */
export function encodeNoResponders(reply: string, sid: string): Uint8Array {
  return encodeMessage(
    { number: 0, subject: reply, headers: NO_RESPONDERS, payload: EMPTY, client: null },
    sid,
    true,
  );
}

const EMPTY = Buffer.alloc(0);
const END = Buffer.from("\r\n");
const NO_RESPONDERS = Buffer.from("NATS/1.0 503\r\n\r\n");
