/** The server of a setup: its ports, its log, its files, and what signals do. */
import type { SecureContextOptions } from "node:tls";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import { createClock } from "../../clock.ts";
import { createFaultEngine } from "../../fault-engine.ts";
import { createJournal } from "../../journal.ts";
import { listen } from "../../listener.ts";
import { createNotices } from "../../notices.ts";
import type { Listener } from "../../port.ts";
import { contextOf, type TlsTerms } from "../../tls.ts";
import type { HostPort } from "../config/fields.ts";
import type { Setup, TlsSetup } from "../config/setup.ts";
import type { Client } from "../model/client.ts";
import { CLAIMED_VERSION } from "../model/server.ts";
import { type NatsProtocol, openNats } from "../protocol.ts";
import { createLog, type Log } from "./log.ts";

export interface Running {
  /** Where it listens; 0 where it does not. */
  readonly ports: {
    readonly nats: number;
    readonly monitoring: number;
    readonly websocket: number;
  };
  /** Takes a changed setup: users, permissions, limits, certificates. What listens stays. */
  reload(setup: Setup): void;
  reopenLog(): void;
  /** Lets the clients go one by one. Resolves when the server has ended. */
  lameDuck(): Promise<void>;
  close(): Promise<void>;
}

/** @throws {Error} where a port cannot be had or the setup does not fit. */
export async function runServer(first: Setup): Promise<Running> {
  let setup = first;
  const log = createLog({ time: setup.logTime, debug: setup.debug, file: setup.logFile });
  const clock = createClock();
  const protocol = openNats(
    {
      clock,
      journal: createJournal(clock),
      faults: createFaultEngine(),
      auth: null,
      maxPayload: setup.nats.maxPayload,
      log: createNotices((line) => log.warn(line)),
    },
    setup.nats,
  );
  greet(log, setup, protocol);
  const named = ({ id, port }: Client, text: string) => `127.0.0.1:${port} - cid:${id} - ${text}`;
  protocol.server.observer = {
    debug: (client, text) => log.debug(named(client, text)),
    ...(setup.trace
      ? { trace: (client: Client, text: string) => log.trace(named(client, text)) }
      : {}),
  };
  let terms = setup.tls === undefined ? undefined : tlsTerms(setup.tls);
  let connections = 0;
  const nextConnection = () => ++connections;
  const clients = await listen({
    port: portOf(setup.port),
    move: false,
    nextConnection,
    accept: (connection) => protocol.accept(connection),
    tls: () => terms,
  });
  const ports = { nats: clients.port, monitoring: 0, websocket: 0 };
  protocol.server.ports = ports;
  const others: HttpServer[] = [];
  const ended: Listener[] = [clients];
  try {
    if (setup.websocket !== undefined && setup.websocket.port !== 0) {
      const { webSocketServer } = await import("../websocket.ts");
      const { websocket, nats } = setup;
      const server = webSocketServer({
        ...(websocket.tls === undefined ? {} : { tls: certificates(websocket.tls) }),
        origins: websocket.allowedOrigins,
        compression: websocket.compression,
        ...(websocket.jwtCookie === undefined ? {} : { jwtCookie: websocket.jwtCookie }),
        maxPayload: nats.maxPayload,
        nextConnection,
        accept: (connection, arrival) => protocol.accept(connection, arrival),
      });
      ports.websocket = await listenHttp(server, websocket.port);
      others.push(server);
      log.info(
        `Listening for websocket clients on ${websocket.tls === undefined ? "ws" : "wss"}://127.0.0.1:${ports.websocket}`,
      );
    }
    if (setup.http !== undefined && setup.http.port !== 0) {
      const { monitoringServer } = await import("../monitoring/serve.ts");
      const server = monitoringServer(protocol.server);
      ports.monitoring = await listenHttp(server, setup.http.port);
      others.push(server);
      log.info(`Starting http monitor on 127.0.0.1:${ports.monitoring}`);
    }
    const neighbours = await Promise.all(
      setup.others.map(async ({ what, at }) => {
        const listener = await listenInVain(at, nextConnection);
        ended.push(listener);
        return { what, port: listener.port };
      }),
    );
    for (const { what, port } of neighbours)
      log.warn(
        `The port of ${what}, ${port}, is open, but nothing is routed: this server is alone`,
      );
    const cluster = neighbours.filter(({ what }) => what === "cluster").map(({ port }) => port);
    writeFiles(setup, { ...ports, cluster });
  } catch (error) {
    await close();
    throw error;
  }
  log.info(`Listening for client connections on 127.0.0.1:${ports.nats}`);
  if (terms !== undefined) log.info("TLS required for client connections");
  log.info("Server is ready");

  async function close(): Promise<void> {
    for (const server of others) {
      server.closeAllConnections();
      server.close();
    }
    await Promise.all(ended.map((listener) => listener.close()));
    await protocol.close();
    removeFiles(setup);
  }
  return {
    ports,
    reload(next) {
      log.info("Reloading configuration");
      protocol.server.reload(next.nats);
      terms = next.tls === undefined ? undefined : tlsTerms(next.tls);
      setup = { ...next, ...kept(setup) };
      log.info("Reloaded server configuration");
    },
    reopenLog: () => log.reopen(setup.logFile),
    async lameDuck() {
      log.info("Entering lame duck mode, stop accepting new clients");
      clients.refuse();
      for (const server of others) server.close();
      await protocol.server.enterLameDuck();
      await close();
    },
    async close() {
      log.info("Initiating Shutdown...");
      await close();
      log.info("Server Exiting..");
    },
  };
}

/** What a reload leaves as it was: files whose names are known outside. */
function kept({ pidFile, portsFileDir }: Setup): Partial<Setup> {
  return {
    ...(pidFile === undefined ? {} : { pidFile }),
    ...(portsFileDir === undefined ? {} : { portsFileDir }),
  };
}

function greet(log: Log, setup: Setup, { server }: NatsProtocol): void {
  log.info("Starting nats-server");
  log.info(`  Version:  ${CLAIMED_VERSION} (millrace-emulator: for development and tests only)`);
  log.info(`  Name:     ${setup.nats.serverName}`);
  log.info(`  ID:       ${server.id}`);
  if (!["127.0.0.1", "localhost", "::1"].includes(setup.host))
    log.info(`Host ${setup.host}: listened to on this machine only, 127.0.0.1 and ::1`);
  for (const name of setup.unheard) log.warn(`"${name}" is configured, but not there`);
  const { jetstream } = setup.nats;
  if (jetstream === null) return;
  log.info("Starting JetStream");
  log.info(`  Store Directory: ${jetstream.storeDir ?? "none, everything is kept in memory"}`);
}

/** Any free one is -1 in a configuration and 0 for the system. */
function portOf(port: number): number {
  return port < 0 ? 0 : port;
}

function listenHttp(server: HttpServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Error(`port ${port} cannot be opened: ${cause.message}`, { cause })),
    );
    server.listen({ host: "127.0.0.1", port: portOf(port) }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** A port that other servers are told of, where whoever comes is let go at once. */
function listenInVain({ port }: HostPort, nextConnection: () => number): Promise<Listener> {
  return listen({
    port: portOf(port),
    move: false,
    nextConnection,
    accept(connection) {
      connection.destroy();
      return { receive: () => {}, refuse: () => {}, closed: () => {} };
    },
  });
}

/** The authorities only where clients' certificates are looked at: OpenSSL would send them with the server's own, nats-server does not. */
function certificates({ certFile, keyFile, caFile, verify }: TlsSetup): SecureContextOptions {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(caFile === undefined || !verify ? {} : { ca: readFileSync(caFile) }),
  };
}

function tlsTerms(tls: TlsSetup): TlsTerms {
  return {
    context: contextOf(certificates(tls)),
    required: !tls.optional,
    first: tls.handshakeFirst,
    verify: tls.verify,
    timeout: tls.timeout,
  };
}

/** For who started this process and wants to know where it listens. */
function writeFiles(
  { pidFile, portsFileDir, websocket }: Setup,
  ports: { nats: number; monitoring: number; websocket: number; cluster: readonly number[] },
): void {
  if (pidFile !== undefined) writeFileSync(pidFile, String(process.pid));
  if (portsFileDir === undefined) return;
  const one = (scheme: string, port: number) =>
    port === 0 ? undefined : [`${scheme}://127.0.0.1:${port}`];
  const listed = {
    nats: one("nats", ports.nats),
    monitoring: one("http", ports.monitoring),
    cluster:
      ports.cluster.length === 0
        ? undefined
        : ports.cluster.map((port) => `nats://127.0.0.1:${port}`),
    websocket: one(websocket?.tls === undefined ? "ws" : "wss", ports.websocket),
  };
  writeFileSync(portsFile(portsFileDir), JSON.stringify(listed));
}

function removeFiles({ pidFile, portsFileDir }: Setup): void {
  if (pidFile !== undefined) rmSync(pidFile, { force: true });
  if (portsFileDir !== undefined) rmSync(portsFile(portsFileDir), { force: true });
}

function portsFile(folder: string): string {
  return join(folder, `nats-server_${process.pid}.ports`);
}
