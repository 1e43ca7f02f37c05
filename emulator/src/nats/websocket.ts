/** NATS over WebSocket: the same sessions, their bytes in binary messages. https://docs.nats.io/running-a-nats-service/configuration/websocket */
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { WebSocketServer } from "ws";
import { refusal } from "../loopback-http.ts";
import type { Session, Connection } from "../protocol.ts";
import { joinWebSocket, refuseUpgrade } from "../websocket.ts";
import type { Arrival } from "./session/door.ts";

export interface WebSocketTerms {
  readonly tls?: SecureContextOptions;
  /** Pages that may connect, beside those of this very port. */
  readonly origins: readonly string[];
  readonly compression: boolean;
  /** The cookie that holds the user's token. */
  readonly jwtCookie?: string;
  readonly maxPayload: number;
  nextConnection(): number;
  accept(connection: Connection, arrival: Arrival): Session;
}

/** Answers on what it is told to listen to; the caller listens. */
export function webSocketServer(terms: WebSocketTerms): HttpServer {
  const http =
    terms.tls === undefined ? createServer(notHere) : createSecureServer(terms.tls, notHere);
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: terms.compression,
    // A message may hold many commands: as much as one with the largest payload and its line.
    maxPayload: Math.max(terms.maxPayload * 2, 1024 * 1024),
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const why = refusal(request, terms.origins);
    if (why !== undefined) {
      refuseUpgrade(socket, "403 Forbidden", why);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const jwt = cookie(request.headers.cookie ?? "", terms.jwtCookie);
      joinWebSocket(opened, request, terms.nextConnection(), (connection) =>
        terms.accept(connection, { websocket: true, jwt }),
      );
    });
  });
  http.on("close", () => {
    for (const each of sockets.clients) each.terminate();
  });
  return http;
}

function notHere(_: IncomingMessage, response: { writeHead(code: number): { end(): void } }): void {
  response.writeHead(400).end();
}

function cookie(header: string, name: string | undefined): string {
  if (name === undefined) return "";
  const found = header.split(/;\s*/).find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}
