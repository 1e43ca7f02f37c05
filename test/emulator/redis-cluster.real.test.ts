/** The same spec on redis-server, which is given all slots. */
import { Redis } from "ioredis";
import { expect, vi } from "vitest";
import { startRedis } from "../real/brokers.ts";
import { freePort } from "../real/brokers/server.ts";
import { redisClusterPromises } from "./redis-cluster.spec.ts";

redisClusterPromises(async () => {
  const node = await startRedis({
    config: `cluster-enabled yes\ncluster-port ${await freePort()}\ncluster-announce-ip 127.0.0.1`,
  });
  const client = new Redis(node.url);
  await client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await vi.waitFor(
    async () => expect(await client.cluster("INFO")).toContain("cluster_state:ok"),
    30_000,
  );
  client.disconnect();
  return node;
});
