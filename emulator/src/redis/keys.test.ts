/** Keys through a real client: their time, their events, who watches them, and all of them kept and restored. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { client: Redis }> {
  const emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  const client = new Redis(emulator.servers[0]!.url, { retryStrategy: () => null });
  client.on("error", () => {});
  return { ...emulator, client };
}

/** All there is; of a stream, what is pending. */
async function contents(client: Redis): Promise<unknown> {
  const keys = (await client.keys("*")).filter((key) => key !== "stream").sort();
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
  const pending = await client.xpending("stream", "group");
  return [...keys.map((key, index) => [key, dumps[index]!.toString("hex")]), pending];
}

test("a key goes when the moved clock comes to its end, says so, and breaks who watches it", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const listener = client.duplicate();
  const events: string[] = [];
  listener.on("pmessage", (_pattern: string, channel: string, key: string) =>
    events.push(`${channel} ${key}`),
  );
  await listener.psubscribe("__keyevent@*__:*");
  await client.config("SET", "notify-keyspace-events", "Exg");
  await client.set("reservation", "seat 12", "EX", 600);
  await client.watch("reservation");
  await emulator.advance(599_000);
  expect(await client.ttl("reservation")).toBe(1);
  await emulator.advance(1_000);
  expect(await client.get("reservation")).toBeNull();
  expect(await client.multi().set("paid", "12").exec()).toBeNull();
  await expect
    .poll(() => events)
    .toEqual(["__keyevent@0__:expire reservation", "__keyevent@0__:expired reservation"]);
});

test("a transaction runs as a whole, in one moment, or not at all", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const other = client.duplicate();
  await client.set("stock", "1");
  const replies = await client.multi().decr("stock").lpush("stock", "x").get("stock").exec();
  expect(replies?.map(([error, reply]) => error?.message.split(" ")[0] ?? reply)).toEqual([
    0,
    "WRONGTYPE",
    "0",
  ]);
  await client.watch("stock");
  await other.incr("stock");
  expect(await client.multi().decr("stock").exec()).toBeNull();
  await client.watch("stock", "never");
  await other.flushall();
  expect(await client.multi().decr("stock").exec()).toBeNull();
  await expect(client.call("EXEC")).rejects.toThrow("ERR EXEC without MULTI");
  await client.call("MULTI");
  await expect(client.call("SET", "stock")).rejects.toThrow("wrong number of arguments");
  await expect(client.call("EXEC")).rejects.toThrow(
    "EXECABORT Transaction discarded because of previous errors.",
  );
});

test("a transaction that writes is not run once min-replicas-to-write asks for replicas, one that reads is", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const other = client.duplicate();
  await client.set("stock", "1");
  await client.call("MULTI");
  await client.call("INCR", "stock");
  await other.config("SET", "min-replicas-to-write", "1");
  await expect(client.call("EXEC")).rejects.toThrow(
    "EXECABORT Transaction discarded because of: NOREPLICAS Not enough good replicas to write.",
  );
  expect(await client.multi().get("stock").exec()).toEqual([[null, "1"]]);
});

test("SCAN gives every key that stays, although others come and go behind and before it", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const staying = Array.from({ length: 300 }, (_, index) => `stays:${index}`);
  for (const key of staying) {
    await client.set(key, "");
    await client.set(`goes:${key}`, "");
  }
  const seen: string[] = [];
  let [cursor, turn] = ["0", 0];
  do {
    const [next, keys] = await client.scan(cursor, "COUNT", 7);
    seen.push(...keys);
    cursor = next;
    // Faster than it is walked: a walk that took these in would not end.
    for (let index = 0; index < 20; index++) await client.set(`comes:${turn++}`, "");
    await client.del(...staying.slice(turn % 290, (turn % 290) + 9).map((key) => `goes:${key}`));
  } while (cursor !== "0");
  expect(seen.filter((key) => key.startsWith("stays:")).sort()).toEqual([...staying].sort());
  // A cursor that nobody remembers is as good.
  const [middle] = await client.scan("0", "COUNT", 50);
  for (let index = 0; index < 40; index++) await client.scan("0", "COUNT", index + 1);
  const [, rest] = await client.scan(middle, "COUNT", 10_000);
  expect(rest).toHaveLength((await client.dbsize()) - 50);
});

test("all that is held is kept and restored, with the time that was left", async () => {
  await using emulator = await start();
  const { client } = emulator;
  await client.set("text", Buffer.from([0, 255, 13, 10]), "EX", 600);
  await client.rpush("list", "a", "b");
  await client.sadd("set", "a", "1");
  await client.zadd("sorted", 1.5, "a", "-inf", "b");
  await client.hset("hash", { name: "value" });
  await client.xadd("stream", "1-1", "field", "value");
  await client.xgroup("CREATE", "stream", "group", "0");
  await client.xreadgroup("GROUP", "group", "consumer", "STREAMS", "stream", ">");
  await client.call(
    "FUNCTION",
    "LOAD",
    "#!lua name=shop\nredis.register_function('greet', function() return 'hello' end)",
  );
  const before = await contents(client);
  const kept = structuredClone(await emulator.snapshot());

  await using later = await start();
  await later.client.set("left over", "");
  await later.client.watch("left over");
  await later.advance(86_400_000);
  await later.restore(kept);
  expect(await contents(later.client)).toEqual(before);
  expect(await later.client.fcall("greet", 0)).toBe("hello");
  expect(await later.client.ttl("text")).toBeGreaterThan(590);
  expect(await later.client.multi().ping().exec()).toBeNull();

  const broken = structuredClone(kept) as { protocols: { redis: { databases: unknown[][][] } } };
  broken.protocols.redis.databases[0]![0]![2] = 7;
  await expect(later.restore(broken as never)).rejects.toThrow("bytes belong");
  expect(await contents(later.client)).toEqual(before);
});

/** `DUMP` of redis-server 7.0.15. */
const dumps: Readonly<Record<string, string>> = {
  list: "120102c32f408d198d00000008008161020101f178ec03f2e0930404f4003c534c1020180309e06478e05a000866cfff02f1ffef03ff0a00d9180595c8cf7d48",
  integers:
    "0bc31f28040800000004200301fdff80000001200b4000017011a009031a71180220100a00c0c4ee573f41a0de",
  hash: "1012120000000400816602817602816e020c01ff0a0001369481d35b8974",
  sorted: "1118180000000400816202842d696e660581610283312e3504ff0a006283bc627bc94781",
  text: "00c30b40780361626361e069020162630a00c494a1702ae23e06",
  number: "00c139300a009d94ea2793fc08b9",
};

test("what a real server has dumped is restored", async () => {
  await using emulator = await start();
  const { client } = emulator;
  for (const [key, dump] of Object.entries(dumps))
    await client.callBuffer("RESTORE", key, "0", Buffer.from(dump, "hex"));
  expect(await client.lrange("list", 0, -1)).toEqual([
    "a",
    "1",
    "-5000",
    "300000",
    "70000000000",
    "x".repeat(100),
    "4095",
    "-4097",
  ]);
  expect(await client.smembers("integers")).toEqual(["-3", "1", "70000", "9000000000"]);
  expect(await client.hgetall("hash")).toEqual({ f: "v", n: "12" });
  expect(await client.zrange("sorted", "0", "-1", "WITHSCORES")).toEqual(["b", "-inf", "a", "1.5"]);
  expect(await client.get("text")).toBe("abcabc".repeat(20));
  expect(await client.get("number")).toBe("12345");
  const broken = Buffer.from(dumps["hash"]!, "hex");
  broken[5]! ^= 1;
  await expect(client.callBuffer("RESTORE", "broken", "0", broken)).rejects.toThrow(
    "checksum are wrong",
  );
});

test("with DEBUG SET-ACTIVE-EXPIRE 0 a key whose time is over goes when somebody looks for it", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const expired = async () => Number(/expired_keys:(\d+)/.exec(await client.info("stats"))?.[1]);
  await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
  for (const key of ["a", "b", "c", "d"]) await client.set(key, "value", "EX", 1);
  await emulator.advance(2000);
  expect(await client.keys("*")).toEqual([]);
  expect(await client.call("DEBUG", "OBJECT", "a")).toContain("encoding:embstr");
  expect([await client.dbsize(), await expired()]).toEqual([4, 0]);
  expect(await client.mget("a", "b")).toEqual([null, null]);
  expect([await client.dbsize(), await expired()]).toEqual([2, 2]);
  expect(await client.scan(0, "TYPE", "list")).toEqual(["0", []]);
  expect([await client.dbsize(), await expired()]).toEqual([0, 4]);
  await client.set("e", "value", "EX", 1);
  await emulator.advance(2000);
  expect(await client.dbsize()).toBe(1);
  await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "1");
  expect([await client.dbsize(), await expired()]).toEqual([0, 5]);
});

test("that a key goes whose time was over before somebody watched it is no change", async () => {
  await using emulator = await start();
  const { client } = emulator;
  await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
  const runs = async () => (await client.multi().ping().exec()) !== null;
  const expire = async (database: number) => {
    await client.select(database);
    await client.set("key", "value", "EX", 1);
    await emulator.advance(2000);
  };
  await expire(0);
  await client.watch("key");
  expect([await client.get("key"), await runs()]).toEqual([null, true]);
  await expire(0);
  await client.watch("key");
  await client.set("key", "new");
  expect(await runs()).toBe(false);
  // Nothing there, and then something whose time is over: SWAPDB has changed nothing.
  await client.select(1);
  await expire(0);
  await client.select(1);
  await client.watch("key");
  await client.swapdb(0, 1);
  expect(await runs()).toBe(true);
  await expire(0);
  await expire(1);
  await client.watch("key");
  await client.swapdb(0, 1);
  expect(await runs()).toBe(true);
  await client.watch("key");
  await client.flushall();
  expect(await runs()).toBe(true);
  // What lives is changed by what comes instead, whatever that is.
  await expire(0);
  await client.select(1);
  await client.set("key", "value");
  await client.watch("key");
  await client.swapdb(0, 1);
  expect(await runs()).toBe(false);
});

test("DEBUG OBJECT tells the second in which a key was last used, but of who is not to touch it", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const lru = async () =>
    Number(/ lru:(\d+) /.exec(String(await client.call("DEBUG", "OBJECT", "key")))?.[1]);
  await client.set("key", "value");
  const first = await lru();
  const [seconds = 0] = (await client.time()).map(Number);
  expect([seconds & 0xffffff, (seconds - 1) & 0xffffff]).toContain(first);
  await client.call("CLIENT", "NO-TOUCH", "ON");
  await emulator.advance(5000);
  await client.get("key");
  expect(await lru()).toBe(first);
  await client.call("CLIENT", "NO-TOUCH", "OFF");
  await client.get("key");
  expect(await lru()).toBeGreaterThanOrEqual(first + 5);
});

test("small numbers are shared, but for those that were copied", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const count = (key: string) => client.object("REFCOUNT", key);
  await client.set("number", 7);
  await client.copy("number", "copy");
  await client.rename("copy", "renamed");
  expect([await count("number"), await count("renamed")]).toEqual([2 ** 31 - 1, 1]);
  expect(await client.object("ENCODING", "renamed")).toBe("int");
  await client.incr("renamed");
  expect(await count("renamed")).toBe(2 ** 31 - 1);
});

test("a string remembers that a part of it was changed, until a number is counted on", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const encoding = () => client.object("ENCODING", "counter");
  await client.set("counter", "1");
  expect(await encoding()).toBe("int");
  await client.append("counter", "2");
  expect(await encoding()).toBe("raw");
  await client.incr("counter");
  expect(await encoding()).toBe("int");
  await client.setrange("counter", 0, "4");
  await client.rename("counter", "renamed");
  await client.copy("renamed", "counter");
  expect([await client.get("counter"), await encoding()]).toEqual(["43", "raw"]);
  await client.set("counter", "43");
  expect(await encoding()).toBe("int");
  await client.incrbyfloat("counter", 1);
  expect(await encoding()).toBe("embstr");
});

test("DEBUG DIGEST and DIGEST-VALUE are redis-server's", async () => {
  await using emulator = await start();
  const { client } = emulator;
  expect(await client.call("DEBUG", "DIGEST")).toBe("0".repeat(40));
  await client.set("s", "hello");
  await client.set("n", "10", "EX", 1000);
  await client.rpush("l", "a", "b", "c", "10");
  await client.sadd("set", "a", "b", "3");
  const scores = ["1.5", "a", "1e9", "b", "inf", "c", "0", "d", "3", "4", "-0.00001", "e"];
  await client.zadd("z", ...scores, "1e-7", "f");
  await client.hset("h", "f", "v", "g", "10");
  await client.xadd("x", "1-1", "f", "v", "g", "w");
  await client.xadd("x", "18446744073709551615-5", "f", "v");
  await client.select(3);
  await client.set("other", "1");
  await client.select(0);
  // As 7.2.6 tells them.
  const keys = ["s", "n", "l", "set", "z", "h", "x", "none"];
  expect(await client.call("DEBUG", "DIGEST-VALUE", ...keys)).toEqual([
    "36b23a1456b2dce2c3ed252c456761301dba8060",
    "d79f35663055c5a8f1279d5fc2867763c3bbc76f",
    "978967554d8f01e0c315c92325d303d60475dd0c",
    "aa475a4a8f122ca5936aa41d911aacf8c93b827d",
    "3a4cf8a965767d011ba359c1d8fe0af820ccb2ef",
    "b78da3e453d3406f300e52821aa4b19724cfdb53",
    "99ad3635226221778f15ba751b0c002a874dadbd",
    "0".repeat(40),
  ]);
  expect(await client.call("DEBUG", "DIGEST")).toBe("b7b56589351c4887a8867698c3ca3e3e159eda73");
});
