/** The command with a broker: the emulator, which speaks NATS to this package's real client. */
import { connect } from "nats";
import { afterAll, expect, test } from "vitest";
import { startEmulator } from "../companions.ts";
import { makeProject } from "./fixtures/command-line.ts";

const emulator = await startEmulator({ ports: { nats: 0 }, only: ["nats"] });
const url = emulator.servers[0]?.url ?? "";
const client = await connect({ servers: url });
afterAll(async () => {
  await client.close();
  await emulator.close();
});

const env = { MILLRACE_NATS_URL: url };
const ask = async (subject: string, timeout = 10_000) =>
  (await client.request(subject, "1", { timeout })).json();

test("a request in hand when the end is asked for is still answered", async () => {
  const run = makeProject("answers").millrace(["run", "app.ts"], { env });
  await run.says(/answers is ready: 2 subscribers on nats/);
  const answer = ask("slow");
  await run.says(/slow request in hand/);
  run.signal("SIGTERM");
  expect(await answer).toBe("done");
  expect(await run.ended).toBe(0);
  expect(run.family()).toEqual([]);
});

test("workers share the requests, and the others answer when one dies", async () => {
  const run = makeProject("answers").millrace(["run", "app.ts", "--workers", "2"], { env });
  await run.says(/2 workers are ready/);
  const [first, second] = await bothOf(run.family().filter((pid) => pid !== run.pid));
  process.kill(first, "SIGKILL");
  await run.says(/ended \(SIGKILL\): starting it again/);
  // The emulator may hear of the death a moment after the supervisor did, and route one request more to the dead.
  await expect.poll(() => ask("who", 500).catch(() => null)).toBe(second);
  for (const _of of ["first", "second", "again"]) await run.says(/answers-\d is ready/);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
});

/** Asks until both have answered. */
async function bothOf(workers: readonly number[]): Promise<[number, number]> {
  const seen = new Set<number>();
  while (seen.size < 2) seen.add((await ask("who")) as number);
  const [first = 0, second = 0] = seen;
  expect(workers).toEqual(expect.arrayContaining([first, second]));
  return [first, second];
}

test("a refused start leaves no connection open", async () => {
  const project = makeProject("answers");
  project.write(
    "late.ts",
    `export { app } from "./app.ts";\nimport { app } from "./app.ts";\napp.afterStartup(() => {\n  throw new Error("not today");\n});\n`,
  );
  const run = project.millrace(["run", "late.ts"], { env });
  expect(await run.ended).toBe(1);
  expect(run.output.stderr).toMatch(/^millrace run: Error: not today\nlate\.ts:4:9\n/);
});
