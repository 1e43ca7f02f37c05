/** HTTP and WebSocket on loopback: the page to whoever asks, the session to who has the token. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { PAGE_MESSAGE_BYTES, type SessionMessage } from "../protocol.ts";
import type { PageConnection } from "../session/contract.ts";
import { isOwnHost, isOwnOrigin } from "./origin.ts";
import { end, servePage } from "./pages.ts";
import { HELLO_WITHIN, serveSocket } from "./sockets.ts";
import { createToken } from "./token.ts";

/** Tabs, and what else may be open; beyond that somebody is trying things. */
const MOST_SOCKETS = 50;

export interface ServeOptions {
  /** 0 or none: any free one. One that is taken is replaced by a free one. */
  readonly port?: number;
  /** The built page. */
  readonly page: string;
  readonly connect: (send: (message: SessionMessage) => void) => PageConnection;
  /** How long a socket may stay open without its token, ms. */
  readonly helloWithin?: number;
}

export interface Serving {
  readonly port: number;
  /** With the token: whoever has it may run the services. */
  readonly url: string;
  close(): Promise<void>;
}

export async function serve({
  port: wanted = 0,
  page,
  connect,
  helloWithin = HELLO_WITHIN,
}: ServeOptions): Promise<Serving> {
  const token = createToken();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: PAGE_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const server = createServer((request, response) => {
    if (!isOwnHost(request, port))
      return end(response, 403, "this is not the address of the workbench");
    servePage(request, response, page).catch(() => end(response, 500, "the page cannot be read"));
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = refuse();
    if (refusal !== null)
      return void socket.end(
        `HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
    sockets.handleUpgrade(request, socket, head, (opened) =>
      serveSocket(opened, token, connect, helloWithin),
    );

    function refuse(): string | null {
      if (!isOwnHost(request, port) || !isOwnOrigin(request, port)) return "403 Forbidden";
      if (request.url !== "/session") return "404 Not Found";
      return sockets.clients.size >= MOST_SOCKETS ? "503 Service Unavailable" : null;
    }
  });
  const port = await listen(server, wanted);

  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${token.text}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, wanted: number): Promise<number> {
  try {
    return await listenOn(server, wanted);
  } catch (error) {
    if (wanted === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return listenOn(server, 0);
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => {
      server.removeListener("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
