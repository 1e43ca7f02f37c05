import { expect, test } from "vitest";
import { makeProject, type Project } from "./fixtures/command-line.ts";

/** Three workers whose lines tell the process, on JSON. */
async function threeWorkers(project: Project = makeProject("plain-javascript")) {
  const run = project.millrace(["run", "app.js", "--workers", "3"], {
    env: { LOG_FORMAT: "json" },
  });
  const pids: number[] = [];
  for (const number of [1, 2, 3]) {
    const [, pid] = await run.says(new RegExp(`"pid":(\\d+).*plain-${number} is ready`));
    pids.push(Number(pid));
  }
  return { run, pids };
}

test("every worker has its number, and all drain", async () => {
  const { run, pids } = await threeWorkers();
  await run.says(/3 workers are ready/);
  expect(new Set([...pids, run.pid]).size).toBe(4);
  expect(run.family()).toEqual(expect.arrayContaining([...pids, run.pid]));
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
  for (const number of [1, 2, 3]) expect(run.output.stdout).toContain(`plain-${number} stopped`);
  expect(run.family()).toEqual([]);
});

test("the supervisor alone is asked to end, and passes it on", async () => {
  const { run } = await threeWorkers();
  process.kill(run.pid, "SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.output.stdout.match(/stop message: plain-\d stops/g)).toHaveLength(3);
  expect(run.family()).toEqual([]);
});

test("a worker that dies is started again, the first one too, later each time", async () => {
  const { run, pids } = await threeWorkers();
  const [first = 0, second = 0] = pids;
  process.kill(second, "SIGKILL");
  const [, wait] = await run.says(/worker 2 ended \(SIGKILL\): starting it again in (\d+) ms/);
  const [, again] = await run.says(/"pid":(\d+).*plain-2 is ready/);
  expect(Number(again)).not.toBe(second);
  process.kill(Number(again), "SIGKILL");
  const [, longer] = await run.says(/worker 2 ended \(SIGKILL\): starting it again in (\d+) ms/);
  expect(Number(longer)).toBeGreaterThanOrEqual(Number(wait));
  process.kill(first, "SIGKILL");
  await run.says(/worker 1 ended/);
  await run.says(/plain-1 is ready/);
});

test("nobody outlives a supervisor that is killed", async () => {
  const { run } = await threeWorkers();
  process.kill(run.pid, "SIGKILL");
  expect(await run.ended).toBe("SIGKILL");
  await expect.poll(() => run.family()).toEqual([]);
});

test("a second signal leaves nobody behind", async () => {
  const project = makeProject("slow-orders");
  const args = ["run", "app.ts", "--workers", "2", "--manner", "stubborn", "--deadline", "600"];
  const run = project.millrace(args);
  await run.says(/2 workers are ready/);
  process.kill(run.pid, "SIGTERM");
  await run.says(/stop message: project-2 stops/);
  const pressing = setInterval(() => run.signal("SIGINT"), 50);
  expect(await run.ended).toBe(130);
  clearInterval(pressing);
  await expect.poll(() => run.family()).toEqual([]);
});

test("subscribers that every worker would handle are refused, by name, once", async () => {
  const run = makeProject("everyone-hears").millrace(["run", "app.ts", "--workers", "3"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr)
    .toBe(`millrace run: with --workers, every worker would handle every message of
  news (memory)
  weather.{city} (memory)
Give them a group, which the workers then share: { group: "town" }
`);
  expect(run.output.stdout).toBe("");
  expect(run.family()).toEqual([]);
});

test("the end may be asked for while the first is starting", async () => {
  const project = makeProject();
  project.write(
    "app.js",
    `import { App } from "millrace";
import { MemoryBroker } from "millrace/memory";
export const app = new App(new MemoryBroker());
app.onStartup(() => new Promise((resolve) => { console.log("waiting"); setInterval(() => undefined, 1000); }));
`,
  );
  const run = project.millrace(["run", "app.js", "--workers", "3"]);
  await run.says(/waiting/);
  process.kill(run.pid, "SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.output.stdout.trim()).toBe("waiting");
  expect(run.family()).toEqual([]);
});

test("one worker may hear everything", async () => {
  const run = makeProject("everyone-hears").millrace(["run", "app.ts", "--workers", "1"]);
  await run.says(/town is ready: 3 subscribers on memory/);
});

test("what is wrong with the file is said once", async () => {
  const run = makeProject().millrace(["run", "app.ts", "--workers", "3"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr.trim().split("\n")).toHaveLength(1);
});

test("says ready to the process that started it when all are, and drains when that one is gone", async () => {
  const run = makeProject("plain-javascript").millrace(["run", "app.js", "--workers", "2"], {
    ipc: true,
    env: { MILLRACE_SERVICE: "shop" },
  });
  await run.says(/shop-2 is ready/);
  await run.says(/2 workers are ready/);
  await expect.poll(() => run.messages).toEqual([{ millrace: "ready" }]);
  run.disconnect();
  expect(await run.ended).toBe(0);
  expect(run.family()).toEqual([]);
});
