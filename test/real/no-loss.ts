/**
 * A service is killed in the middle of its messages, again and again. The publisher notes an id when its publish has
 * resolved, the service when it has done the job: nothing that the first has may be missing at the second. With
 * `onReceive`, which acknowledges first, some must be missing, or this would prove nothing.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, createLogger } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { describe, expect, test } from "vitest";
import { bringUpToDate } from "../../build.js";
import { Inbox } from "../conformance/inbox.ts";

const program = fileURLToPath(new URL("fixtures/recorder/app.js", import.meta.url));
const JOBS = 150;
/** A process may take seconds to start on a busy machine. */
const PATIENCE = 30_000;
/** Which of its jobs each process is killed at. */
const HANG_AT = 20;

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** Declares the tests for a broker: `rounds` times each, with so many `kills`. */
export function losesNothing(
  name: string,
  startServer: () => Promise<Server>,
  { rounds, kills }: { rounds: number; kills: number },
): void {
  describe(name, () => {
    for (let round = 1; round <= rounds; round++) {
      test(
        `onSuccess: nothing is lost when the service is killed (${round})`,
        { timeout: 120_000 },
        async () => {
          const { sent, done, killedAt } = await run(startServer, "onSuccess", kills);
          expect(killedAt).toHaveLength(kills);
          expect(sent).toHaveLength(JOBS);
          expect([...sent].filter((job) => !done.has(job))).toEqual([]);
        },
      );

      test(
        `onReceive: what the service was doing is lost (${round})`,
        { timeout: 120_000 },
        async () => {
          const { sent, done, killedAt } = await run(startServer, "onReceive", kills);
          const lost = sent.filter((job) => !done.has(job));
          expect(lost).toEqual(expect.arrayContaining(killedAt));
          expect(lost.length).toBeGreaterThanOrEqual(kills);
        },
      );
    }
  });
}

async function run(
  startServer: () => Promise<Server>,
  policy: "onSuccess" | "onReceive",
  kills: number,
) {
  await bringUpToDate("runtime");
  const server = await startServer();
  const folder = await mkdtemp(join(tmpdir(), "millrace-no-loss-"));
  const file = join(folder, "done");
  await writeFile(file, "");
  const broker = new MqttBroker({ url: server.url, name: "publisher" });
  const publisher = new App(broker, { logger: createLogger({ level: "silent" }) });
  let service = await startService(server.url, file, policy, HANG_AT);
  try {
    await publisher.start();
    const sent: number[] = [];
    const publishing = (async () => {
      for (let job = 0; job < JOBS; job++) {
        await broker.publish(`jobs/${job}`, job);
        sent.push(job);
      }
    })();
    const killedAt: number[] = [];
    for (let kill = 1; kill <= kills; kill++) {
      killedAt.push(await service.hanging);
      await service.kill();
      service = await startService(server.url, file, policy, kill < kills ? HANG_AT : 0);
    }
    await publishing;
    // It comes behind all others.
    await broker.publish("jobs/last", JOBS);
    await service.stopAfter(JOBS);
    const done = new Set((await readFile(file, "utf8")).trim().split("\n").map(Number));
    return { sent, done, killedAt };
  } finally {
    await service.kill();
    await publisher.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One process of the service, until it is killed or stopped. */
async function startService(url: string, file: string, policy: string, hangAt: number) {
  const child = fork(program, [url, file, policy, String(hangAt)], { execArgv: [] });
  const exited = once(child, "exit");
  const begun = new Inbox<number>(PATIENCE);
  const hanging = new Inbox<number>(PATIENCE);
  const ready = new Inbox<true>(PATIENCE);
  child.on("message", (message: { ready?: true; begun?: number; hangs?: boolean }) => {
    if (message.ready) ready.push(true);
    if (message.begun === undefined) return;
    begun.push(message.begun);
    if (message.hangs) hanging.push(message.begun);
  });
  await ready.first(1);
  return {
    /** Resolves with the job at which it hangs. */
    get hanging(): Promise<number> {
      return hanging.first(1).then(([job = -1]) => job);
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
    /** Waits until it has begun this job, then lets it end what it does. */
    async stopAfter(job: number): Promise<void> {
      await begun.until(() => begun.items.includes(job), `job ${job}`);
      child.send("stop");
      await exited;
    },
  };
}
