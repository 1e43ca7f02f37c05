/** examples/interop on the real brokers: a FastStream service in Python and a millrace service, each in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import {
  shareKafka,
  shareRabbitmq,
  startMosquitto,
  startNatsServer,
  startRedis,
} from "./brokers.ts";
import { NotAvailable } from "./brokers/server.ts";

const script = join(import.meta.dirname, "..", "..", "examples", "interop", "run.js");

type Row = Readonly<Record<string, { checks: number; differences: readonly string[] }>>;

// FastStream comes from PyPI the first time.
test("FastStream and millrace understand each other", { timeout: 400_000 }, async () => {
  const { code, log } = await run("--install");
  if (code === 3) throw new NotAvailable(log);
  const [kafka, rabbitmq] = await Promise.all([shareKafka(), shareRabbitmq()]);
  await using nats = await startNatsServer("jetstream {}");
  await using redis = await startRedis();
  await using mqtt = await startMosquitto();
  const outcome = await run("--json", {
    MILLRACE_KAFKA_URL: kafka.url,
    MILLRACE_RABBITMQ_URL: rabbitmq.url,
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_REDIS_URL: redis.url,
    MILLRACE_MQTT_URL: mqtt.url,
  });
  expect(outcome.output, outcome.log).not.toBe("");
  const rows = Object.entries(JSON.parse(outcome.output) as Record<string, Row>);
  for (const [mode, row] of rows) {
    const checks = Object.values(row).reduce((sum, cell) => sum + cell.checks, 0);
    console.log(`${mode}: ${checks} checks`);
    for (const [column, cell] of Object.entries(row))
      expect(cell, `${mode}, ${column}`).toEqual({ checks: cell.checks, differences: [] });
  }
  expect(rows.map(([mode]) => mode)).toEqual([
    "kafka",
    "rabbitmq queue",
    "rabbitmq topic",
    "nats",
    "jetstream",
    "redis channel",
    "redis list",
    "redis stream",
    "mqtt",
  ]);
  expect(outcome.code).toBe(0);
  expect(rows.map(([, row]) => Object.values(row).map(({ checks }) => checks))).toEqual(
    await figuresOfReadme(),
  );
});

/** How many comparisons the README says that each cell of its table stands for. */
async function figuresOfReadme(): Promise<number[][]> {
  const readme = await readFile(join(dirname(script), "README.md"), "utf8");
  const [, , ...rows] = readme.split("\n").filter((line) => line.startsWith("| "));
  return rows.map((row) =>
    row
      .split("|")
      .slice(2, -1)
      .map((cell) => Number(/ok \((\d+)\)/.exec(cell)?.[1] ?? 0)),
  );
}

async function run(option: string, urls: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [script, option], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...urls },
  });
  const [output, log] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: child.exitCode, output, log };
}
