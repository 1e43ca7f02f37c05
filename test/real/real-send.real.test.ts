/** From the workbench to channels that are more than an address, on the brokers that have them. */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createSession, type Session } from "@millrace/workbench";
import type { App } from "millrace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringUpToDate } from "../../build.js";
import {
  type RealBroker,
  shareKafka,
  shareRabbitmq,
  startNatsServer,
  startRedis,
} from "./brokers.ts";
import { recordedLog } from "./log.ts";

const folder = join(import.meta.dirname, "fixtures", "corners");
const log = recordedLog();
const brokers: RealBroker[] = [];
let urls: Record<string, string>;
let app: App;
let session: Session;

beforeAll(async () => {
  const started = await Promise.all([
    shareKafka(),
    shareRabbitmq(),
    startNatsServer("jetstream {}"),
    startRedis(),
  ]);
  brokers.push(...started);
  urls = Object.fromEntries(
    ["KAFKA", "RABBITMQ", "NATS", "REDIS"].map((name, index) => [
      `MILLRACE_${name}_URL`,
      started[index]?.url ?? "",
    ]),
  );
  Object.assign(process.env, urls);
  ({ app } = (await import(join(folder, "app.ts"))) as { app: App });
  await app.start({ logger: log.logger });
  for (const room of ["runtime", "workbench"]) await bringUpToDate(room);
  const { resolve } = createRequire(import.meta.url);
  session = createSession({
    folder,
    shell: "browser",
    trusted: true,
    workers: {
      analysis: resolve("@millrace/workbench/analysis-worker"),
      emulator: resolve("@millrace/emulator/worker"),
    },
    ownEnvironment: urls,
  });
  await session.analysed();
});

afterAll(async () => {
  await session?.close();
  await app?.stop();
  await Promise.all(brokers.map((broker) => broker.stop()));
  for (const name of Object.keys(urls ?? {})) delete process.env[name];
});

test.each([
  [
    "a topic that fits a pattern",
    "kafka.pattern:/^corners\\.\\w+$/",
    { topic: "corners.eu" },
    ["topics"],
  ],
  ["a key of an exchange", "rabbitmq@corners:corners.*.done", { "*": "7" }, ["keys", "bound"]],
  ["a queue by its name", "rabbitmq.queue:corners.bound", {}, ["bound"]],
  ["a key of a bucket", "nats.kv:corners/users.{id}", { id: "7" }, ["users"]],
  ["a list", "redis.list:corners.jobs", {}, ["jobs"]],
  [
    "a channel that fits a glob",
    "redis.pattern:corners.*.said",
    { channel: "corners.7.said" },
    ["said"],
  ],
] as const)("%s", async (_, channel, params, receivers) => {
  const text = randomUUID();
  const draft = { params: { ...params }, payload: JSON.stringify({ text }), headers: {} };
  const answer = await session.send(`receive:corners:${channel}`, draft, { real: true });
  expect(answer).toMatchObject({ kind: "sent", message: null });
  for (const name of receivers) {
    const line = `${name} has ${text}`;
    await log.lines.until(() => log.lines.items.some(({ msg }) => msg === line), line);
  }
});

test("an exchange that nobody has made is said, not made", async () => {
  const draft = { params: {}, payload: '{"text":"x"}', headers: {} };
  const answer = await session.send("send:corners:rabbitmq@corners.missing:x", draft, {
    real: true,
  });
  expect(answer).toMatchObject({
    kind: "failed",
    reason: expect.stringMatching(/no exchange 'corners\.missing'|corners\.missing/),
  });
});
