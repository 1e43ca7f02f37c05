/** NATS, written here: https://docs.nats.io/reference/reference-protocols/nats-protocol. */
import { createJetStream } from "./jetstream/jetstream.ts";
import type { Connection, Protocol, ProtocolContext, ProtocolKind, Session } from "../protocol.ts";
import { GLOBAL_ACCOUNT } from "./model/account.ts";
import { defaultOptions, type NatsOptions } from "./model/options.ts";
import { Server } from "./model/server.ts";
import { restoreServer, snapshotServer } from "./model/snapshot.ts";
import { furnish } from "./monitoring/system.ts";
import { announce } from "./monitoring/system-events.ts";
import type { Arrival } from "./session/door.ts";
import { NatsSession } from "./session/session.ts";
import { createWorkbench } from "./session/workbench.ts";

export const nats: ProtocolKind = {
  name: "nats",
  defaultPort: 4222,
  scheme: "nats://",
  tls: { scheme: "tls://", defaultPort: null },
  async open(context): Promise<Protocol> {
    return openNats(context, optionsOf(context));
  },
};

export interface NatsProtocol extends Protocol {
  readonly server: Server;
  accept(connection: Connection, arrival?: Arrival): Session;
}

/** @throws where the accounts do not fit each other. */
export function openNats(context: ProtocolContext, options: NatsOptions): NatsProtocol {
  const server = new Server(context, options, {
    openJetStream: createJetStream,
    furnish,
    announce,
  });
  const publish = createWorkbench(context, server.account(GLOBAL_ACCOUNT));
  return {
    server,
    accept: (connection, arrival = { websocket: false, jwt: "" }) =>
      new NatsSession(server, connection, arrival),
    publish: async (message) => publish(message),
    snapshot: () => snapshotServer(server),
    restore: (snapshot) => restoreServer(server, snapshot),
    close: () => server.close(),
  };
}

/** Everything open, JetStream in memory: what tests need. */
function optionsOf({ auth, maxPayload, tls }: ProtocolContext): NatsOptions {
  const { auth: nobody } = defaultOptions;
  return {
    ...defaultOptions,
    maxPayload,
    ...(tls === undefined
      ? {}
      : { tls: { required: false, verify: tls.ca !== undefined, map: false } }),
    jetstream: { maxMemory: -1, maxStorage: -1 },
    auth: auth === null ? nobody : { ...nobody, ...auth },
  };
}
