/** Connections of a port as sessions, with TLS where it is asked for. */
import type { Socket } from "node:net";
import { Gathering } from "./gathering.ts";
import { type Listener, openPort, type PortOptions } from "./port.ts";
import type { Connection, Session } from "./protocol.ts";
import { isTls, secure, type TlsTerms, tlsPeer } from "./tls.ts";

export interface ListenOptions extends PortOptions {
  /** Numbers the connections. */
  nextConnection(): number;
  accept(connection: Connection): Session;
  /** Asked for each connection; without it there is no TLS. */
  tls?(): TlsTerms | undefined;
}

/** @throws {PortError} where the port cannot be had. */
export function listen(options: ListenOptions): Promise<Listener> {
  return openPort(options, (socket, port) => {
    const terms = options.tls?.();
    if (terms?.first !== true) return serve(socket, port, options, terms);
    socket.on("error", () => {});
    secure(socket, terms, (secured) => serve(secured, port, options));
  });
}

/** Joins a socket and a session. With `terms` the client may begin TLS, after what the server says first. */
function serve(
  accepted: Socket,
  serverPort: number,
  options: ListenOptions,
  terms?: TlsTerms,
): void {
  let socket = accepted;
  const gathering = new Gathering({
    send(bytes) {
      if (socket.writable) socket.write(bytes);
    },
    waiting: () => socket.writableLength,
  });
  const session = options.accept({
    id: options.nextConnection(),
    clientPort: accepted.remotePort ?? null,
    serverPort,
    tls: () => tlsPeer(socket),
    write(bytes) {
      if (socket.writable) gathering.bytes(bytes);
      return gathering.waiting;
    },
    writeText(text) {
      if (socket.writable) gathering.text(text);
      return gathering.waiting;
    },
    whenSent(callback) {
      gathering.flush();
      // Where nothing waits any more there is no event.
      if (socket.writableNeedDrain) socket.once("drain", callback);
      else setImmediate(callback);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end() {
      gathering.flush();
      sayGoodbye(socket);
    },
    destroy: () => void socket.destroy(),
  });
  // A reset by the client is its business; `close` follows.
  accepted.on("error", () => {});
  accepted.once("close", () => session.closed());
  accepted.once("data", (first) => {
    if (terms !== undefined && isTls(first)) return begin(terms, first);
    if (terms?.required === true || isHttp(first)) {
      session.refuse(terms?.required);
      gathering.flush();
      sayGoodbye(socket);
      return;
    }
    receive(first);
    accepted.on("data", receive);
  });

  function begin(agreed: TlsTerms, first: Uint8Array): void {
    accepted.pause();
    accepted.unshift(first);
    gathering.flush();
    secure(accepted, agreed, (secured) => {
      socket = secured;
      secured.on("data", receive);
    });
  }

  function receive(chunk: Uint8Array): void {
    try {
      session.receive(chunk);
    } catch (error) {
      // A fault of ours: it costs this connection, not the others.
      process.emitWarning(error instanceof Error ? error : String(error));
      socket.destroy();
    }
  }
}

/** Sends what was written, then closes. Who does not take it, or does not close in turn, is not waited for. */
function sayGoodbye(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS).unref();
  socket.once("close", () => clearTimeout(timer));
  socket.end(() => socket.destroySoon());
}

/** How long a client may take to read the last words, ms of the system's time: no business of tests. */
const LAST_WORDS = 2_000;

/**
 * Whether the first bytes are an HTTP request: a web page can make a browser send one to any port of this machine, with
 * commands in its body. A request line that is cut before its end is told by method and path: GET alone is a word of
 * Redis, too.
 */
export function isHttp(first: Uint8Array): boolean {
  const text = Buffer.from(first.subarray(0, 2048)).toString("latin1");
  const end = text.indexOf("\n");
  const line = (end < 0 ? text : text.slice(0, end)).replace(/\r$/, "");
  if (/ HTTP\/\d(\.\d)?$/.test(line)) return true;
  return end < 0 && /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|PATCH) (\/|\*|https?:)/i.test(line);
}
