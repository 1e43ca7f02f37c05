/**
 * Who may talk to the server: a page that it served itself, on this machine. A web page that has its name point to loopback
 * (DNS rebinding) gives itself away by its Host, one that opens a WebSocket across origins by its Origin.
 */
import type { IncomingMessage } from "node:http";

/** Whether the request was made to this machine by one of its own names, with this port. */
export function isOwnHost(request: IncomingMessage, port: number): boolean {
  return ownHosts(port).includes(request.headers.host ?? "");
}

/** Whether it comes from the page itself, or from no page at all: only a browser sends an Origin, and always does. */
export function isOwnOrigin(request: IncomingMessage, port: number): boolean {
  const { origin } = request.headers;
  return origin === undefined || ownHosts(port).some((host) => origin === `http://${host}`);
}

function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}
