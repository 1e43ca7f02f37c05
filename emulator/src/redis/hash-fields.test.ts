/** Fields of hashes that expire, through a real client: Redis 7.4 and 8.0 have them, the reference server does not. */
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

async function start(): Promise<Emulator & { client: Redis }> {
  const emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  const client = new Redis(emulator.servers[0]!.url, { retryStrategy: () => null });
  client.on("error", () => {});
  return { ...emulator, client };
}

/** What HEXPIRE and its like answer. */
const [NO_FIELD, NO_DEADLINE, REFUSED, DONE, DELETED] = [-2, -1, 0, 1, 2];

test("fields go by themselves, with an event of their own, and the key with the last of them", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const listener = client.duplicate();
  const events: string[] = [];
  listener.on("pmessage", (_pattern: string, channel: string) =>
    events.push(channel.replace("__keyevent@0__:", "")),
  );
  await client.config("SET", "notify-keyspace-events", "EA");
  await listener.psubscribe("__keyevent@0__:*");
  await client.hset("session", { token: "t", device: "d", name: "n" });
  await client.call("HEXPIRE", "session", "60", "FIELDS", "2", "token", "device");
  await client.call("HEXPIRE", "session", "90", "FIELDS", "1", "name");
  await client.rename("session", "kept");
  await emulator.advance(60_000);
  expect(await client.hgetall("kept")).toEqual({ name: "n" });
  await emulator.advance(30_000);
  expect(await client.exists("kept")).toBe(0);
  await expect
    .poll(() => events.join(" "))
    .toBe("hset hexpire hexpire rename_from rename_to hexpired hexpired del");
});

test("a deadline is set on conditions, told, and taken away", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const expire = (...words: string[]) => client.call("HPEXPIRE", "h", ...words);
  await client.hset("h", { a: "1", b: "2", c: "3" });
  expect(await expire("5000", "NX", "FIELDS", "2", "a", "x")).toEqual([DONE, NO_FIELD]);
  expect(await expire("9000", "NX", "FIELDS", "2", "a", "b")).toEqual([REFUSED, DONE]);
  expect(await expire("6000", "GT", "FIELDS", "3", "a", "b", "c")).toEqual([
    DONE,
    REFUSED,
    REFUSED,
  ]);
  expect(await expire("7000", "LT", "FIELDS", "3", "a", "b", "c")).toEqual([REFUSED, DONE, DONE]);
  expect(await expire("0", "XX", "FIELDS", "1", "c")).toEqual([DELETED]);
  expect(await client.call("HTTL", "h", "FIELDS", "2", "a", "c")).toEqual([6, NO_FIELD]);
  expect(await client.call("HPERSIST", "h", "FIELDS", "2", "a", "c")).toEqual([DONE, NO_FIELD]);
  expect(await client.call("HPTTL", "h", "FIELDS", "1", "a")).toEqual([NO_DEADLINE]);
  await expect(expire("1", "FIELDS", "2", "a")).rejects.toThrow("`numfields` parameter must match");
});

test("fields are set, got and removed together with their deadlines", async () => {
  await using emulator = await start();
  const { client } = emulator;
  const ttl = () => client.call("HTTL", "h", "FIELDS", "2", "a", "b");
  expect(await client.call("HSETEX", "h", "FXX", "FIELDS", "1", "a", "1")).toBe(0);
  expect(await client.call("HSETEX", "h", "EX", "9", "FIELDS", "2", "a", "1", "b", "2")).toBe(1);
  expect(await client.call("HSETEX", "h", "FNX", "FIELDS", "2", "b", "3", "c", "3")).toBe(0);
  expect(await client.call("HSETEX", "h", "KEEPTTL", "FIELDS", "1", "a", "4")).toBe(1);
  expect(await ttl()).toEqual([9, 9]);
  expect(await client.call("HGETEX", "h", "PERSIST", "FIELDS", "2", "a", "x")).toEqual(["4", null]);
  expect(await client.call("HGETEX", "h", "EX", "5", "FIELDS", "1", "b")).toEqual(["2"]);
  expect(await ttl()).toEqual([NO_DEADLINE, 5]);
  expect(await client.call("HGETDEL", "h", "FIELDS", "2", "a", "b")).toEqual(["4", "2"]);
  expect(await client.exists("h")).toBe(0);
});
