import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { identifyRedis } from "../identify.ts";
import { makeCertificates, type Certificates } from "./certificates.ts";
import { borrow, freePort, freePorts, startServer, type RealBroker } from "./server.ts";

export interface RealRedis extends RealBroker {
  /** The port with TLS, where asked for. */
  readonly secure?: Certificates & { readonly url: string };
}

export interface RedisServerOptions {
  /** Further lines of its configuration file. */
  readonly config?: string;
  /** A second port with TLS. `required`: the client has to show a certificate there. */
  readonly tls?: boolean | "required";
  /** By name, with rules as ACL SETUSER takes them: `{ anna: ">s3cret ~orders.* &* +@all" }`. Then nobody else may connect. */
  readonly users?: Readonly<Record<string, string>>;
}

/** redis-server; about 100 ms. It writes each command to disk before it answers, so that `kill` loses nothing it said. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RealRedis> {
  const lent = process.env["TEST_REDIS_URL"];
  if (lent && Object.keys(options).length === 0) return borrow(lent, identifyRedis);
  const { config = "", tls = false, users } = options;
  // Who it is must be asked whatever the users may.
  const password = randomBytes(12).toString("hex");
  let secure: RealRedis["secure"];
  const broker = await startServer({
    name: "redis-server",
    install: "apt install redis-server",
    variable: "TEST_REDIS_URL",
    async prepare(folder) {
      const [port, tlsPort] = (await freePorts(2)) as [number, number];
      const lines = [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir "${folder}"`,
        'save ""',
        "appendonly yes",
        "appendfsync always",
        `user probe on >${password} +info +client`,
        config,
      ];
      if (users) {
        lines.push("user default off");
        for (const [name, rules] of Object.entries(users)) lines.push(`user ${name} on ${rules}`);
      }
      if (tls) {
        const { client, files } = await makeCertificates(folder);
        secure = { ...client, url: `rediss://127.0.0.1:${tlsPort}` };
        lines.push(
          `tls-port ${tlsPort}`,
          `tls-ca-cert-file "${files.ca}"`,
          `tls-cert-file "${files.serverCert}"`,
          `tls-key-file "${files.serverKey}"`,
          `tls-auth-clients ${tls === "required" ? "yes" : "optional"}`,
        );
      }
      const file = join(folder, "server.conf");
      await writeFile(file, `${lines.join("\n")}\n`);
      return {
        command: "redis-server",
        arguments: [file],
        url: `redis://127.0.0.1:${port}`,
        identify: (url) => identifyRedis(url, { username: "probe", password }),
      };
    },
  });
  return secure ? { ...broker, secure } : broker;
}

export interface RealRedisCluster extends AsyncDisposable {
  /** Three masters without replicas, each with a third of the slots; each may be killed and restarted. */
  readonly nodes: readonly RealBroker[];
  readonly urls: readonly string[];
  /** Resolves when every node finds the cluster whole: after a restart they need a moment to agree on it. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Three masters in one cluster; about a second and a half, since they get to know each other by gossip. */
export async function startRedisCluster(): Promise<RealRedisCluster> {
  const ports = await freePorts(3);
  const nodes = await Promise.all(
    ports.map((bus) =>
      startRedis({
        config: `cluster-enabled yes\ncluster-port ${bus}\ncluster-announce-ip 127.0.0.1\ncluster-node-timeout 2000`,
      }),
    ),
  );
  const bounds = [0, 5461, 10922, 16384] as const;
  const ask = <T>(work: (client: Redis, index: number) => Promise<T>) =>
    Promise.all(nodes.map(({ url }, index) => withClient(url, (client) => work(client, index))));
  await ask(async (client, index) => {
    await client.cluster("SET-CONFIG-EPOCH", index + 1);
    const [from, next] = [Number(bounds[index]), Number(bounds[index + 1])];
    await client.call("CLUSTER", "ADDSLOTSRANGE", from, next - 1);
  });
  await ask(async (client, index) => {
    const next = (index + 1) % nodes.length;
    const { port } = new URL(nodes[next]?.url ?? "");
    await client.call("CLUSTER", "MEET", "127.0.0.1", port, String(ports[next]));
  });
  const settled = async () => {
    await ask((client) =>
      until(async () => {
        const info = String(await client.cluster("INFO"));
        return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3");
      }, "the nodes of the cluster to know each other"),
    );
  };
  await settled();
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  return { nodes, urls: nodes.map(({ url }) => url), settled, stop, [Symbol.asyncDispose]: stop };
}

export interface RealRedisSentinel extends AsyncDisposable {
  /** The name under which the sentinel knows its master. */
  readonly name: string;
  readonly sentinel: RealBroker;
  /** The master at first; `failover` swaps them, so does killing it (the sentinel waits half a second). */
  readonly master: RealBroker;
  readonly replica: RealBroker;
  /** Resolves when the sentinel names another master, and that one takes writes. */
  failover(): Promise<void>;
  stop(): Promise<void>;
}

/** A master, its replica, and one sentinel that decides alone; about a second. */
export async function startRedisSentinel(): Promise<RealRedisSentinel> {
  const name = "mymaster";
  const master = await startRedis({ config: "repl-diskless-sync-delay 0" });
  const { port } = new URL(master.url);
  const replica = await startRedis({
    config: `replicaof 127.0.0.1 ${port}\nrepl-diskless-sync-delay 0`,
  });
  const sentinel = await startSentinel([
    `sentinel monitor ${name} 127.0.0.1 ${port} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 5000`,
  ]);
  const client = new Redis(sentinel.url, { enableReadyCheck: false });
  const masterPort = async () =>
    ((await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)) as string[])[1];
  await until(async () => {
    const replicas = (await client.call("SENTINEL", "REPLICAS", name)) as string[][];
    const flags = replicas[0] && replicas[0][replicas[0].indexOf("master-link-status") + 1];
    return flags === "ok";
  }, "the sentinel to see the replica in step with its master");
  const all = [sentinel, replica, master];
  async function stop(): Promise<void> {
    client.disconnect();
    await Promise.all(all.map((broker) => broker.stop()));
  }
  return {
    name,
    sentinel,
    master,
    replica,
    async failover() {
      const before = await masterPort();
      // It refuses while an earlier one is under way, and until it has heard from a replica that may be chosen.
      await until(async () => {
        try {
          return (await client.call("SENTINEL", "FAILOVER", name)) === "OK";
        } catch {
          return false;
        }
      }, "the sentinel to agree to a failover");
      await until(async () => (await masterPort()) !== before, "another master");
      await withClient(`redis://127.0.0.1:${await masterPort()}`, (promoted) =>
        until(
          async () => String(await promoted.info("replication")).includes("role:master"),
          "the promoted one to be a master",
        ),
      );
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** It rewrites its configuration file as it learns. */
async function startSentinel(lines: readonly string[]): Promise<RealBroker> {
  return startServer({
    name: "redis-sentinel",
    install: "apt install redis-server",
    variable: "TEST_REDIS_URL",
    async prepare(folder) {
      const port = await freePort();
      const file = join(folder, "sentinel.conf");
      await writeFile(
        file,
        `${[`port ${port}`, "bind 127.0.0.1", `dir "${folder}"`, ...lines].join("\n")}\n`,
      );
      return {
        command: "redis-server",
        arguments: [file, "--sentinel"],
        url: `redis://127.0.0.1:${port}`,
        identify: identifyRedis,
      };
    },
  });
}

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { enableReadyCheck: false });
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const latest = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error(`waited 20 s for ${what}`);
    await pause(25);
  }
}
