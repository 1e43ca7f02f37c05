/** `millrace dev` as a person runs it: its address, its output, and whom it leaves behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface Dev extends AsyncDisposable {
  /** The page's address, as printed. */
  readonly url: string;
  readonly output: () => string;
  /** The process that runs a service; 0 where there is none. Linux only. */
  serviceProcess(name: string): Promise<number>;
  /** Presses Ctrl-C. Resolves with the exit code and how long it took. */
  interrupt(): Promise<{ code: number | null; ms: number }>;
}

/** Starts it on a folder and waits for the address. */
export async function startDev(folder: string, ...options: string[]): Promise<Dev> {
  const child = spawnDev(folder, {}, ...options);
  const url = await waitFor(child, /http:\/\/127\.0\.0\.1:\d+\/\S*/);
  return {
    url,
    output: child.output,
    serviceProcess: (name) => serviceProcess(child.child.pid as number, name),
    interrupt: child.interrupt,
    [Symbol.asyncDispose]: async () => void (await child.interrupt()),
  };
}

/** The process, before it has printed anything. */
export function spawnDev(
  folder: string,
  env: Readonly<Record<string, string>>,
  ...options: string[]
) {
  const child = spawn(
    process.execPath,
    [join(root, "runtime", "bin", "millrace.js"), "dev", folder, ...options],
    {
      cwd: root,
      env: { ...process.env, ...env },
      // A group of its own: Ctrl-C reaches a terminal's whole foreground group.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (text += String(chunk)));
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const interrupt = async () => {
    const started = performance.now();
    if (child.exitCode === null) process.kill(-(child.pid as number), "SIGINT");
    return { code: await closed, ms: performance.now() - started };
  };
  return {
    child,
    output: () => text,
    interrupt,
    /** For the end of a test that may have failed half-way. */
    end: async () => void (await interrupt()),
  };
}

/** Resolves with the first match in the output; rejects, with the output, when the process ends before. */
export function waitFor(
  { child, output }: { child: ChildProcess; output: () => string },
  pattern: RegExp,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = pattern.exec(output())?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("close", () => reject(new Error(`ended without ${String(pattern)}:\n${output()}`)));
    look();
  });
}

async function serviceProcess(parent: number, name: string): Promise<number> {
  for (const pid of await readdir("/proc")) {
    const text = (file: string) => readFile(join("/proc", pid, file), "utf8").catch(() => "");
    // proc(5): the parent is the second field after the command in brackets.
    if (Number((await text("stat")).split(") ").at(-1)?.split(" ")[1]) !== parent) continue;
    if ((await text("environ")).split("\0").includes(`MILLRACE_SERVICE=${name}`))
      return Number(pid);
  }
  return 0;
}

/** Commands that still run with these words in their environment. Linux only. */
export async function processesWith(mark: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const text = (file: string) => readFile(join("/proc", pid, file), "utf8").catch(() => "");
    if ((await text("environ")).includes(mark))
      found.push((await text("cmdline")).replaceAll("\0", " "));
  }
  return found;
}
