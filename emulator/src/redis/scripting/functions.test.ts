/** Functions through a real client. What is expected was taken from redis-server 7.0.15. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../../index.ts";

let emulator: Emulator;
let redis: Redis;

const ORDERS = `#!lua name=orders
local function count(keys) return redis.call('incr', keys[1]) end
redis.register_function('take', count)
redis.register_function{
  function_name = 'look',
  description = 'how many',
  callback = function(keys, args) return {redis.call('get', keys[1]), args[1]} end,
  flags = {'no-writes', 'allow-oom'},
}`;

beforeAll(async () => {
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  redis = new Redis(emulator.servers[0]!.url);
});

afterAll(async () => {
  redis.disconnect();
  await emulator[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await redis.function("FLUSH");
  await redis.flushall();
});

const load = (source: string) =>
  redis.function("LOAD", source).then(
    () => "loaded",
    ({ message }: Error) => message,
  );

test("a library's functions are called by any case of their names, with keys and arguments", async () => {
  expect(await redis.function("LOAD", ORDERS)).toBe("orders");
  expect(await redis.fcall("TAKE", 1, "n")).toBe(1);
  expect(await redis.fcall_ro("look", 1, "n", "x")).toEqual(["1", "x"]);
  await expect(redis.fcall_ro("take", 1, "n")).rejects.toThrow(
    "ERR Can not execute a script with write flag using *_ro command.",
  );
  expect(await redis.function("LIST", "LIBRARYNAME", "ORD*", "WITHCODE")).toEqual([
    [
      "library_name",
      "orders",
      "engine",
      "LUA",
      "functions",
      [
        ["name", "take", "description", null, "flags", []],
        ["name", "look", "description", "how many", "flags", ["no-writes", "allow-oom"]],
      ],
      "library_code",
      ORDERS,
    ],
  ]);
});

test.each([
  ["return 1", "ERR Missing library metadata"],
  ["#!lua\n", "ERR Library name was not given"],
  ["#!js name=a\n", "ERR Engine 'js' not found"],
  [
    "#!lua name=a-b\n",
    "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long",
  ],
  ["#!lua name=a\nreturn 1", "ERR No functions registered"],
  ["#!lua name=a\nx x", "ERR Error compiling function: user_function:2: '=' expected near 'x'"],
  [
    "#!lua name=a\nredis.call('get', 'k')",
    "ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'call'",
  ],
  [
    "#!lua name=a\nlocal m = math",
    "ERR Error registering functions: ERR user_function:2: Script attempted to access nonexistent global variable 'math'",
  ],
  [
    "#!lua name=a\nredis.register_function('f', 1)",
    "ERR Error registering functions: ERR second argument to redis.register_function must be a function",
  ],
  [
    "#!lua name=a\nredis.register_function{function_name='f', callback=redis.log, flags={'x'}}",
    "ERR Error registering functions: ERR unknown flag given",
  ],
])("%s is no library", async (source, message) => {
  expect(await load(source)).toBe(message);
  expect(await redis.function("LIST")).toEqual([]);
});

test("a name belongs to one library, which only REPLACE replaces", async () => {
  await redis.function("LOAD", ORDERS);
  expect(await load(ORDERS)).toBe("ERR Library 'orders' already exists");
  expect(await load("#!lua name=other\nredis.register_function('take', redis.log)")).toBe(
    "ERR Function take already exists",
  );
  await redis.function(
    "LOAD",
    "REPLACE",
    "#!lua name=orders\nredis.register_function('take', function() return 'new' end)",
  );
  expect(await redis.fcall("take", 0)).toBe("new");
  await expect(redis.fcall("look", 0)).rejects.toThrow("ERR Function not found");
});

test("a dump brings the libraries back; so does one of a real server", async () => {
  await redis.function("LOAD", ORDERS);
  const dump = await redis.callBuffer("FUNCTION", "DUMP");
  await redis.function("FLUSH");
  await redis.call("FUNCTION", "RESTORE", dump as Buffer);
  expect(await redis.fcall("take", 1, "n")).toBe(1);
  await expect(redis.call("FUNCTION", "RESTORE", dump as Buffer)).rejects.toThrow(
    "ERR Library orders already exists",
  );
  await redis.call("FUNCTION", "RESTORE", dump as Buffer, "REPLACE");
  const compressed = Buffer.from(REAL_DUMP, "hex");
  await redis.call("FUNCTION", "RESTORE", compressed, "FLUSH");
  expect(await redis.fcall("hello", 0)).toBe("hello hello hello hello hello hello");
  compressed[20] = 0;
  await expect(redis.call("FUNCTION", "RESTORE", compressed)).rejects.toThrow(
    "ERR DUMP payload version or checksum are wrong",
  );
});

test("DEBUG RELOAD finds functions that are there already, unless it merges them", async () => {
  await redis.function("LOAD", ORDERS);
  expect(await redis.call("DEBUG", "RELOAD")).toBe("OK");
  await expect(redis.call("DEBUG", "RELOAD", "NOFLUSH")).rejects.toThrow(
    "ERR Error trying to load the RDB dump, check server logs.",
  );
  expect(await redis.call("DEBUG", "RELOAD", "noflush", "merge")).toBe("OK");
  expect(await redis.fcall("take", 1, "taken")).toBe(1);
});

const REAL_DUMP =
  "f5c3405540721f23216c7561206e616d653d6772656574696e67730a72656469732e7265676973157465725f66756e6374696f6e282268656c6c6f222c20e0001108292072657475726e20801a00206020e00f05052220656e64290a0064de54a7441fbcaa";
