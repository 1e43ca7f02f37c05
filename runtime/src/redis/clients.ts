/** Makes the clients of one broker: to one server, to the master that sentinels name, to a cluster, or duplicates of one that was passed in. */
import type { ConnectionOptions } from "node:tls";
import { ConnectError, DeclarationError } from "../errors.ts";
import { parseServerUrl } from "../server-url.ts";
import type {
  Cluster,
  ClusterOptions,
  ClientOptions,
  Package,
  Redis,
  RedisClient,
} from "./driver.ts";
import type { RedisOptions } from "./options.ts";

/** Says how long to wait before the next attempt to reconnect, in ms; null: there is none. */
export type Delay = () => number | null;

export interface Clients {
  /** Without credentials, for messages. */
  readonly address: string;
  readonly cluster: boolean;
  /** For commands; on a cluster it finds the node of a key. */
  commands(delay: Delay): RedisClient;
  /** For channels: one connection to one node, since a cluster carries them to all nodes. */
  channels(delay: Delay): Redis;
}

/** `url` names one server, or a node of the cluster. */
export function createClients(
  { Redis, Cluster }: Package,
  options: RedisOptions,
  url: string,
  name: string,
): Clients {
  const server = parseServerUrl(url, "redis");
  const { protocol, hostname, port, pathname } = new URL(server.address);
  if (protocol !== "redis:" && protocol !== "rediss:")
    throw new ConnectError(`"${server.address}" is no Redis address: write redis://host:port`);
  const username = options.user ?? server.user;
  const password = options.password ?? server.password;
  const tls = tlsOf(options, protocol === "rediss:");
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
  const own = { ...base(options, name), ...login };
  const { sentinel, cluster } = options;

  if (sentinel !== undefined) {
    const sentinels = sentinel.sentinels.map((each) => hostAndPort(each, 26379));
    const make = (delay: Delay) =>
      new Redis({
        ...own,
        db: options.database ?? 0,
        name: sentinel.name,
        sentinels,
        ...(sentinel.user === undefined ? {} : { sentinelUsername: sentinel.user }),
        ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
        ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
        // Without it the client ends for good when no sentinel knows a master, as during a failover.
        sentinelRetryStrategy: delay,
        retryStrategy: delay,
      });
    const address = `${sentinel.name} of ${sentinel.sentinels.join(", ")}`;
    return { address, cluster: false, commands: make, channels: make };
  }
  if (cluster !== undefined) {
    const nodes =
      cluster === true
        ? [hostAndPort(`${hostname}:${port || 6379}`, 6379)]
        : cluster.map((each) => hostAndPort(each, 6379));
    return onCluster(Redis, nodes.map(({ host, port: at }) => `${host}:${at}`).join(", "), {
      redisOptions: own,
      make: (clusterOptions) => new Cluster(nodes, clusterOptions),
    });
  }
  const db = options.database ?? databaseOf(pathname, server.address);
  const make = (delay: Delay) =>
    new Redis({
      ...own,
      host: bare(hostname),
      port: Number(port || 6379),
      db,
      retryStrategy: delay,
    });
  return { address: server.address, cluster: false, commands: make, channels: make };
}

/** Duplicates of a client that was passed in; it does the commands of the broker itself. */
export function createDuplicates(
  { Redis, Cluster }: Package,
  client: RedisClient,
  options: RedisOptions,
  name: string,
): Clients {
  if (client.options.keyPrefix)
    throw new DeclarationError(
      "a client with keyPrefix cannot be passed in: channels would have it as well, and not all commands do; use a router's prefix",
    );
  const own = base(options, name);
  if (client instanceof Cluster) {
    const redisOptions = { ...client.options.redisOptions, ...own };
    return onCluster(
      Redis,
      "the cluster that was passed in",
      { redisOptions, make: (clusterOptions) => client.duplicate([], clusterOptions as never) },
      client,
    );
  }
  const make = (delay: Delay) => client.duplicate({ ...own, retryStrategy: delay } as object);
  const { host = "localhost", port = 6379 } = client.options;
  return { address: `redis://${host}:${port}`, cluster: false, commands: make, channels: make };
}

function onCluster(
  Redis: Package["Redis"],
  address: string,
  how: { redisOptions: ClientOptions; make(options: ClusterOptions): Cluster },
  known?: Cluster,
): Clients {
  let last = known;
  return {
    address,
    cluster: true,
    commands(delay) {
      const made = how.make({
        redisOptions: how.redisOptions as never,
        lazyConnect: true,
        enableOfflineQueue: false,
        // What may have been done is not done again behind our back.
        retryDelayOnFailover: 0,
        clusterRetryStrategy: delay,
        // Nodes come back by themselves: a master without replicas has nobody to take its place.
        clusterNodeRetryStrategy: (times) => Math.min(2000, 50 * 2 ** Math.min(times, 10)),
      });
      last = made;
      return made;
    },
    channels(delay) {
      const client: Redis = new Redis({
        ...how.redisOptions,
        ...anyNode(last),
        retryStrategy() {
          const wait = delay();
          // The client connects to what it finds in its options: another node, since this one may not come back.
          if (wait !== null) Object.assign(client.options, anyNode(last));
          return wait;
        },
      });
      return client;
    },
  };
}

function anyNode(cluster: Cluster | undefined): { host?: string; port?: number } {
  const nodes = cluster?.nodes("master") ?? [];
  const living = nodes.filter(({ status }) => status === "ready" || status === "wait");
  const among = living.length > 0 ? living : nodes;
  const node = among[Math.floor(Math.random() * among.length)];
  const { host, port } = node?.options ?? {};
  return { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
}

function base(options: RedisOptions, name: string): ClientOptions {
  return {
    lazyConnect: true,
    // The client never queues, repeats or subscribes again by itself: the link and its users know what was done.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    // INFO may not be permitted; a server that loads its data says so to each command.
    enableReadyCheck: false,
    // The replies of both versions are read alike, and older servers have only this one.
    protocol: 2,
    disableClientInfo: true,
    connectTimeout: options.connectTimeout ?? 5000,
    // The server takes no spaces and line breaks.
    connectionName: name.replace(/[^!-~]+/g, "-"),
    // A master that was demoted: the connection to it is of no use.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  };
}

function tlsOf({ tls }: RedisOptions, secure: boolean): ConnectionOptions | undefined {
  if (tls === undefined) return secure ? {} : undefined;
  return tls === true ? {} : { ...tls };
}

function databaseOf(pathname: string, address: string): number {
  const text = pathname.replace(/^\//, "");
  if (!/^\d*$/.test(text))
    throw new ConnectError(`"${address}" names the database "${text}": write its number`);
  return Number(text);
}

/** `host:port`, an IPv6 address in brackets, or a URL. */
function hostAndPort(text: string, usual: number): { host: string; port: number } {
  const { address } = parseServerUrl(text, "redis");
  const { hostname, port } = new URL(address);
  return { host: bare(hostname), port: Number(port || usual) };
}

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");
