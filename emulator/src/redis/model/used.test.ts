/** What is held, counted as it changes, must be what it is when all is counted again. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startEmulator } from "../../index.ts";

test("what goes gives back what it took, and a limit evicts what was not used for the longest time", async () => {
  await using emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  const redis = new Redis(emulator.servers[0]!.url);
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
  const empty = await used();
  await redis.config("SET", "maxmemory", empty + 100_000);
  expect(await used()).toBe(empty);

  await redis.rpush("list", ...Array.from({ length: 300 }, (_, index) => `element:${index}`));
  await redis.linsert("list", "BEFORE", "element:7", "new");
  await redis.lset("list", 3, "longer than before");
  await redis.lrem("list", 1, "element:150");
  await redis.ltrim("list", 5, -50);
  await redis.sadd("set", "a", "b", "1");
  await redis.srem("set", "a");
  await redis.zadd("sorted", 1, "a", 2, "b", 3, "a");
  await redis.hset("hash", { one: "1", two: "2" });
  await redis.hset("hash", { one: "longer" });
  await redis.hdel("hash", "two");
  await redis.set("text", "value", "EX", 100);
  await redis.append("text", "and more");
  for (const id of ["1", "2", "3"]) await redis.xadd("stream", id, "field", `value:${id}`);
  await redis.xdel("stream", "2");
  await redis.xtrim("stream", "MAXLEN", 1);
  const tracked = await used();
  expect(tracked).toBeGreaterThan(empty + 300 * 10);
  // Setting it has all counted anew, from copies: what was added and taken away must be what is there.
  for (const key of await redis.keys("*")) {
    await redis.copy(key, `${key}:copy`);
    await redis.rename(`${key}:copy`, key);
  }
  await redis.config("SET", "maxmemory", empty + 100_000);
  expect(await used()).toBe(tracked);
  await redis.flushall();
  expect(await used()).toBe(empty);

  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await emulator.advance(1000);
  for (let index = 0; index < 20; index++) {
    await redis.set(`large:${index}`, "x".repeat(10_000));
    await emulator.advance(1000);
  }
  expect((await redis.keys("*")).sort()).toEqual(
    Array.from({ length: 9 }, (_, index) => `large:${index + 11}`).sort(),
  );
  expect((await redis.info("stats")).includes("evicted_keys:11")).toBe(true);
  redis.disconnect();
});
