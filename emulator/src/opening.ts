/** A protocol with its ports: where clients connect, and what speaks HTTP beside it. */
import type { Server as HttpServer } from "node:http";
import type { EmulatorAddress, EmulatorOptions, EmulatorServer, FurtherName } from "./emulator.ts";
import { listen } from "./listener.ts";
import { type Listener, openPort, type PortOptions } from "./port.ts";
import type {
  FurtherPort,
  FurtherTerms,
  Protocol,
  ProtocolContext,
  ProtocolKind,
} from "./protocol.ts";
import type { TlsTerms } from "./tls.ts";

export interface Opened {
  readonly kind: ProtocolKind;
  readonly protocol: Protocol;
  readonly server: EmulatorServer;
  /** Closes its ports and their connections; the protocol itself stays. */
  closePorts(): Promise<void>;
}

/** @throws {PortError} where a port cannot be had. */
export async function openProtocol(
  kind: ProtocolKind,
  context: ProtocolContext,
  { ports = {}, moveTakenPorts: move = true }: EmulatorOptions,
  nextConnection: () => number,
  tls?: TlsTerms,
): Promise<Opened> {
  const protocol = await kind.open(context);
  const listeners: Listener[] = [];
  const closePorts = async () =>
    void (await Promise.all(listeners.map((listener) => listener.close())));
  try {
    const port = ports[kind.name] ?? kind.defaultPort;
    const wanted: Readonly<Record<string, number | undefined>> = ports;
    const beside = (name: string, defaultPort: number) => ({
      port: wanted[`${kind.name}-${name}`] ?? (port === 0 ? 0 : defaultPort),
      move,
    });
    const accept = (connection: Parameters<Protocol["accept"]>[0]) => protocol.accept(connection);
    /** One listener for each node, one after the other. */
    const listenAll = async (options: PortOptions, terms: () => TlsTerms | undefined) => {
      const nodes: Listener[] = [];
      for (let node = 0; node < (protocol.nodes ?? 1); node++) {
        const own = { ...options, port: options.port === 0 ? 0 : options.port + node };
        nodes.push(await listen({ ...own, nextConnection, accept, tls: terms }));
        listeners.push(...nodes.slice(-1));
      }
      return nodes;
    };
    const secured = kind.tls === undefined ? undefined : tls;
    const optional = kind.tls?.defaultPort === null ? secured : undefined;
    const own = await listenAll({ port, move }, () => optional);
    let withTls = optional === undefined ? [] : own;
    if (kind.tls !== undefined && kind.tls.defaultPort !== null && secured !== undefined) {
      const first = { ...secured, first: true };
      withTls = await listenAll(beside("tls", kind.tls.defaultPort), () => first);
    }
    protocol.listening?.(portsOf(own), portsOf(withTls));
    let server: EmulatorServer = {
      protocol: kind.name,
      ...addressOf(kind.scheme, own),
      ...(withTls.length === 0 ? {} : { tls: addressOf(kind.tls?.scheme ?? "", withTls) }),
    };
    for (const further of protocol.further ?? []) {
      const terms = () => ({ server, nextConnection });
      const { name, defaultPort, scheme } = further;
      const listener = await listenFurther(further, beside(name, defaultPort), terms);
      listeners.push(listener);
      server = { ...server, [propertyOf[name]]: addressOf(scheme, [listener]) };
    }
    return { kind, protocol, server, closePorts };
  } catch (error) {
    await closePorts();
    await protocol.close();
    throw error;
  }
}

/** Where its address is among the server's. */
const propertyOf = {
  management: "management",
  websocket: "websocket",
  "schema-registry": "schemaRegistry",
} as const satisfies Record<FurtherName, keyof EmulatorServer>;

/** The HTTP server is made when somebody comes. */
function listenFurther(
  further: FurtherPort,
  options: { readonly port: number; readonly move: boolean },
  terms: () => FurtherTerms,
): Promise<Listener> {
  let serving: Promise<HttpServer> | undefined;
  return openPort(options, (socket) => {
    // A reset by the client is its business.
    socket.on("error", () => {});
    serving ??= further.serve(terms());
    serving.then(
      // https://nodejs.org/api/http.html#event-connection: how a server is handed a connection that it did not accept.
      (server) => void server.emit("connection", socket),
      (error: unknown) => {
        process.emitWarning(error instanceof Error ? error : String(error));
        socket.destroy();
      },
    );
  });
}

function portsOf(listeners: readonly Listener[]): number[] {
  return listeners.map(({ port }) => port);
}

/** Of several nodes the list that clients begin with; the port is that of the first. */
function addressOf(scheme: string, listeners: readonly Listener[]): EmulatorAddress {
  const url = listeners.map(({ port }) => `${scheme}127.0.0.1:${port}`).join(",");
  const { port, movedFrom } = listeners[0] ?? { port: 0 };
  return { url, port, ...(movedFrom === undefined ? {} : { movedFrom }) };
}
