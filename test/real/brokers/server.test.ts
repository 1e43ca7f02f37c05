import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { freePorts, startServer, type Launch, type Server } from "./server.ts";

/** Node as a server that does nothing; `launch` says what else is special. */
function idle(launch: Partial<Launch> = {}, patience = 10_000): Server {
  return {
    name: "idle",
    install: "it is here",
    variable: "TEST_IDLE_URL",
    patience,
    prepare: async (folder) => ({
      command: process.execPath,
      arguments: ["-e", "setInterval(() => {}, 1000)"],
      url: `idle://${folder}`,
      identify: async () => "idle 1",
      ...launch,
    }),
  };
}

test("a server that ends instead of answering says why", async () => {
  const broken = idle({
    arguments: ["-e", "console.error('no such option'); process.exit(3)"],
    identify: () => Promise.reject(new Error("nobody there")),
  });
  await expect(startServer(broken)).rejects.toThrow("idle ended with 3:\nno such option");
});

test("a server that never answers is given up, with what it said", async () => {
  const mute = idle({ identify: () => Promise.reject(new Error("nobody there")) }, 0);
  await expect(startServer(mute)).rejects.toThrow("idle does not answer");
});

test("its folder goes with it", async () => {
  const server = await startServer(idle());
  const folder = server.url.slice("idle://".length);
  await server.kill();
  await access(folder);
  await server.restart();
  await server.stop();
  await expect(access(folder)).rejects.toThrow("ENOENT");
});

test("ports are not the same, and none that a client may be given", async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test("a test that is killed leaves no server and no folder behind", async () => {
  const here = new URL("server.ts", import.meta.url).href;
  const script = `
    import { readFile } from "node:fs/promises";
    import { join } from "node:path";
    import { startServer } from ${JSON.stringify(here)};
    await startServer({
      name: "idle", install: "", variable: "",
      prepare: async (folder) => ({
        command: process.execPath,
        arguments: ["-e", "require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)"],
        url: folder,
        identify: async () => {
          const pid = await readFile(join(folder, "pid"), "utf8");
          if (pid === "") throw new Error("not yet");
          return pid;
        },
      }),
    });
    for (;;);
  `;
  const dying = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", script],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [said] = (await once(dying.stdout, "data")) as [Buffer];
  const [folder = "", pid] = String(said).trim().split(" is ");
  expect(isRunning(Number(pid))).toBe(true);
  dying.kill("SIGKILL");
  await vi.waitFor(async () => {
    expect(isRunning(Number(pid))).toBe(false);
    await expect(access(folder)).rejects.toThrow("ENOENT");
  }, 30_000);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
