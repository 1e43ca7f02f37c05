/** MQTT over WebSocket: the same sessions, their packets in binary messages. MQTT 3.1.1 §6, MQTT 5 §6. */
import { createServer, type Server as HttpServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { refusal } from "../loopback-http.ts";
import type { Connection, Session } from "../protocol.ts";
import { joinWebSocket, refuseUpgrade } from "../websocket.ts";

interface WebSocketTerms {
  /** The largest packet that is taken. */
  readonly maxPacket: number;
  nextConnection(): number;
  accept(connection: Connection): Session;
}

/** [MQTT-6.0.0-3]; the other is what clients of MQTT 3.1 say. */
const subprotocols = ["mqtt", "mqttv3.1"];

/** Any path will do, as for mosquitto. Is handed its connections, and listens nowhere itself. */
export function webSocketServer(terms: WebSocketTerms): HttpServer {
  const http = createServer((_, response) => void response.writeHead(404).end());
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Packets may come several in a message, or in pieces: [MQTT-6.0.0-2].
    maxPayload: terms.maxPacket * 2,
    handleProtocols: (offered) => chosen(offered) ?? false,
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const why = refusal(request, pagesOfThisMachine(request));
    if (why !== undefined) return refuseUpgrade(socket, "403 Forbidden", why);
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/);
    if (chosen(offered) === undefined)
      return refuseUpgrade(socket, "400 Bad Request", "the subprotocol must be mqtt");
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // [MQTT-6.0.0-1]: text is no MQTT.
      joinWebSocket(opened, request, terms.nextConnection(), terms.accept, { takesText: false });
    });
  });
  http.on("close", () => {
    for (const each of sockets.clients) each.terminate();
  });
  return http;
}

function chosen(offered: Iterable<string>): string | undefined {
  const all = [...offered];
  return subprotocols.find((name) => all.includes(name));
}

/** MQTT in a page is what this door is for: the page of a development server on another port may come, one from elsewhere not. */
function pagesOfThisMachine({ headers }: IncomingMessage): string[] {
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return [];
  const { protocol, hostname } = new URL(origin);
  const here = ["127.0.0.1", "[::1]", "localhost"].includes(hostname);
  return here && /^https?:$/.test(protocol) ? [origin] : [];
}
