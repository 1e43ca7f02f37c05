/**
 * What a broker and a service must survive, with a publisher and a service under load. The publisher notes a job when its
 * publish has resolved, the service when it has done it, before it is acknowledged: nothing that the first has may be
 * missing at the second. With `onReceive`, which acknowledges first, some must be missing, or this would prove nothing.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bringUpToDate } from "../../../build.js";
import { startLoad, type Load } from "./load.ts";
import { openRecord, startService, type JobRecord } from "./service.ts";

/** A server that can be lost and come back. */
export interface Server {
  readonly url: string;
  /** The authority of its certificate, PEM, where it is connected to with TLS. */
  readonly ca?: string;
  stop(): Promise<void>;
  kill?(): Promise<void>;
  restart?(): Promise<void>;
}

export interface OutageOptions {
  /** A row of modes.js. */
  readonly mode: string;
  /** How the server is lost and comes back; default: killed with SIGKILL and started again. Null: it is not. */
  readonly outage?: ((server: Server) => Promise<void>) | null;
  /** Whether jobs of one key are done in order, those that come again left aside. */
  readonly keepsOrder: boolean;
  /** How many jobs a service that is killed may have done without the broker knowing. */
  readonly inFlight: number;
  /** How often the server goes in one test. Default 2. */
  readonly outages?: number;
  /** How often each is tried. */
  readonly rounds?: number;
  /** Only that the broker goes. */
  readonly onlyOutages?: true;
}

/** One test's own jobs on the server. */
interface Bench extends OutageOptions {
  readonly server: Server;
  readonly root: string;
}

const JOBS = 300;
/** Which of its jobs a service is killed at. */
const HANG_AT = 60;

async function crash(server: Server): Promise<void> {
  await server.kill?.();
  await server.restart?.();
}

/** Declares the tests for the uses of one broker, all on one server. */
export function survives(start: () => Promise<Server>, ...modes: OutageOptions[]): void {
  let server: Server;
  beforeAll(async () => {
    await bringUpToDate("runtime");
    server = await start();
  }, 180_000);
  afterAll(() => server?.stop());

  for (const options of modes) {
    const promises: Record<string, (bench: Bench) => Promise<void>> = {
      ...(options.outage === null
        ? {}
        : { "the broker goes and comes back under load": brokerGoes }),
      ...(options.onlyOutages
        ? {}
        : {
            "a killed service loses nothing": serviceIsKilled,
            "SIGTERM under load: drained, exit code 0, nothing lost and nothing twice":
              serviceIsTerminated,
          }),
    };
    const rounds = options.rounds ?? Number(process.env["MILLRACE_ROUNDS"] ?? 2);
    const bench = () => ({ ...options, server, root: `jobs${randomUUID().slice(0, 8)}` });
    describe(options.mode, () => {
      for (let round = 1; round <= rounds; round++) {
        for (const [promise, keep] of Object.entries(promises))
          test(`${promise} (${round})`, { timeout: 180_000 }, () => keep(bench()));
      }
      if (options.onlyOutages) return;
      // Says something of these tests, not of the broker: once will do.
      test("with onReceive a killed service does lose jobs", { timeout: 180_000 }, () =>
        serviceIsKilledAfterAcknowledging(bench()),
      );
    });
  }
}

async function brokerGoes(bench: Bench): Promise<void> {
  const { mode, server, root, outage = crash, outages = 2, keepsOrder } = bench;
  using record = openRecord();
  const where = { mode, server, root, record };
  const service = await startService(where);
  const load = await startLoad(where);
  try {
    await service.doing(50);
    for (let time = 1; time <= outages; time++) {
      await outage?.(server);
      // Nobody helped: publisher and service are back by themselves.
      await service.doing(50);
    }
    await load.stop();
    await allDone(service, load, record);
    expect(await service.terminate()).toBe(0);
    report(`${mode}, ${outages} outages`, load.sent, record.done());
    expect(keepsOrder ? outOfOrder(record.done()) : []).toEqual([]);
  } finally {
    await service.kill();
    await load.stop();
  }
}

async function serviceIsKilled(bench: Bench): Promise<void> {
  const { lost, twice, killedAt } = await kill(bench, "onSuccess");
  expect(lost).toEqual([]);
  expect(twice.length).toBeLessThanOrEqual(bench.inFlight * killedAt.length);
}

async function serviceIsKilledAfterAcknowledging(bench: Bench): Promise<void> {
  const { lost, killedAt } = await kill(bench, "onReceive");
  expect(killedAt.filter((job) => lost.includes(job))).not.toEqual([]);
}

async function serviceIsTerminated({ mode, server, root }: Bench): Promise<void> {
  using record = openRecord();
  const where = { mode, server, root, record };
  let service = await startService(where);
  const load = await startLoad(where);
  try {
    for (let time = 1; time <= 2; time++) {
      await service.doing(50);
      expect(await service.terminate()).toBe(0);
      // What it had begun it ended.
      expect(missing(record.begun(), record.done())).toEqual([]);
      service = await startService(where);
    }
    await load.stop();
    await allDone(service, load, record);
    expect(await service.terminate()).toBe(0);
    report(`${mode}, SIGTERM`, load.sent, record.done());
    expect(twice(record.done())).toEqual([]);
  } finally {
    await service.kill();
    await load.stop();
  }
}

/** Kills a service in the middle of its jobs, three times. */
async function kill(
  { mode, server, root }: Bench,
  ack: "onSuccess" | "onReceive",
): Promise<{ lost: string[]; twice: string[]; killedAt: string[] }> {
  using record = openRecord();
  const where = { mode, server, root, record };
  const kills = 3;
  let service = await startService({ ...where, ack, hangAt: HANG_AT });
  const load = await startLoad(where, JOBS);
  try {
    const killedAt: string[] = [];
    for (let time = 1; time <= kills; time++) {
      killedAt.push(await service.hanging());
      await service.kill();
      const hangAt = time < kills ? HANG_AT : 0;
      service = await startService({ ...where, ack, hangAt });
    }
    await load.stop();
    if (ack === "onSuccess") {
      await allDone(service, load, record);
    } else {
      // Acknowledged and not begun yet when it was killed, a job leaves no trace: three at most with each process.
      await service.until(
        () => missing(load.sent, record.begun()).length <= 3 * kills,
        "nearly all jobs",
      );
    }
    expect(await service.terminate()).toBe(0);
    expect(load.sent).toHaveLength(JOBS);
    report(`${mode}, ${ack}, service killed ${kills} times`, load.sent, record.done());
    return { lost: missing(load.sent, record.done()), twice: twice(record.done()), killedAt };
  } finally {
    await service.kill();
    await load.stop();
  }
}

/** Waits until the service has done whatever was confirmed, or says what it has not. */
async function allDone(
  service: Awaited<ReturnType<typeof startService>>,
  load: Load,
  record: JobRecord,
): Promise<void> {
  const left = () => missing(load.sent, record.done());
  await service
    .until(() => left().length === 0, "all jobs")
    .catch((error: unknown) => {
      const begun = new Set(record.begun());
      const jobs = left().map((job) => (begun.has(job) ? `${job} (begun)` : job));
      throw new Error(`not done: ${jobs.slice(0, 50).join(", ")}`, { cause: error });
    });
}

function missing(of: readonly string[], from: readonly string[]): string[] {
  const there = new Set(from);
  return of.filter((job) => !there.has(job));
}

function twice(jobs: readonly string[]): string[] {
  const seen = new Set<string>();
  return jobs.filter((job) => seen.size === seen.add(job).size);
}

/** Jobs that were first done after a later one of their key. */
function outOfOrder(jobs: readonly string[]): string[] {
  const last = new Map<string, number>();
  return [...new Set(jobs)].filter((job) => {
    const [key = "", number = ""] = job.split(" ");
    const before = last.get(key) ?? -1;
    last.set(key, Math.max(before, Number(number)));
    return Number(number) < before;
  });
}

function report(what: string, sent: readonly string[], done: readonly string[]): void {
  const lost = missing(sent, done).length;
  console.log(
    `${what}: ${sent.length} confirmed, ${new Set(done).size} done, ${lost} lost, ${twice(done).length} twice`,
  );
}
