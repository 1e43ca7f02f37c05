/** The page's WebSocket: the token first, then one JSON message after the other, either way. */
import { WebSocket, type RawData } from "ws";
import type { SessionMessage } from "../protocol.ts";
import type { PageConnection } from "../session/contract.ts";
import type { Token } from "./token.ts";

/** How long a socket may stay open without its token, ms. */
export const HELLO_WITHIN = 10_000;
/** A page that does not read is let go before it fills the memory; it comes back by itself. */
const MOST_UNREAD = 64 * 1024 * 1024;

// RFC 6455 §7.4.1.
const INVALID_DATA = 1007;
const POLICY = 1008;

export function serveSocket(
  socket: WebSocket,
  token: Token,
  connect: (send: (message: SessionMessage) => void) => PageConnection,
  helloWithin: number,
): void {
  let page: PageConnection | undefined;
  const timer = setTimeout(() => socket.close(POLICY, "no token came"), helloWithin);

  socket.on("message", (data, isBinary) => {
    // What was refused does not get a second word.
    if (socket.readyState !== WebSocket.OPEN) return;
    const given = isBinary ? undefined : parse(textOf(data));
    if (given === undefined) return socket.close(INVALID_DATA, "messages are JSON text");
    if (page !== undefined) return void page.receive(given);
    if (!isHello(given) || !token.fits(given.token))
      return socket.close(POLICY, "the token is missing or wrong");
    clearTimeout(timer);
    page = connect(send);
  });
  // A frame that is too large or broken: ws closes by itself, with the code that says which.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    page?.close();
  });

  function send(message: SessionMessage): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    // A farewell would have to wait behind all that is unread.
    if (socket.bufferedAmount > MOST_UNREAD) return socket.terminate();
    socket.send(JSON.stringify(message));
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHello(given: unknown): given is { kind: "hello"; token: unknown } {
  return (
    typeof given === "object" &&
    given !== null &&
    "kind" in given &&
    given.kind === "hello" &&
    "token" in given
  );
}
