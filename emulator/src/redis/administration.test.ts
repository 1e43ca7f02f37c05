/** What those ask who look after a server, and libraries that learn from it how to call it. */
import { Redis } from "ioredis";
import { expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { client: Redis }> {
  const emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  return { ...emulator, client: new Redis(emulator.servers[0]!.url) };
}

test("no module is loaded, and none can be", async () => {
  await using emulator = await start();
  const { client } = emulator;
  expect(await client.module("LIST")).toEqual([]);
  await expect(client.call("MODULE", "LOAD", "search.so")).rejects.toThrow(
    /^ERR MODULE command not allowed\. If the enable-module-command option is set to "local"/,
  );
  client.disconnect();
});

test("COMMAND hints at how a cluster is asked", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const [dbsize, info, get] = (await client.command(
    "INFO",
    "DBSIZE",
    "INFO",
    "GET",
  )) as unknown[][];
  expect(dbsize![7]).toEqual(["request_policy:all_shards", "response_policy:agg_sum"]);
  expect(info![7]).toEqual([
    "nondeterministic_output",
    "request_policy:all_shards",
    "response_policy:special",
  ]);
  expect(get![7]).toEqual([]);
  client.disconnect();
});

test("COMMAND says what of CLUSTER is dangerous, what kind of command a HELP is, and that scripts may have no keys", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const told = (await client.command(
    "INFO",
    "CLUSTER|BUMPEPOCH",
    "CLUSTER|REPLICAS",
    "CLUSTER|MYID",
    "SCRIPT|HELP",
    "CLIENT|HELP",
    "PUBSUB|HELP",
    "EVAL",
    "FCALL_RO",
  )) as unknown[][];
  const dangerous = ["@admin", "@slow", "@dangerous"];
  expect(
    told.slice(0, -2).map(([name, , flags, , , , categories]) => [name, flags, categories]),
  ).toEqual([
    ["cluster|bumpepoch", ["admin", "stale", "no_async_loading"], dangerous],
    ["cluster|replicas", ["admin", "stale"], dangerous],
    ["cluster|myid", ["stale"], ["@slow"]],
    ["script|help", ["loading", "stale"], ["@slow", "@scripting"]],
    ["client|help", ["loading", "stale"], ["@slow", "@connection"]],
    ["pubsub|help", ["loading", "stale"], ["@slow"]],
  ]);
  for (const [, , flags] of told.slice(-2)) expect(flags).toContain("no_mandatory_keys");
  client.disconnect();
});

test("COMMAND says where keys are that are counted, follow a word, or are used in different ways", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const told = (await client.command(
    "INFO",
    "LMOVE",
    "ZUNIONSTORE",
    "XREADGROUP",
    "GEORADIUS",
    "SORT_RO",
    "SET",
  )) as unknown[][];
  const range = (lastkey: number, limit = 0) => [
    ...["type", "range"],
    "spec",
    ["lastkey", lastkey, "keystep", 1, "limit", limit],
  ];
  const spec = (flags: string, begin: unknown[], find: unknown[]) => [
    ...["flags", flags.split(" ")],
    ...["begin_search", begin],
    ...["find_keys", find],
  ];
  const index = (first: number) => ["type", "index", "spec", ["index", first]];
  const word = (keyword: string, startfrom: number) => [
    ...["type", "keyword"],
    "spec",
    ["keyword", keyword, "startfrom", startfrom],
  ];
  const counted = ["type", "keynum", "spec", ["keynumidx", 0, "firstkey", 1, "keystep", 1]];
  const unknown = ["type", "unknown", "spec", []];
  expect(told.map((each) => each[8])).toEqual([
    [spec("RW access delete", index(1), range(0)), spec("RW insert", index(2), range(0))],
    [spec("OW update", index(1), range(0)), spec("RO access", index(2), counted)],
    [spec("RO access", word("STREAMS", 4), range(-1, 2))],
    [
      spec("RO access", index(1), range(0)),
      spec("OW update", word("STORE", 6), range(0)),
      spec("OW update", word("STOREDIST", 6), range(0)),
    ],
    [spec("RO access", index(1), range(0)), spec("RO access", unknown, unknown)],
    [spec("RW access update variable_flags", index(1), range(0))],
  ]);
  client.disconnect();
});

test("COMMAND DOCS says how a command is written, for hints while somebody types", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const [name, get] = (await client.call("COMMAND", "DOCS", "GET")) as [string, unknown[]];
  expect(name).toBe("get");
  expect(get).toContain("O(1)");
  expect(get.at(-1)).toEqual([
    ["name", "key", "type", "key", "display_text", "key", "key_spec_index", 0],
  ]);
  const [, sort] = (await client.call("COMMAND", "DOCS", "SORT")) as [string, unknown[][][]];
  const specs = sort.at(-1)!.flatMap((argument) => {
    const at = argument.indexOf("key_spec_index");
    return at < 0 ? [] : [[argument[1], argument[at + 1]]];
  });
  expect(specs).toContainEqual(["by-pattern", 1]);
  expect(specs).toContainEqual(["destination", 2]);
  client.disconnect();
});

test("a cluster of one node has no replicas, and no other nodes", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const id = (await client.cluster("MYID")) as string;
  expect(await client.cluster("REPLICAS", id)).toEqual([]);
  expect(await client.cluster("COUNT-FAILURE-REPORTS", id)).toBe(0);
  expect(await client.cluster("LINKS")).toEqual([]);
  await expect(client.cluster("REPLICAS", "other")).rejects.toThrow("ERR Unknown node other");
  client.disconnect();
});

test("MEMORY STATS counts keys by database", async () => {
  await using emulator = await start();
  const { client } = emulator;
  await client.mset("one", "1", "two", "2");
  await client.expire("two", 100);
  const flat = (await client.memory("STATS")) as unknown[];
  const stats = new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
  expect(stats.get("keys.count")).toBe(2);
  const tables = stats.get("db.0") as unknown[];
  expect(Number(tables[1])).toBe(2 * Number(tables[3]));
  expect(stats.get("overhead.total")).toBe(tables[1]);
  client.disconnect();
});

test("DEBUG SLEEP is a slow command, and drawn as one", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const sleeper = client.duplicate();
  await client.config("SET", "latency-monitor-threshold", "5000");
  for (const seconds of [30, 10, 21]) {
    const asleep = sleeper.call("DEBUG", "SLEEP", String(seconds));
    await expect.poll(() => client.info("clients")).toContain("blocked_clients:1\r\n");
    await emulator.advance(seconds * 1000);
    await asleep;
  }
  await emulator.advance(3600_000);
  const [[, , slept]] = (await client.slowlog("GET", "1")) as [[number, number, number]];
  expect(slept / 1e6).toBeCloseTo(21, 0);
  const graph = ((await client.call("LATENCY", "GRAPH", "command")) as string).split("\n");
  expect(graph.slice(2)).toEqual(["#  ", "| _", "| |", "|_|", "   ", "111", "hhh", ""]);
  client.disconnect();
  sleeper.disconnect();
});

test("no command is slow because the clock has gone on between its beginning and its end", async () => {
  await using emulator = await start();
  const { client } = emulator;
  await client.config("SET", "latency-monitor-threshold", "5000");
  let passed = 0;
  const system = Date.now.bind(Date);
  const clock = vi.spyOn(Date, "now").mockImplementation(() => system() + (passed += 60_000));
  await client.set("seat", "12a");
  clock.mockRestore();
  expect(await client.latency("LATEST")).toEqual([]);
  expect(await client.slowlog("LEN")).toBe(0);
  client.disconnect();
});

test("INFO counts what is freed in the background: what UNLINK finds large, and all where everything goes", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const freed = async () => /lazyfreed_objects:(\d+)/.exec(await client.info("memory"))?.[1];
  const numbers = Array.from({ length: 600 }, (_, index) => index);
  await client.sadd("set", ...numbers);
  await client.unlink("set");
  await client.rpush("list", ...numbers);
  await client.hset("hash", { field: "value" });
  await client.unlink("list", "hash");
  expect(await freed()).toBe("1");
  await client.sadd("set", ...numbers);
  await client.del("set");
  expect(await freed()).toBe("1");
  await client.config("SET", "stream-node-max-entries", "5");
  for (const number of numbers) await client.xadd("stream", "*", "number", number);
  await client.unlink("stream");
  expect(await freed()).toBe("2");
  await client.config("RESETSTAT");
  await client.mset({ a: 1, b: 2 });
  await client.flushdb("ASYNC");
  expect(await freed()).toBe("2");
  await client.set("a", 1);
  await client.flushall("SYNC");
  expect(await freed()).toBe("2");
  client.disconnect();
});

test("a replica refuses writes until it is a master again, and ends the connections of those who wait", async () => {
  await using emulator = await start();
  const { client } = emulator;
  await client.set("stock", "1");
  const waiting = new Redis(emulator.servers[0]!.url, { autoResendUnfulfilledCommands: false });
  const popped = waiting.blpop("queue", 0);
  const ended = new Promise((resolve) => waiting.once("close", resolve));
  popped.catch(() => {});
  await expect.poll(() => client.info("clients")).toContain("blocked_clients:1\r\n");

  await client.replicaof("db.test", 6379);
  await expect(popped).rejects.toThrow(/^UNBLOCKED force unblock from blocking operation/);
  await ended;
  waiting.disconnect();
  await expect(client.set("stock", "2")).rejects.toThrow(
    "READONLY You can't write against a read only replica.",
  );
  await expect(client.wait(0, 1)).rejects.toThrow(/^ERR WAIT cannot be used with replica/);
  expect(await client.get("stock")).toBe("1");
  expect(await client.role()).toEqual(["slave", "db.test", 6379, "connect", -1]);
  expect(await client.info("replication")).toMatch(
    /^role:slave\r\nmaster_host:db\.test\r\nmaster_port:6379\r\nmaster_link_status:down\r$/m,
  );

  await client.replicaof("NO", "ONE");
  expect(await client.set("stock", "2")).toBe("OK");
  client.disconnect();
});
