/** A port on loopback: the same on 127.0.0.1 and ::1, as `localhost` may mean either. */
import { createServer, type Server, type Socket } from "node:net";

export interface Listener {
  readonly port: number;
  /** The port that was asked for, where it was taken. */
  readonly movedFrom?: number;
  /** Closes the port; connections stay. */
  refuse(): void;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

export interface PortOptions {
  /** 0 means any free one. */
  readonly port: number;
  /** Whether a free port replaces one that is taken. */
  readonly move: boolean;
}

/** @throws {PortError} where the port cannot be had. */
export async function openPort(
  { port, move }: PortOptions,
  serve: (socket: Socket, port: number) => void,
): Promise<Listener> {
  const opened = await open(port);
  if (opened !== "taken") return listener(opened, serve);
  if (!move)
    throw new PortError(
      `port ${port} is taken: stop what listens there, or choose another (0 means any free one)`,
    );
  for (let attempt = 0; attempt < 20; attempt++) {
    const moved = await open(0);
    if (moved !== "taken") return listener(moved, serve, port);
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
    server.once("listening", () => resolve(server));
    // On ::1 alone: no connection to 127.0.0.1 comes to the port there.
    server.listen({ host, port, ipv6Only: host === "::1" });
  });
}

function listener(
  { port, servers }: Opened,
  serve: (socket: Socket, port: number) => void,
  movedFrom?: number,
): Listener {
  const sockets = new Set<Socket>();
  for (const server of servers) {
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      serve(socket, port);
    });
  }
  return {
    port,
    ...(movedFrom === undefined ? {} : { movedFrom }),
    refuse() {
      for (const server of servers) server.close();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(closed));
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
