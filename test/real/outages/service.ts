/** The recorder as a process, run by `millrace run` as in production. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Inbox } from "../../conformance/inbox.ts";

const command = fileURLToPath(new URL("../../../runtime/bin/millrace.js", import.meta.url));
const program = fileURLToPath(new URL("recorder.js", import.meta.url));
/** A process may take seconds to start on a busy machine, and a broker to come back. */
const PATIENCE = 60_000;

export interface ServiceOptions {
  readonly mode: string;
  /** `ca`: of its certificate, PEM, where it wants TLS. */
  readonly server: { readonly url: string; readonly ca?: string };
  readonly root: string;
  readonly record: JobRecord;
  readonly ack?: "onSuccess" | "onReceive";
  /** At which of its jobs it hangs; 0 (default): at none. */
  readonly hangAt?: number;
}

/** What the services of one test wrote down. */
export interface JobRecord extends Disposable {
  readonly file: string;
  /** Jobs in the order they were begun or done; one that was done twice is there twice. */
  begun(): string[];
  done(): string[];
}

export function openRecord(): JobRecord {
  const folder = mkdtempSync(join(tmpdir(), "millrace-outage-"));
  const file = join(folder, "record");
  writeFileSync(file, "");
  const read = (word: string) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  return {
    file,
    begun: () => read("begun"),
    done: () => read("done"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** One process of the service, until it is killed or stopped. */
export async function startService({
  mode,
  server,
  root,
  record,
  ack = "onSuccess",
  hangAt = 0,
}: ServiceOptions) {
  const child = fork(command, ["run", program], {
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...process.env,
      RECORDER_MODE: mode,
      RECORDER_URL: server.url,
      RECORDER_CA: server.ca ?? "",
      RECORDER_ROOT: root,
      RECORDER_FILE: record.file,
      RECORDER_ACK: ack,
      RECORDER_HANG_AT: String(hangAt),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit") as Promise<[code: number | null]>;
  const heard = new Inbox<{ millrace?: string; hangs?: string; done?: string }>(PATIENCE);
  child.on("message", (message) => heard.push(message as object));
  const died = exited.then(([code]) => {
    throw new Error(`the service ended with code ${code}:\n${output.slice(-4000)}`);
  });
  died.catch(() => undefined);
  /** Fails with what the service said when it ends or takes too long. */
  const until = (holds: () => boolean, what: string) =>
    Promise.race([
      heard.until(holds, what).catch((error: unknown) => {
        throw new Error(`${String(error)}\nthe service said:\n${output.slice(-4000)}`);
      }),
      died,
    ]);
  await until(
    () => heard.items.some(({ millrace }) => millrace === "ready"),
    "the service to be ready",
  );
  const hang = () => heard.items.find(({ hangs }) => hangs !== undefined)?.hangs;
  const done = () =>
    heard.items.reduce((count, item) => count + (item.done === undefined ? 0 : 1), 0);
  return {
    /** What it wrote to its log. */
    get output() {
      return output;
    },
    /** Resolves with the first job at which it hangs. */
    async hanging(): Promise<string> {
      await until(() => hang() !== undefined, "a job that hangs");
      return hang() ?? "";
    },
    /** Resolves when this holds; looked at with each job that it has done. */
    until,
    /** Resolves when it has done so many jobs more. */
    doing(more: number): Promise<void> {
      const target = done() + more;
      return until(() => done() >= target, `${more} jobs more`);
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
    /** As a process manager does it: SIGTERM. Resolves with the exit code. */
    async terminate(): Promise<number | null> {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
  };
}
