/** A WebSocket in place of a socket: the protocol's own bytes in binary messages. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { Gathering } from "./gathering.ts";
import type { Connection, Session } from "./protocol.ts";

/** Joins a WebSocket and a session. A message of text is taken as its bytes, or ends the connection. */
export function joinWebSocket(
  socket: WebSocket,
  request: IncomingMessage,
  id: number,
  accept: (connection: Connection) => Session,
  { takesText = true }: { readonly takesText?: boolean } = {},
): void {
  const gathering = new Gathering({
    // The socket keeps what it is given.
    send(bytes) {
      if (socket.readyState === socket.OPEN) socket.send(Buffer.from(bytes));
    },
    waiting: () => socket.bufferedAmount,
  });
  const session = accept({
    id,
    clientPort: request.socket.remotePort ?? null,
    serverPort: request.socket.localPort ?? 0,
    write(bytes) {
      gathering.bytes(bytes);
      return gathering.waiting;
    },
    writeText(text) {
      gathering.text(text);
      return gathering.waiting;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end() {
      gathering.flush();
      socket.close();
    },
    destroy: () => socket.terminate(),
  });
  socket.on("error", () => {});
  socket.once("close", () => session.closed());
  socket.on("message", (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => {
    if (!isBinary && !takesText) return socket.terminate();
    try {
      session.receive(Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer));
    } catch (error) {
      // A fault of ours: it costs this connection, not the others.
      process.emitWarning(error instanceof Error ? error : String(error));
      socket.terminate();
    }
  });
}

/** Answers a request to upgrade with a refusal. */
export function refuseUpgrade(socket: Duplex, status: string, why: string): void {
  const length = Buffer.byteLength(why);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${why}`);
}
