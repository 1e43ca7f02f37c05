/**
 * What a cluster client asks the one node that has all slots. Run on the emulator by redis-cluster.test.ts and on a redis-server
 * with cluster-enabled by redis-cluster.real.test.ts: both must agree. Holds from Redis 7.0 on.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ShowingClient } from "./agreement/redis-client.ts";

export interface OneNode extends AsyncDisposable {
  /** At 127.0.0.1. */
  readonly url: string;
}

export function redisClusterPromises(start: () => Promise<OneNode>): void {
  let node: OneNode;
  beforeAll(async () => {
    node = await start();
  });
  afterAll(() => node?.[Symbol.asyncDispose]());

  async function ask(version: 2 | 3, ...commands: string[][]): Promise<string[]> {
    await using client = await ShowingClient.connect(node.url);
    return (await client.run([["HELLO", String(version)], ...commands])).slice(1);
  }

  test("CLUSTER INFO begins with the state, which clients look for there", async () => {
    const [info] = await ask(2, ["CLUSTER", "INFO"]);
    const lines = (JSON.parse(info!) as string).split("\r\n");
    expect(lines[0]).toBe("cluster_state:ok");
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "cluster_state",
      "cluster_slots_assigned",
      "cluster_slots_ok",
      "cluster_slots_pfail",
      "cluster_slots_fail",
      "cluster_known_nodes",
      "cluster_size",
      "cluster_current_epoch",
      "cluster_my_epoch",
      "cluster_stats_messages_sent",
      "cluster_stats_messages_received",
      "total_cluster_links_buffer_limit_exceeded",
      "",
    ]);
  });

  test("CLUSTER SLOTS and SHARDS tell one node, in RESP3 with what else is known of it as a map", async () => {
    const { port } = new URL(node.url);
    for (const [version, map] of [
      [2, ""],
      [3, "%"],
    ] as const) {
      const [id, slots, shards] = await ask(
        version,
        ["CLUSTER", "MYID"],
        ["CLUSTER", "SLOTS"],
        ["CLUSTER", "SHARDS"],
      );
      expect(slots).toBe(
        `[[(integer) 0, (integer) 16383, ["127.0.0.1", (integer) ${port}, ${id}, ${map}[]]]]`,
      );
      expect(shards).toBe(
        `[${map}["slots", [(integer) 0, (integer) 16383], "nodes", [${map}["id", ${id}, "port", (integer) ${port}, ` +
          `"ip", "127.0.0.1", "endpoint", "127.0.0.1", "role", "master", "replication-offset", (integer) 0, ` +
          `"health", "online"]]]]`,
      );
    }
  });

  test("the keys of a slot are counted and listed, and what is no slot is refused", async () => {
    const replies = await ask(
      2,
      ["SET", "{foo}1", "bar"],
      ["CLUSTER", "KEYSLOT", "foo"],
      ["CLUSTER", "COUNTKEYSINSLOT", "12182"],
      ["CLUSTER", "GETKEYSINSLOT", "12182", "10"],
      ["CLUSTER", "COUNTKEYSINSLOT", "16384"],
      ["CLUSTER", "GETKEYSINSLOT", "16384", "10"],
      ["CLUSTER", "GETKEYSINSLOT", "12182", "-1"],
    );
    expect(replies).toEqual([
      "OK",
      "(integer) 12182",
      "(integer) 1",
      '["{foo}1"]',
      "(error) ERR Invalid slot",
      "(error) ERR Invalid slot or number of keys",
      "(error) ERR Invalid slot or number of keys",
    ]);
  });
}
