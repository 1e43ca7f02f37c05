/** /varz: the server as a whole. */
import { availableParallelism } from "node:os";
import { isAuthRequired } from "../security/authenticate.ts";
import { CLAIMED_VERSION } from "../model/server.ts";
import { jetStreamConfig, statistics } from "./jetstream.ts";
import { subscriptionsOf, timeOf, uptime, type Query, type View } from "./query.ts";

export function varz({ server, asked }: View, _query: Query): object {
  const { options, context, clients, traffic, ports } = server;
  const now = context.clock.now();
  const { auth, tls, jetstream } = options;
  return {
    server_id: server.id,
    server_name: options.serverName,
    version: CLAIMED_VERSION,
    proto: 1,
    go: `node ${process.version}`,
    host: options.host,
    port: ports.nats,
    ...(isAuthRequired(server) ? { auth_required: true } : {}),
    ...(tls?.required === true ? { tls_required: true } : {}),
    ...(tls?.verify === true ? { tls_verify: true } : {}),
    // nats-server lists the servers of a cluster, itself among them, and none where it is alone.
    ...(options.clusterName === undefined ? {} : { connect_urls: [`127.0.0.1:${ports.nats}`] }),
    max_connections: options.maxConnections,
    ...(options.maxSubscriptions > 0 ? { max_subscriptions: options.maxSubscriptions } : {}),
    ping_interval: options.pingInterval * 1e6,
    ping_max: options.pingMax,
    http_host: "127.0.0.1",
    http_port: ports.monitoring,
    http_base_path: "",
    https_port: 0,
    auth_timeout: auth.timeout / 1000,
    max_control_line: options.maxControlLine,
    max_payload: options.maxPayload,
    max_pending: options.maxPending,
    cluster: options.clusterName === undefined ? {} : { name: options.clusterName },
    gateway: {},
    leaf: {},
    mqtt: {},
    websocket: ports.websocket === 0 ? {} : { host: "127.0.0.1", port: ports.websocket },
    jetstream:
      jetstream === null ? {} : { config: jetStreamConfig(jetstream), stats: statistics(server) },
    tls_timeout: 2,
    write_deadline: 10_000_000_000,
    start: timeOf(server.started),
    now: timeOf(now),
    uptime: uptime(now - server.started),
    mem: process.memoryUsage.rss(),
    cores: availableParallelism(),
    gomaxprocs: 1,
    cpu: 0,
    connections: clients.size,
    total_connections: server.totalConnections,
    routes: 0,
    remotes: 0,
    leafnodes: 0,
    in_msgs: traffic.inMsgs,
    out_msgs: traffic.outMsgs,
    in_bytes: traffic.inBytes,
    out_bytes: traffic.outBytes,
    slow_consumers: server.slowConsumers,
    subscriptions: subscriptionsOf(server),
    http_req_stats: asked,
    config_load_time: timeOf(server.loaded),
    ...(options.tags.length === 0 ? {} : { tags: options.tags }),
    ...(auth.operators.length === 0 ? {} : { trusted_operators_jwt: auth.operators }),
    system_account: auth.systemAccount,
    slow_consumer_stats: { clients: server.slowConsumers, routes: 0, gateways: 0, leafs: 0 },
  };
}
