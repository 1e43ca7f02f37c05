import { expect, test } from "vitest";
import { makeProject } from "./fixtures/command-line.ts";

test("starts again when an imported file is saved, and drains first", async () => {
  const project = makeProject("greeter");
  const run = project.millrace(["run", "app.ts", "--reload"]);
  await run.says(/Welcome, Ada!/);
  await run.says(/greeter is ready/);
  project.write(
    "words/greeting.ts",
    "export const greeting = (name: string): string => `Hello, ${name}!`;\n",
  );
  await run.says(/words.greeting\.ts changed: starting again/);
  await run.says(/doors closed/);
  await run.says(/Hello, Ada!/);
  await run.says(/greeter is ready/);
  run.signal("SIGINT");
  expect(await run.ended).toBe(0);
  expect(run.family()).toEqual([]);
});

test("waits for the next save after a mistake, a missing file included", async () => {
  const project = makeProject("plain-javascript");
  const run = project.millrace(["run", "app.js", "--reload"]);
  await run.says(/plain is ready/);
  project.write("title.js", "export const title = ;\n");
  await run.says(/Unexpected token/);
  await run.says(/app\.js ended \(exit code 1\): waiting for a change/);
  project.write("title.js", `export { title } from "./name.js";\n`);
  await run.says(/title\.js imports name\.js, which does not exist/);
  await run.says(/waiting for a change/);
  project.write("name.js", `export const title = "renamed";\n`);
  await run.says(/renamed is ready/);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.family()).toEqual([]);
});

test("hears of files that CommonJS requires", async () => {
  const project = makeProject("made-to-order");
  project.write("package.json", "{}");
  project.write("parts/title.ts", `export const title = "cutter";\n`);
  project.write(
    "main.ts",
    `import { App } from "millrace";\nimport { MemoryBroker } from "millrace/memory";\nimport { title } from "./parts/title";\nexport const app = new App(new MemoryBroker(), { title });\n`,
  );
  const run = project.millrace(["run", "main.ts", "--reload"]);
  await run.says(/cutter is ready/);
  project.write("parts/title.ts", `export const title = "presser";\n`);
  await run.says(/presser is ready/);
});

test("nobody outlives a supervisor that is killed", async () => {
  const run = makeProject("greeter").millrace(["run", "app.ts", "--reload"]);
  await run.says(/greeter is ready/);
  process.kill(run.pid, "SIGKILL");
  await expect.poll(() => run.family()).toEqual([]);
});

test("tells the process that started it each time it is ready", async () => {
  const project = makeProject("greeter");
  const run = project.millrace(["run", "app.ts", "--reload"], { ipc: true });
  await run.says(/greeter is ready/);
  project.write("added.ts", "");
  await run.says(/added\.ts changed/);
  await run.says(/greeter is ready/);
  await expect.poll(() => run.messages).toEqual([{ millrace: "ready" }, { millrace: "ready" }]);
  run.send({ millrace: "stop" });
  expect(await run.ended).toBe(0);
});
