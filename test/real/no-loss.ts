/**
 * A service is killed in the middle of its messages, again and again. The publisher notes an id when its publish has
 * resolved, the service when it has done the job: nothing that the first has may be missing at the second. With
 * `onReceive`, which acknowledges first, some must be missing, or this would prove nothing.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
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
/** Which of its jobs each process is killed at. */
const HANG_AT = 20;
/** A process may take seconds to start on a busy machine. */
const PATIENCE = 30_000;

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
      const limits = { timeout: 120_000 };
      test(`onSuccess: nothing is lost when the service is killed (${round})`, limits, async () => {
        const { sent, done, killedAt } = await run(startServer, "onSuccess", kills);
        expect(killedAt).toHaveLength(kills);
        expect(sent).toHaveLength(JOBS);
        expect(sent.filter((job) => !done.has(job))).toEqual([]);
      });

      test(`onReceive: what the service was doing is lost (${round})`, limits, async () => {
        const { sent, done, killedAt } = await run(startServer, "onReceive", kills);
        const lost = sent.filter((job) => !done.has(job));
        // Of a process that is killed, the system may throw away acknowledgements on their way: then that job comes again.
        expect(killedAt.filter((job) => lost.includes(job))).not.toEqual([]);
        // No more than each process had in hand: three begun, two acknowledged and not begun yet.
        expect(lost.length).toBeLessThanOrEqual(5 * kills);
      });
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
  const file = join(folder, "log");
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
      killedAt.push(await service.hanging());
      await service.kill();
      service = await startService(server.url, file, policy, kill < kills ? HANG_AT : 0);
    }
    await publishing;
    if (policy === "onSuccess") {
      await service.until(() => sent.every((job) => read(file, "done").has(job)));
    } else {
      // Killed between its acknowledgement and its beginning, a job leaves no trace: two at most with each process.
      await broker.publish("jobs/last", JOBS);
      await service.until(() => {
        const begun = read(file, "begun");
        return begun.has(JOBS) && sent.filter((job) => !begun.has(job)).length <= 2 * kills;
      });
    }
    await service.stop();
    return { sent, done: read(file, "done"), killedAt };
  } finally {
    await service.kill();
    await publisher.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function read(file: string, word: "begun" | "done"): Set<number> {
  const lines = readFileSync(file, "utf8").split("\n");
  return new Set(
    lines.filter((line) => line.startsWith(word)).map((line) => Number(line.split(" ")[1])),
  );
}

/** One process of the service, until it is killed or stopped. */
async function startService(url: string, file: string, policy: string, hangAt: number) {
  const child = fork(program, [url, file, policy, String(hangAt)], { execArgv: [] });
  const exited = once(child, "exit");
  const heard = new Inbox<{ ready?: true; hangs?: number; done?: number }>(PATIENCE);
  child.on("message", (message) => heard.push(message as object));
  await heard.until(() => heard.items.some(({ ready }) => ready), "the service to be ready");
  const hang = () => heard.items.find(({ hangs }) => hangs !== undefined)?.hangs;
  return {
    /** Resolves with the first job at which it hangs. */
    async hanging(): Promise<number> {
      await heard.until(() => hang() !== undefined, "a job that hangs");
      return hang() ?? -1;
    },
    /** Resolves when this holds; looked at with each job. */
    until: (holds: () => boolean) => heard.until(holds, "the jobs"),
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
    /** In order: what it has begun it ends. */
    async stop(): Promise<void> {
      child.send("stop");
      await exited;
    },
  };
}
