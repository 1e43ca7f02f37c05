/** Clients that wait for lists and streams, through real connections. */
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Emulator, startEmulator } from "../index.ts";

let emulator: Emulator;
let clients: Redis[];
let client: Redis;

beforeEach(async () => {
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  clients = [];
  client = connect();
});
afterEach(async () => {
  for (const each of clients) each.disconnect();
  await emulator.close();
});

function connect(): Redis {
  const connected = new Redis(emulator.servers[0]!.url, { enableAutoPipelining: false });
  clients.push(connected);
  return connected;
}

/** Sends what blocks, and waits until so many clients are blocked. */
async function blocks<Answer>(
  count: number,
  send: (waiting: Redis) => Promise<Answer>,
): Promise<{ answer: Promise<Answer> }> {
  const answer = send(connect());
  answer.catch(() => {});
  await expect.poll(() => client.info("clients")).toContain(`blocked_clients:${count}\r\n`);
  return { answer };
}

test("who waits longest is served first, and what it sent behind comes after all who wait", async () => {
  let second: Promise<unknown> = Promise.resolve();
  const first = await blocks(1, (waiting) => {
    const answer = waiting.blpop("queue", 0);
    second = waiting.blpop("queue", 0);
    return answer;
  });
  const other = await blocks(2, (waiting) => waiting.brpop("none", "queue", 0));
  await client.rpush("queue", "a", "b", "c");
  expect(await first.answer).toEqual(["queue", "a"]);
  expect(await other.answer).toEqual(["queue", "c"]);
  expect(await second).toEqual(["queue", "b"]);
});

test("what one who waited moves on wakes who waits there", async () => {
  const move = await blocks(1, (waiting) => waiting.blmove("a", "b", "LEFT", "RIGHT", 0));
  const next = await blocks(2, (waiting) => waiting.blmove("b", "c", "LEFT", "RIGHT", 0));
  const last = await blocks(3, (waiting) => waiting.blpop("c", 0));
  await client.rpush("a", "job");
  expect(await move.answer).toBe("job");
  expect(await next.answer).toBe("job");
  expect(await last.answer).toEqual(["c", "job"]);
  expect(await client.keys("*")).toEqual([]);
  const events = await emulator.events();
  expect(events.map(({ kind, channel, message }) => [kind, channel, message])).toEqual([
    ["published", "a", 1],
    ["delivered", "a", 1],
    ["delivered", "b", 1],
    ["delivered", "c", 1],
  ]);
});

test("a transaction is seen when it is over, and waits for nothing itself", async () => {
  const waiting = await blocks(1, (each) => each.blpop("queue", 0));
  const answers = await client.multi().rpush("queue", "x").del("queue").blpop("queue", 0).exec();
  expect(answers?.map(([, answer]) => answer)).toEqual([1, 1, null]);
  await client.multi().rpush("queue", "y").lset("queue", 0, "z").exec();
  expect(await waiting.answer).toEqual(["queue", "z"]);
});

test("a wait ends when the emulator's clock says so", async () => {
  const pop = await blocks(1, (waiting) => waiting.blpop("queue", 60));
  const read = await blocks(2, (waiting) => waiting.xread("BLOCK", 59_000, "STREAMS", "s", "$"));
  await emulator.advance(60_000);
  expect(await pop.answer).toBeNull();
  expect(await read.answer).toBeNull();
});

test("`$` is what was last when the wait began", async () => {
  await client.xadd("s", "1-0", "n", "1");
  const read = await blocks(1, (waiting) => waiting.xread("BLOCK", 0, "STREAMS", "s", "$"));
  await client.multi().xadd("s", "2-0", "n", "2").xadd("s", "3-0", "n", "3").exec();
  expect(await read.answer).toEqual([
    [
      "s",
      [
        ["2-0", ["n", "2"]],
        ["3-0", ["n", "3"]],
      ],
    ],
  ]);
});

test.each([
  ["XGROUP DESTROY", (redis: Redis) => redis.xgroup("DESTROY", "s", "g"), "NOGROUP"],
  ["DEL", (redis: Redis) => redis.del("s"), "NOGROUP"],
  ["SET", (redis: Redis) => redis.set("s", "text"), "WRONGTYPE"],
  ["FLUSHALL", (redis: Redis) => redis.flushall(), "NOGROUP"],
  ["SWAPDB", (redis: Redis) => redis.call("SWAPDB", "0", "1"), "NOGROUP"],
])("%s ends the wait of a group that is gone", async (_name, end, word) => {
  await client.xgroup("CREATE", "s", "g", "$", "MKSTREAM");
  const read = await blocks(1, (waiting) =>
    waiting.xreadgroup("GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">"),
  );
  await end(client);
  await expect(read.answer).rejects.toThrow(word);
});

test("DEBUG SLEEP in a transaction holds the server, and what has expired meanwhile wakes nobody", async () => {
  const { answer } = await blocks(1, (waiting) => waiting.blpop("jobs", 0));
  const began = performance.now();
  const replies = await client
    .multi()
    .rpush("jobs", "early")
    .pexpire("jobs", 10)
    .call("DEBUG", "SLEEP", "0.05")
    .llen("jobs")
    .exec();
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
  // In the transaction it is still the same moment.
  expect(replies?.map(([, reply]) => reply)).toEqual([1, 1, "OK", 1]);
  await client.rpush("jobs", "late");
  expect(await answer).toEqual(["jobs", "late"]);
});

test("a transaction that sleeps holds the server for five seconds at most, however often it does", async () => {
  const waited: number[] = [];
  const wait = vi.spyOn(Atomics, "wait").mockImplementation((_array, _index, _value, ms = 0) => {
    waited.push(ms);
    const until = performance.now() + Math.min(ms, 20);
    while (performance.now() < until);
    return "timed-out";
  });
  try {
    const sleeps = client.multi().call("DEBUG", "SLEEP", "0.02").call("DEBUG", "SLEEP", "1000");
    expect((await sleeps.exec())?.map(([, reply]) => reply)).toEqual(["OK", "OK"]);
  } finally {
    wait.mockRestore();
  }
  expect(waited[0]).toBe(20);
  expect(waited[1]).toBeGreaterThan(4000);
  expect(waited[1]).toBeLessThanOrEqual(4981);
});
