import { Redis } from "ioredis";
import { connect } from "nats";
import { expect, test } from "vitest";
import { startEmulator } from "./index.ts";
import { createNotices } from "./notices.ts";

test("what is not offered answers as the real server answers it, and is told once", async () => {
  const lines: string[] = [];
  await using emulator = await startEmulator({
    ports: { nats: 0, redis: 0 },
    only: ["nats", "redis"],
    log: (line) => lines.push(line),
  });
  const [nats, redis] = emulator.servers;
  const client = new Redis(redis!.url, { retryStrategy: null });
  for (let times = 0; times < 2; times++) {
    await expect(client.call("bf.add", "a", "b")).rejects.toThrow(
      "ERR unknown command 'bf.add', with args beginning with: 'a' 'b'",
    );
    await expect(client.call("CLIENT", "nap")).rejects.toThrow(
      "ERR unknown subcommand 'nap'. Try CLIENT HELP.",
    );
    await expect(client.config("SET", "io-uring", "yes")).rejects.toThrow("ERR Unknown option");
    await expect(client.eval("return redis.call('json.get')", 0)).rejects.toThrow(
      "Unknown Redis command called from script",
    );
  }
  await client.quit();

  const connection = await connect({ servers: nats!.url });
  const manager = await connection.jetstreamManager();
  for (let times = 0; times < 2; times++) {
    for (const subject of ["STREAM.NAP.s", "CONSUMER.NAP.s.c"])
      connection.publish(`$JS.API.${subject}`, "", { reply: "answers" });
    const name = `s${times}`;
    await manager.streams.add({ name, subjects: [name], naps: true } as { name: string });
    await manager.consumers.add(name, { name: "c", napping: 1 } as { name: string });
  }
  // A consumer that is gone is no gap.
  connection.publish("$JS.API.CONSUMER.MSG.NEXT.s.c", "");
  await connection.close();
  expect(lines).toEqual([
    "redis: the command BF.ADD is not offered, it fails",
    "redis: the command CLIENT NAP is not offered, it fails",
    "redis: the parameter io-uring is not offered, CONFIG SET fails",
    "redis: the command JSON.GET is not offered, it fails",
    "nats: $JS.API.STREAM.NAP.s is not offered, it has no answer",
    "nats: $JS.API.CONSUMER.NAP.s.c is not offered, it has no answer",
    "nats: the stream option naps is not offered, it is left out",
    "nats: the consumer option napping is not offered, it is left out",
  ]);
});

test("clients can neither flood the log nor steer the terminal", () => {
  const lines: string[] = [];
  const say = createNotices((line) => lines.push(line));
  say(`a\n\u001b[2J${"b".repeat(10_000)}`);
  expect(lines).toEqual([`a??[2J${"b".repeat(194)}`]);
  for (let count = 0; count < 1000; count++) say(String(count));
  expect(lines).toHaveLength(100);
  expect(lines.at(-1)).toBe("98; more of the like is not told");
});
