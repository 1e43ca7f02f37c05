import { expect, test } from "vitest";
import { type CommandRun, makeProject } from "./fixtures/command-line.ts";

test("runs TypeScript with tsconfig paths and `await using`, and drains on SIGTERM", async () => {
  const run = makeProject("greeter").millrace(["run", "app.ts"]);
  await run.says(/Welcome, Ada!/);
  await run.says(/curtain falls/);
  await run.says(/greeter is ready: 1 subscriber on memory/);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.output.stdout).toMatch(
    /SIGTERM: greeter stops; messages in hand have 10 s[^]*doors closed[^]*greeter stopped/,
  );
  expect(run.output.stderr).toBe("");
  expect(run.family()).toEqual([]);
});

test("the tsconfig is the one nearest to the file, wherever the command is run", async () => {
  const project = makeProject();
  const run = project.millrace(["run", `${makeProject("greeter").folder}/app.ts`]);
  await run.says(/Welcome, Ada!/);
});

test("options it does not know reach the hooks", async () => {
  const run = makeProject("greeter").millrace([
    "run",
    "app.ts",
    "--db.url",
    "postgres://db/shop",
    "--verbose",
    "--size=3",
  ]);
  await run.says(/options {"db.url":"postgres:\/\/db\/shop","verbose":true,"size":"3"}/);
});

test("a passed option that looks like one of ours is pointed out", async () => {
  const run = makeProject("greeter").millrace(["run", "app.ts", "--relaod"]);
  await run.says(/greeter is ready/);
  // Said before, but on a pipe of its own.
  await expect
    .poll(() => run.output.stderr)
    .toBe("millrace run: --relaod is handed to the App's hooks; did you mean --reload?\n");
});

test("runs JavaScript, by its default export", async () => {
  const run = makeProject("plain-javascript").millrace(["run", "app"]);
  await run.says(/plain is ready: 0 subscribers on memory/);
});

test("runs what a factory makes, by any name", async () => {
  const project = makeProject("made-to-order");
  await project.millrace(["run", "app.ts:makeApp", "--factory"]).says(/tailor is ready/);
  await project.millrace(["run", "--factory", "app.ts"]).says(/tailor is ready/);
});

test("runs CommonJS TypeScript, where the package has no type", async () => {
  const project = makeProject("made-to-order");
  project.write("package.json", "{}");
  await project.millrace(["run", "app.ts", "--factory"]).says(/tailor is ready/);
});

test("is named by MILLRACE_SERVICE, else the title, else the package", async () => {
  const titled = makeProject("plain-javascript");
  await titled
    .millrace(["run", "app.js"], { env: { MILLRACE_SERVICE: "chosen" } })
    .says(/chosen is ready/);
  const untitled = makeProject("slow-orders");
  await untitled.millrace(["run", "app.ts", "--manner", "patient"]).says(/project is ready/);
});

test("a message in hand is finished before the end", async () => {
  const run = makeProject("slow-orders").millrace(["run", "app.ts", "--manner", "patient"]);
  await run.says(/order in hand/);
  await run.says(/is ready/);
  run.signal("SIGTERM");
  expect(await run.ended).toBe(0);
  expect(run.output.stdout).toMatch(/SIGTERM: [^]*order finished[^]*project stopped/);
});

test("a message that takes too long is given up at the deadline", async () => {
  const run = makeProject("slow-orders").millrace([
    "run",
    "app.ts",
    "--manner",
    "stubborn",
    "--deadline",
    "0",
  ]);
  await run.says(/is ready/);
  run.signal("SIGTERM");
  await run.says(/messages were still being handled after 0 ms/);
  expect(await run.ended).toBe(0);
  expect(run.output.stdout).not.toContain("order finished");
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("a second %s forces, with exit code %d", async (signal, code) => {
  const run = makeProject("slow-orders").millrace([
    "run",
    "app.ts",
    "--manner",
    "stubborn",
    "--deadline",
    "600",
  ]);
  await run.says(/is ready/);
  run.signal("SIGTERM");
  await run.says(/SIGTERM: project stops/);
  // Again and again, as people do: one right after the first is taken for the first one's echo.
  const pressing = setInterval(() => run.signal(signal), 50);
  expect(await run.ended).toBe(code);
  clearInterval(pressing);
  expect(run.family()).toEqual([]);
});

test("says ready to the process that started it, and drains at its word", async () => {
  const run = makeProject("greeter").millrace(["run", "app.ts"], { ipc: true });
  await run.says(/greeter is ready/);
  await expect.poll(() => run.messages).toEqual([{ millrace: "ready" }]);
  run.send({ millrace: "stop" });
  expect(await run.ended).toBe(0);
  expect(run.output.stdout).toMatch(/stop message: greeter stops[^]*doors closed/);
});

test("a service of the workbench drains when the workbench is gone", async () => {
  const run = makeProject("greeter").millrace(["run", "app.ts"], {
    ipc: true,
    env: { MILLRACE_SERVICE: "greeter" },
  });
  await run.says(/greeter is ready/);
  run.disconnect();
  expect(await run.ended).toBe(0);
  expect(run.output.stdout).toMatch(/parent ended: greeter stops[^]*doors closed/);
});

test("Ctrl-C while it starts ends it, even if a hook hangs", async () => {
  const project = makeProject();
  project.write(
    "app.js",
    app(
      `app.onStartup(() => { console.log("waiting"); return new Promise(() => setInterval(() => {}, 1000)); })`,
    ),
  );
  const run = project.millrace(["run", "app.js"]);
  await run.says(/waiting/);
  run.signal("SIGINT");
  expect(await run.ended).toBe(0);
});

test("an error outside of a handler ends the service, after what is in hand", async () => {
  const project = makeProject("slow-orders");
  project.write(
    "crash.ts",
    `import { app } from "./app.ts";
export { app };
app.afterStartup(() => {
  setTimeout(() => {
    setImmediate(() => process.emit("SIGTERM", "SIGTERM"));
    throw new Error("the roof fell in");
  });
});
`,
  );
  const run = project.millrace(["run", "crash.ts", "--manner", "patient"]);
  expect(await run.ended).toBe(1);
  expect(run.output.stderr).toMatch(
    /^millrace run: project failed outside of a handler and stops\nError: the roof fell in\ncrash.ts:6:11\n/,
  );
  expect(run.output.stdout).toContain("order finished");
});

const app = (rest: string) => `import { App } from "millrace";
import { MemoryBroker } from "millrace/memory";
export const app = new App(new MemoryBroker());
${rest}
`;

async function failing(run: CommandRun, code = 1): Promise<string> {
  expect(await run.ended).toBe(code);
  expect(run.family()).toEqual([]);
  return run.output.stderr;
}

test("a file that is not there", async () => {
  const stderr = await failing(makeProject("greeter").millrace(["run", "ap.ts"]));
  expect(stderr).toMatch(/^millrace run: there is no file ap\.ts in .+; did you mean app\.ts\?\n$/);
});

test("no file at all", async () => {
  const stderr = await failing(makeProject().millrace(["run"]), 2);
  expect(stderr).toBe(
    "millrace run: millrace run needs the file that exports the App: millrace run src/app.ts\nSee: millrace run --help\n",
  );
});

test("an export that is not there", async () => {
  const stderr = await failing(makeProject("plain-javascript").millrace(["run", "app.js:ap"]));
  expect(stderr).toBe("millrace run: app.js has no export ap\nIt exports default (an App).\n");
});

test("a broker that cannot be reached", async () => {
  const project = makeProject();
  project.write(
    "app.ts",
    `import { App } from "millrace";\nimport { NatsBroker } from "millrace/nats";\nexport const app = new App(new NatsBroker());\n`,
  );
  const run = project.millrace(["run", "app.ts"], {
    env: { MILLRACE_NATS_URL: "nats://ada:hunter2@127.0.0.1:1" },
  });
  const stderr = await failing(run);
  expect(stderr).toMatch(/^millrace run: .*127\.0\.0\.1:1 /);
  expect(run.output.stdout + stderr).not.toContain("hunter2");
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("TypeScript that cannot be parsed", async () => {
  const project = makeProject();
  project.write("app.ts", `import { app } from "./made.ts";\nexport { app };\n`);
  project.write("made.ts", `const total: number = ;\nexport const app = total;\n`);
  const stderr = await failing(project.millrace(["run", "app.ts"]));
  expect(stderr).toBe(`millrace run: SyntaxError: Unexpected ";"
made.ts:1:23
  > 1 | const total: number = ;
      |                       ^
    2 | export const app = total;
`);
});

test.each(["module", "commonjs"])("JavaScript that cannot be parsed, type %s", async (type) => {
  const project = makeProject();
  project.write("package.json", JSON.stringify({ type }));
  const importing = type === "module" ? `import "./made.js";` : `require("./made.js");`;
  project.write("app.js", `${importing}\n`);
  project.write("made.js", `"use strict";\nconst total = ;\n`);
  const stderr = await failing(project.millrace(["run", "app.js"]));
  expect(stderr).toBe(`millrace run: SyntaxError: Unexpected token ';'
made.js:2:15
    1 | "use strict";
  > 2 | const total = ;
      |               ^
    3 |
`);
});

test("code that throws while it is loaded: the place, and no stack", async () => {
  const project = makeProject();
  project.write(
    "app.ts",
    `interface Order {\n  id: string;\n}\nfunction check(order: Order): void {\n  throw new TypeError("no id in " + JSON.stringify(order));\n}\ncheck({ id: "" });\n`,
  );
  const stderr = await failing(project.millrace(["run", "app.ts"]));
  expect(stderr).toBe(`millrace run: TypeError: no id in {"id":""}
app.ts:5:9
    3 | }
    4 | function check(order: Order): void {
  > 5 |   throw new TypeError("no id in " + JSON.stringify(order));
      |         ^
    6 | }
`);
});

test("a hook that throws: its place and its cause", async () => {
  const project = makeProject();
  project.write(
    "app.js",
    app(
      `app.onStartup(async () => {\n  throw new Error("no database", { cause: new Error("postgres://ada:hunter2@db refused") });\n});`,
    ),
  );
  const stderr = await failing(project.millrace(["run", "app.js"]));
  expect(stderr).toMatch(
    /^millrace run: Error: no database\nbecause: postgres:\/\/ada:\*\*\*@db refused\napp\.js:5:9\n/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("LOG_LEVEL=debug adds the stack", async () => {
  const project = makeProject();
  project.write("app.js", app(`app.onStartup(() => { throw new Error("no database"); });`));
  const stderr = await failing(
    project.millrace(["run", "app.js"], { env: { LOG_LEVEL: "debug" } }),
  );
  expect(stderr).toMatch(/^millrace run: Error: no database\n[^]*^\s+at .*app\.js:4/m);
});

test.each([
  [
    "a package that is not installed",
    `import { z } from "zodd"; z();`,
    `app.ts imports "zodd", which is not installed: npm i zodd`,
  ],
  [
    "a file that is not there",
    `import { z } from "./zodd.ts"; z();`,
    "app.ts imports zodd.ts, which does not exist",
  ],
])("%s", async (_what, text, message) => {
  const project = makeProject();
  project.write("app.ts", text);
  expect(await failing(project.millrace(["run", "app.ts"]))).toBe(`millrace run: ${message}\n`);
});

test.each([
  [
    ["rnu"],
    2,
    "millrace rnu: there is no such command; did you mean millrace run?\nSee: millrace --help\n",
  ],
  [
    ["run", "app.ts", "--workers", "many"],
    2,
    "millrace run: --workers many is not a whole number from 1\nSee: millrace run --help\n",
  ],
  [
    ["run", "app.ts", "--workers", "2", "--reload"],
    2,
    "millrace run: --reload runs one process: leave out --workers or --reload\n",
  ],
  [
    ["init", "--brokr", "nats"],
    2,
    "millrace init: millrace init has no option --brokr; did you mean --broker?\nSee: millrace init --help\n",
  ],
])("a command line that cannot be: %j", async (args, code, message) => {
  expect(await failing(makeProject("greeter").millrace(args), code)).toBe(message);
});
