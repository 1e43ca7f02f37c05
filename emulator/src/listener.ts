/** A port on loopback: the same on 127.0.0.1 and ::1, as `localhost` may mean either. */
import { createServer, type Server, type Socket } from "node:net";
import type { Connection, Session } from "./protocol.ts";

export interface Listener {
  readonly port: number;
  /** The port that was asked for, where it was taken. */
  readonly movedFrom?: number;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0 means any free one. */
  readonly port: number;
  /** Whether a free port replaces one that is taken. */
  readonly move: boolean;
  /** Numbers the connections. */
  nextConnection(): number;
  accept(connection: Connection): Session;
}

/** @throws {PortError} where the port cannot be had. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const opened = await open(options.port);
  if (opened !== "taken") return listener(opened, options);
  if (!options.move)
    throw new PortError(
      `port ${options.port} is taken: stop what listens there, or choose another (0 means any free one)`,
    );
  for (let attempt = 0; attempt < 20; attempt++) {
    const moved = await open(0);
    if (moved !== "taken") return listener(moved, options, options.port);
  }
  throw new PortError("no port is free on both 127.0.0.1 and ::1");
}

/** A port that cannot be opened. */
export class PortError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PortError";
  }
}

interface Opened {
  readonly port: number;
  readonly servers: readonly Server[];
}

async function open(port: number): Promise<Opened | "taken"> {
  const ipv4 = await bind("127.0.0.1", port);
  if (ipv4 === "taken") return port === 0 ? open(0) : "taken";
  if (ipv4 === "no such address") throw new PortError("this machine has no 127.0.0.1");
  const address = ipv4.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const ipv6 = await bind("::1", actual);
  if (ipv6 === "taken") {
    await closed(ipv4);
    return "taken";
  }
  return { port: actual, servers: ipv6 === "no such address" ? [ipv4] : [ipv4, ipv6] };
}

function bind(host: string, port: number): Promise<Server | "taken" | "no such address"> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true });
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve("taken");
      else if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")
        resolve("no such address");
      else
        reject(new PortError(`port ${port} cannot be opened: ${error.message}`, { cause: error }));
    });
    server.listen({ host, port, ipv6Only: host === "::1" }, () => resolve(server));
  });
}

function listener(opened: Opened, options: ListenOptions, movedFrom?: number): Listener {
  const sockets = new Set<Socket>();
  for (const server of opened.servers) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      serve(socket, opened.port, options);
    });
  }
  return {
    port: opened.port,
    ...(movedFrom === undefined ? {} : { movedFrom }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(opened.servers.map(closed));
    },
  };
}

/** Joins a socket and a session. */
function serve(socket: Socket, serverPort: number, options: ListenOptions): void {
  const session = options.accept({
    id: options.nextConnection(),
    clientPort: socket.remotePort ?? null,
    serverPort,
    write(bytes) {
      if (socket.writable) {
        // What one event of the loop writes leaves in one packet.
        if (socket.writableCorked === 0) {
          socket.cork();
          process.nextTick(() => socket.uncork());
        }
        socket.write(bytes);
      }
      return socket.writableLength;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => sayGoodbye(socket),
    destroy: () => void socket.destroy(),
  });
  // A reset by the client is its business; `close` follows.
  socket.on("error", () => {});
  socket.once("close", () => session.closed());
  socket.once("data", (first) => {
    if (isHttp(first)) {
      session.refuse();
      sayGoodbye(socket);
      return;
    }
    receive(first);
    socket.on("data", receive);
  });

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
 * commands in its body. A request line that is cut before its end starts no protocol's first command either.
 */
export function isHttp(first: Uint8Array): boolean {
  const line = Buffer.from(first.subarray(0, 2048)).toString("latin1").split("\r\n", 1)[0] ?? "";
  return (
    /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|PATCH) /.test(line) || / HTTP\/\d(\.\d)?$/.test(line)
  );
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
