/** Scripts through a real client. What is expected was taken from redis-server 7.0.15, or from 7.2's notes where those differ. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../../index.ts";

let emulator: Emulator;
let redis: Redis;

beforeAll(async () => {
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  redis = new Redis(emulator.servers[0]!.url);
});

afterAll(async () => {
  redis.disconnect();
  await emulator[Symbol.asyncDispose]();
});

const run = (source: string, keys: string[] = [], ...args: (string | Buffer)[]) =>
  redis.eval(source, keys.length, ...keys, ...args);
const failure = (source: string) =>
  run(source).then(
    () => "no error",
    ({ message }: Error) => message.replace(/ script: [\da-f]{40}, on (.*)\.$/, " on $1"),
  );

test.each([
  ["return tostring(3.0)", "3"],
  ["return {tostring(2^53), tostring(0.1), 7 % -3, -7 % 3}", ["9.007199254741e+15", "0.1", -2, 2]],
  ["return string.format('%d|%5.1f|%q|%x', 3.7, '2.25', 'a\"b', 255)", '3|  2.2|"a\\"b"|ff'],
  ["return {unpack({1, 2, 3})}", [1, 2, 3]],
  ["return {table.getn({1, 2}), table.maxn({[7] = 1}), #'abc'}", [2, 7, 3]],
  ["return {(string.find('a.b', '.', 1, true)), string.match('k=v', '(%w)=(%w)')}", [2, "k", "v"]],
  ["return setfenv(loadstring('return x'), {x = 'mine'})()", "mine"],
  [
    "local f = coroutine.wrap(function() coroutine.yield(redis.call('echo', 'a')) end) return f()",
    "a",
  ],
])("%s", async (source, expected) => {
  expect(await run(source)).toEqual(expected);
});

test("bytes go through as they are", async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const source =
    "redis.call('set', KEYS[1], ARGV[1]) return {#ARGV[1], redis.call('get', KEYS[1])}";
  expect(await redis.callBuffer("EVAL", source, 1, "bytes", bytes)).toEqual([256, bytes]);
});

describe("between Redis and Lua", () => {
  test.each([
    ["return {3.99, -3.99, 'x', true, {ok = 'fine'}, {}, nil, 5}", [3, -3, "x", 1, "fine", []]],
    ["return false", null],
    ["return {1, {2, {3}}}", [1, [2, [3]]]],
    ["return type(redis.call('get', 'nothing'))", "boolean"],
    ["redis.setresp(3) return type(redis.call('get', 'nothing'))", "nil"],
    ["return redis.call('set', 'a', 'b').ok", "OK"],
    ["redis.call('hset', 'h', 'f', 'v') return redis.call('hgetall', 'h')", ["f", "v"]],
    ["redis.setresp(3) return redis.call('hgetall', 'h').map.f", "v"],
    [
      "redis.call('sadd', 's', 'm') redis.setresp(3) return {redis.call('smembers', 's').set.m}",
      [1],
    ],
    ["redis.call('zadd', 'z', 1.5, 'm') return redis.call('zscore', 'z', 'm')", "1.5"],
    ["redis.setresp(3) return tostring(redis.call('zscore', 'z', 'm').double)", "1.5"],
    // 7.2 gives numbers to commands as short as they can be; 7.0 wrote 0.10000000000000001.
    [
      "return redis.call('echo', 0.1) .. redis.call('echo', 1e15) .. redis.call('echo', 2^62)",
      "0.110000000000000004611686018427387904",
    ],
  ])("%s", async (source, expected) => {
    expect(await run(source)).toEqual(expected);
  });

  test("a client of RESP3 is answered doubles, maps and sets", async () => {
    const three = new Redis(emulator.servers[0]!.url, { protocol: 3 } as object);
    const answer = await three.call(
      "EVAL",
      "return {{double = 1.5}, {map = {a = 1}}, {big_number = '12345678901234567890123'}}",
      0,
    );
    expect(JSON.stringify(answer)).toContain("1.5");
    three.disconnect();
  });
});

test.each([
  ["error('x')", "ERR user_script:1: x on @user_script:1"],
  ["\nerror({err = 'MY own'})", "MY own on @user_script:2"],
  ["return {err = 'MY own'}", "MY own"],
  [
    "local t\nreturn t.x",
    "ERR user_script:2: attempt to index local 't' (a nil value) on @user_script:2",
  ],
  ["return redis.call('nope')", "ERR Unknown Redis command called from script on @user_script:1"],
  [
    "return redis.call('get')",
    "ERR Wrong number of args calling Redis command from script on @user_script:1",
  ],
  [
    "return redis.call('subscribe', 'c')",
    "ERR This Redis command is not allowed from script on @user_script:1",
  ],
  [
    "redis.call('set', 'str', 'v') redis.call('lpush', 'str', 'v')",
    "WRONGTYPE Operation against a key holding the wrong kind of value on @user_script:1",
  ],
  [
    "return redis.call({})",
    "ERR Lua redis lib command arguments must be strings or integers on @user_script:1",
  ],
  ["x x", "ERR Error compiling script (new function): user_script:1: '=' expected near 'x'"],
  [
    "return nothing",
    "ERR user_script:1: Script attempted to access nonexistent global variable 'nothing' on @user_script:1",
  ],
  ["mine = 1", "ERR user_script:1: Attempt to modify a readonly table on @user_script:1"],
  ["string.rep = 1", "ERR user_script:1: Attempt to modify a readonly table on @user_script:1"],
  [
    "getmetatable('').__index = 1",
    "ERR user_script:1: Attempt to modify a readonly table on @user_script:1",
  ],
  [
    "getmetatable(_G).__index = 1",
    "ERR user_script:1: Attempt to modify a readonly table on @user_script:1",
  ],
  ["rawset(_G, 'x', 1)", "ERR Attempt to modify a readonly table on @user_script:1"],
  ["setmetatable(redis, {})", "ERR Attempt to modify a readonly table on @user_script:1"],
  [
    "return loadstring(string.dump(function() end))()",
    "ERR user_script:1: attempt to call a nil value on @user_script:1",
  ],
])("%s fails", async (source, message) => {
  expect(await failure(source)).toBe(message);
});

test("an error is a text for pcall, a table for redis.pcall", async () => {
  await redis.set("text", "v");
  expect(
    await run("local ok, e = pcall(redis.call, 'lpop', 'text') return {tostring(ok), e}"),
  ).toEqual(["false", "WRONGTYPE Operation against a key holding the wrong kind of value"]);
  expect(await run("return redis.pcall('lpop', 'text').err")).toMatch(/^WRONGTYPE /);
});

test("a script is known by its SHA1 until the cache is flushed", async () => {
  const sha = (await redis.script("LOAD", "return 'known'")) as string;
  expect(await redis.evalsha(sha.toUpperCase(), 0)).toBe("known");
  expect(await redis.script("EXISTS", sha, "0".repeat(40))).toEqual([1, 0]);
  await redis.script("FLUSH");
  await expect(redis.evalsha(sha, 0)).rejects.toThrow(
    "NOSCRIPT No matching script. Please use EVAL.",
  );
});

test("what only reads must not write", async () => {
  await expect(redis.call("EVAL_RO", "return redis.call('set', 'k', 'v')", 0)).rejects.toThrow(
    "ERR Write commands are not allowed from read-only scripts.",
  );
  await expect(run("#!lua flags=no-writes\nreturn redis.call('del', 'k')")).rejects.toThrow(
    "Write commands are not allowed",
  );
  await expect(redis.call("EVAL_RO", "#!lua\nreturn 1", 0)).rejects.toThrow(
    "ERR Can not execute a script with write flag using *_ro command.",
  );
  await expect(run("#!lua flags=reads\nreturn 1")).rejects.toThrow(
    "ERR Unexpected flag in script shebang: reads",
  );
});

test("a script runs in one moment, blocks nobody, and then those who waited are served", async () => {
  const waiter = new Redis(emulator.servers[0]!.url);
  await waiter.ping();
  const served = waiter.blpop("queue", 0);
  await expect.poll(async () => redis.client("LIST")).toContain("cmd=blpop");
  expect(
    await run(
      `local before = redis.call('time')
       redis.call('rpush', 'queue', 'a', 'b')
       local popped = redis.call('lpop', 'queue')
       for i = 1, 1e6 do end
       local after = redis.call('time')
       return {popped, tostring(redis.call('blpop', 'empty', 0)), before[2] == after[2]}`,
    ),
  ).toEqual(["a", "false", 1]);
  expect(await served).toEqual(["queue", "b"]);
  waiter.disconnect();
});

test("what a script selects is its own", async () => {
  await run("redis.call('select', 9) redis.call('set', 'there', 'v')");
  expect(await redis.exists("there")).toBe(0);
  expect(await run("redis.call('select', 9) return redis.call('get', 'there')")).toBe("v");
});

test("what would take memory that there is not is refused, unless the script has begun to write or says so", async () => {
  const writing = (flags: string) => `#!lua flags=${flags}\nreturn redis.call('set', 'm', 'v')`;
  await redis.config("SET", "maxmemory", "1");
  const oom = "OOM command not allowed when used memory > 'maxmemory'";
  await expect(run("return redis.call('set', 'm', 'v')")).rejects.toThrow(oom);
  await expect(run(writing(""))).rejects.toThrow(oom);
  expect(await run("redis.call('del', 'm') return redis.call('set', 'm', 'v')")).toBe("OK");
  expect(await run(writing("allow-oom"))).toBe("OK");
  expect(await run("#!lua flags=no-writes\nreturn redis.call('get', 'm')")).toBe("v");
  await redis.config("SET", "maxmemory", "0");
});

test("an error inside is counted once, for the command that met it", async () => {
  const said = async (section: string) => {
    const text = await redis.info(section);
    return text.split("\r\n").filter((line) => /_(?:ERR|lpush|eval|blpop|client\|id):/.test(line));
  };
  await redis.set("text", "v");
  await redis.config("RESETSTAT");
  await expect(run("return redis.call('select', 99)")).rejects.toThrow("out of range");
  await expect(run("return redis.call('client', 'id')")).rejects.toThrow("not allowed");
  expect(await said("errorstats")).toEqual(["errorstat_ERR:count=2"]);
  expect(
    (await said("commandstats")).map((line) => line.replace(/usec.*call=[\d.]+,/, "")),
  ).toEqual([
    "cmdstat_eval:calls=2,rejected_calls=0,failed_calls=2",
    "cmdstat_client|id:calls=0,rejected_calls=1,failed_calls=0",
  ]);
});

describe("what would never end is ended", () => {
  test("a loop, also one that catches its error", async () => {
    const { now } = performance;
    const began = now.call(performance);
    const hurried = vi
      .spyOn(performance, "now")
      .mockImplementation(() => began + 100 * (now.call(performance) - began));
    await expect(run("while true do pcall(function() while true do end end) end")).rejects.toThrow(
      "ERR Script stopped after 5000 ms",
    );
    hurried.mockRestore();
    expect(await run("return 'on it goes'")).toBe("on it goes");
  });

  test("a table that holds itself", async () => {
    let answer = await run("local t = {} t[1] = t return t");
    while (Array.isArray(answer)) answer = answer[0] as unknown;
    expect(String(answer)).toContain("reached lua stack limit");
  });

  test("memory: and the scripts of before are still known", async () => {
    const sha = (await redis.script("LOAD", "return 'still here'")) as string;
    await expect(
      run("local s = string.rep('x', 1e6) while true do s = s .. s end"),
    ).rejects.toThrow("not enough memory");
    expect(await redis.evalsha(sha, 0)).toBe("still here");
  });
});

describe("DEBUG SET-DISABLE-DENY-SCRIPTS", () => {
  test("scripts may call what is not for scripts, but no scripts", async () => {
    const call = "return redis.call('DEBUG', 'PROTOCOL', 'attrib')";
    const refusal = "ERR This Redis command is not allowed from script on @user_script:1";
    expect(await failure(call)).toBe(refusal);
    await redis.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
    try {
      expect(await run(call)).toBe("Some real reply following the attribute");
      expect(await failure("return redis.call('EVAL', 'return 1', 0)")).toBe(refusal);
    } finally {
      await redis.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0");
    }
    expect(await failure(call)).toBe(refusal);
  });

  test("DEBUG SLEEP lets time pass, but not in the script", async () => {
    await redis.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1");
    try {
      const [before, after, there, restored] = (await run(
        `redis.call('SET', KEYS[1], 'value', 'PX', 1)
         local before = redis.call('TIME')
         local dumped = redis.call('DUMP', KEYS[1])
         redis.call('DEBUG', 'SLEEP', 0.01)
         redis.call('RESTORE', KEYS[2], 1, dumped)
         return {before, redis.call('TIME'), redis.call('EXISTS', KEYS[1]),
           redis.call('PEXPIRETIME', KEYS[1]) == redis.call('PEXPIRETIME', KEYS[2])}`,
        ["short", "restored"],
      )) as unknown[];
      expect(after).toEqual(before);
      expect([there, restored]).toEqual([1, 1]);
      expect(await redis.exists("short", "restored")).toBe(0);
    } finally {
      await redis.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "0");
    }
  });
});
