/** The emulator's Redis against redis-server: the same redis-benchmark, turn by turn. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { compare } from "./compare.js";
import { Missing, startEmulator, startRedis } from "./servers.js";

const value = "x".repeat(128);

/** A command as redis-benchmark runs it; its keys are few, so that what is measured is the command. */
const commands = {
  set: ["SET", "key:__rand_int__", value],
  get: ["GET", "key:__rand_int__"],
  lpush: ["LPUSH", "list:__rand_int__", value],
  xadd: ["XADD", "stream", "MAXLEN", "~", "10000", "*", "field", value],
  publish: ["PUBLISH", "channel", value],
};

/** One figure for each command, one at a time and pipelined by 16. */
export const redisCommands = Object.entries(commands).flatMap(([name, command]) =>
  [1, 16].map((pipelined) => ({
    name: pipelined === 1 ? `redis-${name}` : `redis-${name}-16`,
    what: `Redis ${command[0]}, 128 bytes, 20 connections${pipelined === 1 ? "" : `, pipelined by ${pipelined}`}, commands/s`,
    run: (/** @type {number} */ rounds) => onBoth(rounds, command, pipelined),
  })),
);

/** @param {number} rounds @param {readonly string[]} command @param {number} pipelined */
async function onBoth(rounds, command, pipelined) {
  const real = await startRedis();
  const emulator = await startEmulator();
  try {
    return await compare(rounds, {
      measured: () => rate(emulator.redis, command, pipelined),
      against: () => rate(real.url, command, pipelined),
    });
  } finally {
    await Promise.all([real.stop(), emulator.stop()]);
  }
}

/** @param {string} url @param {readonly string[]} command @param {number} pipelined */
async function rate(url, command, pipelined) {
  const { port } = new URL(url);
  const count = pipelined === 1 ? 20_000 : 100_000;
  const options = [
    "-h",
    "127.0.0.1",
    "-p",
    port,
    "-c",
    "20",
    "-n",
    count,
    "-P",
    pipelined,
    "-r",
    100,
  ];
  const child = spawn("redis-benchmark", [...options.map(String), "--csv", ...command], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  await Promise.race([
    once(child, "close"),
    once(child, "error").then(() => {
      throw new Missing("redis-benchmark is not installed");
    }),
  ]);
  // "test","rps",…, then the line of this test.
  const found = /^"[^"]*","([\d.]+)"/.exec(output.split("\n")[1] ?? "");
  if (found === null) throw new Error(`redis-benchmark said: ${output}`);
  return Number(found[1]);
}
