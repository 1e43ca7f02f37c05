/** What a message of the server itself says of the server, and what STATSZ says beside. */
import { availableParallelism } from "node:os";
import { CLAIMED_VERSION, type Server } from "../model/server.ts";
import { jetStreamConfig, statistics } from "./jetstream.ts";
import { subscriptionsOf } from "./query.ts";

/** JetStream is there, and so are its binary snapshots. */
const WITH_JETSTREAM = 3;

export function serverOf(server: Server): object {
  const { id, options, context } = server;
  const { serverName, host, tags, jetstream, clusterName } = options;
  return {
    name: serverName,
    host,
    id,
    ...(clusterName === undefined ? {} : { cluster: clusterName }),
    ...(jetstream?.domain === undefined ? {} : { domain: jetstream.domain }),
    ver: CLAIMED_VERSION,
    ...(tags.length === 0 ? {} : { tags }),
    jetstream: jetstream !== null,
    flags: jetstream === null ? 0 : WITH_JETSTREAM,
    seq: ++server.systemMessages,
    time: new Date(context.clock.now()).toISOString(),
  };
}

export function statsOf(server: Server): object {
  const { started, clients, traffic, totalConnections, slowConsumers, options } = server;
  return {
    start: new Date(started).toISOString(),
    mem: process.memoryUsage.rss(),
    cores: availableParallelism(),
    cpu: 0,
    connections: clients.size,
    total_connections: totalConnections,
    active_accounts: new Set([...clients.values()].map(({ account }) => account)).size,
    subscriptions: subscriptionsOf(server),
    sent: { msgs: traffic.outMsgs, bytes: traffic.outBytes },
    received: { msgs: traffic.inMsgs, bytes: traffic.inBytes },
    slow_consumers: slowConsumers,
    active_servers: 1,
    ...(options.jetstream === null
      ? {}
      : {
          jetstream: {
            config: jetStreamConfig({ ...options.jetstream, storeDir: undefined }),
            stats: statistics(server),
          },
        }),
  };
}
