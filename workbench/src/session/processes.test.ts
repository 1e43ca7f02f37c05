import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolveCommand, type Runnable } from "./commands.ts";
import { type ProcessOptions, type ProcessState, ServiceProcess } from "./processes.ts";

let folder: string;
const open: ServiceProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-processes-"));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((process) => process.stop(100)));
  await rm(folder, { recursive: true, force: true });
});

/** A small program in place of a service. */
function program(code: string, saysReady = true): Runnable {
  return { file: process.execPath, args: ["-e", code], cwd: folder, environment: {}, saysReady };
}

function create(command: Runnable, options: Partial<ProcessOptions> = {}) {
  const states: ProcessState["status"][] = [];
  const lines: string[] = [];
  const service = new ServiceProcess({
    name: "orders",
    command: () => command,
    environment: () => ({ MILLRACE_NATS_URL: "nats://127.0.0.1:4999" }),
    onState: (state) => states.push(state.status),
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    ...options,
  });
  open.push(service);
  return { service, states, lines };
}

const READY = "process.send({ millrace: 'ready' });";
const STAY = "setInterval(() => {}, 1000);";

test("it is running when it says that it is ready, and knows its name and the emulator", async () => {
  const { service, states, lines } = create(
    program(
      `console.log(process.env.MILLRACE_SERVICE, process.env.MILLRACE_NATS_URL); ${READY} ${STAY}`,
    ),
  );
  await service.start();
  expect(service.state).toEqual({ status: "running", pid: expect.any(Number) });
  await service.stop();
  expect(states).toEqual(["starting", "running", "stopping", "stopped"]);
  await expect.poll(() => lines).toEqual(["stdout: orders nats://127.0.0.1:4999"]);
});

test("starting twice is starting once", async () => {
  const { service, states } = create(program(READY + STAY));
  await Promise.all([service.start(), service.start()]);
  await service.start();
  expect(states).toEqual(["starting", "running"]);
});

test("a crash is shown with its code and the last lines of its output", async () => {
  const { service } = create(
    program("for (let i = 0; i < 30; i++) console.error('line ' + i); process.exitCode = 3"),
  );
  await service.start();
  expect(service.state.status).toBe("crashed");
  expect(service.state.error).toMatch(
    /^ended with code 3 before it was ready\nline 10\n[^]*line 29$/,
  );
  await service.stop();
  expect(service.state).toEqual({ status: "stopped" });
});

test("a crash later says so, too, and what was killed says by which signal", async () => {
  const { service } = create(program(READY + STAY));
  await service.start();
  process.kill(service.state.pid ?? 0, "SIGKILL");
  await expect.poll(() => service.state.status).toBe("crashed");
  expect(service.state.error).toBe("was ended by SIGKILL");
});

test("one that ends by itself without an error has stopped", async () => {
  const { service, states } = create(program(`${READY} process.disconnect();`));
  await service.start();
  await expect.poll(() => service.state.status).toBe("stopped");
  expect(states).toEqual(["starting", "running", "stopped"]);
});

test("a program that does not exist is a crash that says so", async () => {
  const { service } = create({ ...program(""), file: join(folder, "no-such-program") });
  await service.start();
  expect(service.state).toMatchObject({
    status: "crashed",
    error: expect.stringContaining("cannot be started"),
  });
});

test("stopping asks the process first, and waits for it", async () => {
  const { service, lines } = create(
    program(
      `process.on("SIGTERM", () => { console.log("draining"); process.exit(0); }); ${READY} ${STAY}`,
    ),
  );
  await service.start();
  await service.stop();
  // Its output is read beside its end.
  await expect.poll(() => lines).toEqual(["stdout: draining"]);
});

test("one that does not listen is killed at the deadline", async () => {
  const { service } = create(program(`process.on("SIGTERM", () => {}); ${READY} ${STAY}`));
  await service.start();
  const { pid = 0 } = service.state;
  await service.stop(50);
  expect(service.state).toEqual({ status: "stopped" });
  expect(isAlive(pid)).toBe(false);
});

test("what a service started goes with it, even if it would not", async () => {
  const child = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); require("node:fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(process.pid)); console.log("child")`;
  const { service, lines } = create(
    program(
      `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); ${READY} ${STAY}`,
    ),
    {},
  );
  await service.start();
  await expect.poll(() => lines).toEqual(["stdout: child"]);
  const pid = Number(await readFile(join(folder, "pid"), "utf8"));
  await service.stop();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("started again while it is stopping, it comes up anew; stopped once more, it does not", async () => {
  const { service, states } = create(program(READY + STAY));
  await service.start();
  const first = service.state.pid;
  void service.stop();
  await service.start();
  expect(service.state).toEqual({ status: "running", pid: expect.any(Number) });
  expect(service.state.pid).not.toBe(first);

  void service.stop();
  const again = service.start();
  await service.stop();
  await again;
  expect(service.state).toEqual({ status: "stopped" });
  expect(states.slice(-2)).toEqual(["stopping", "stopped"]);
});

test("what cannot be run says why", async () => {
  const { service } = create(program(""), {
    command: () => resolveCommand(folder, { kind: "millrace", cwd: ".", args: ["run", "app.ts"] }),
  });
  await service.start();
  expect(service.state).toEqual({
    status: "crashed",
    error: `${folder} has no "millrace" installed: run npm install there, or npm i millrace`,
  });
});

test("a script of the package runs until it is stopped", async () => {
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ scripts: { dev: "node dev.js" } }),
  );
  await writeFile(
    join(folder, "dev.js"),
    `console.log("dev", process.env.MILLRACE_SERVICE, process.env.ELECTRON_RUN_AS_NODE); ${STAY}`,
  );
  const { service, lines } = create(
    resolveCommand(folder, { kind: "script", cwd: ".", script: "dev" }),
  );
  await service.start();
  expect(service.state.status).toBe("running");
  await expect
    .poll(() => lines.filter((line) => line.startsWith("stdout: dev")))
    .toEqual(["stdout: dev orders undefined"]);
  await service.stop();
  expect(service.state).toEqual({ status: "stopped" });
});

test("a script goes when the workbench is killed", async () => {
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ scripts: { dev: "node dev.js" } }),
  );
  await writeFile(join(folder, "dev.js"), `console.log("pid " + process.pid); ${STAY}`);
  const { file, args } = resolveCommand(folder, { kind: "script", cwd: ".", script: "dev" });
  // Stands for the workbench: starts the service as ServiceProcess does, and is killed without a chance to tidy up.
  const workbench = spawn(process.execPath, [
    "-e",
    `require("node:child_process").spawn(${JSON.stringify(file)}, ${JSON.stringify(args)}, { cwd: ${JSON.stringify(folder)}, detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] })`,
  ]);
  const pid = await new Promise<number>((resolve) => {
    let text = "";
    workbench.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      const found = /pid (\d+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  workbench.kill("SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
});

/** One that has ended and waits to be reaped by its new parent (a container's init may never do it) is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
