/** The workbench with everything real in it: analysis and emulator in their threads, services as processes, a page over its socket. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runWorkbench } from "@millrace/workbench/server";
import type { WorkbenchState } from "@millrace/workbench/protocol";
import { bringUpToDate } from "../../build.js";
import { spawnDev, waitFor } from "../browser/dev.ts";
import { copyOf, type FolderCopy } from "./folder-copy.ts";
import { openPage, type Page } from "./page.ts";

const arrived = "receive:greeter:nats:visitors.arrived";

let folder: FolderCopy;
let page: Page;
let ended: Promise<number>;
const stop = new AbortController();
const stdout = new PassThrough();
const stderr = new PassThrough();

beforeAll(async () => {
  // Threads and services run from dist; the session itself is this process', from its sources.
  for (const room of ["runtime", "workbench"]) await bringUpToDate(room);
  folder = await copyOf("greetings");
  ended = runWorkbench({ folder: folder.path, run: true, stdout, stderr, signal: stop.signal });
  let printed = "";
  const address = await new Promise<string>((resolve, reject) => {
    stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) =>
      reject(new Error(`ended with ${code}: ${printed}${String(stderr.read())}`)),
    );
  });
  page = await openPage(address);
});

afterAll(async () => {
  stop.abort();
  await ended;
  await folder[Symbol.asyncDispose]();
});

function service(name: string): WorkbenchState["services"][string] | undefined {
  return page.state().services[`service:${name}`];
}

async function send(name: string): Promise<string> {
  const draft = { params: {}, payload: JSON.stringify({ name, age: 30 }), headers: {} };
  const answer = await page.ask({ kind: "send", operation: arrived, draft });
  if (answer.kind !== "sent") throw new Error(JSON.stringify(answer));
  return answer.chain;
}

/** What happened in a chain, step by step. */
function steps(chain: string): readonly string[] {
  return page
    .events()
    .filter((event) => event.chain.id === chain)
    .map(
      ({ kind, protocol, address, actor }) =>
        `${actor.kind === "service" ? actor.id : actor.kind} ${kind} ${protocol} ${address}`,
    );
}

test("a sample of the schema that the code states travels through both services and back to the page", async () => {
  expect([service("greeter")?.status, service("archive")?.status]).toEqual(["running", "running"]);
  const drafted = await page.ask({ kind: "draft", operation: arrived });
  if (drafted.kind !== "draft") throw new Error(JSON.stringify(drafted));
  expect(await page.ask({ kind: "check", operation: arrived, draft: drafted.draft })).toEqual({
    kind: "checked",
    findings: [],
  });
  expect(
    await page.ask({
      kind: "check",
      operation: arrived,
      draft: { ...drafted.draft, payload: '{"name":"","age":1.5}' },
    }),
  ).toMatchObject({
    findings: [{ pointer: "/name" }, { pointer: "/age" }],
  });

  const chain = await send("Ada");
  await expect
    .poll(() => steps(chain))
    .toEqual([
      "workbench published nats visitors.arrived",
      "service:greeter delivered nats visitors.arrived",
      "service:greeter published mqtt greetings/Ada",
      "service:archive delivered mqtt greetings/Ada",
      "service:archive acknowledged mqtt greetings/Ada",
    ]);
  const [, handled, sent, received] = page.events().filter((event) => event.chain.id === chain);
  expect(handled).toMatchObject({ operations: [arrived] });
  expect(sent).toMatchObject({
    operations: ["send:greeter:mqtt:greetings/{name}"],
    chain: { cause: handled?.message },
  });
  expect(received).toMatchObject({
    channels: ["mqtt:greetings/{name}"],
    payload: { format: "json", preview: expect.stringContaining('"Hello Ada"') },
  });
});

test("with a service stopped, a message stops before it; started again, it goes on", async () => {
  page.tell({ kind: "stop-service", id: "service:greeter" });
  await expect.poll(() => service("greeter")?.status).toBe("stopped");
  const stopped = await send("Bo");
  await expect
    .poll(() => steps(stopped))
    .toEqual(["workbench published nats visitors.arrived", "broker dropped nats visitors.arrived"]);
  page.tell({ kind: "start-service", id: "service:greeter" });
  await expect.poll(() => service("greeter")?.status).toBe("running");
  const goes = await send("Bo");
  await expect.poll(() => steps(goes)).toContain("service:archive acknowledged mqtt greetings/Bo");
});

test("a saved file is read again and its service is restarted with it", async () => {
  const before = service("archive")?.pid;
  const untouched = service("greeter")?.pid;
  const file = join(folder.path, "archive", "app.ts");
  await writeFile(
    file,
    (await readFile(file, "utf8")).replaceAll("greetings/{name}", "greetings/{visitor}"),
  );
  await expect
    .poll(() => page.state().topology.channels.map(({ id }) => id))
    .toContain("mqtt:greetings/{visitor}");
  await expect
    .poll(() => service("archive"))
    .toMatchObject({ status: "running", pid: expect.not.toSatisfy((pid) => pid === before) });
  expect(service("greeter")?.pid).toBe(untouched);
  const chain = await send("Cy");
  await expect.poll(() => steps(chain)).toContain("service:archive acknowledged mqtt greetings/Cy");
});

test("a service that is killed is named, and the other stays up", async () => {
  process.kill(service("archive")?.pid ?? 0, "SIGKILL");
  await expect.poll(() => service("archive")?.status).toBe("crashed");
  expect(service("archive")?.error).toContain("SIGKILL");
  expect(service("greeter")?.status).toBe("running");
});

test("when it ends, its services have ended", async () => {
  const pid = service("greeter")?.pid ?? 0;
  stop.abort();
  expect(await ended).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("when it is killed, its services end by themselves", async () => {
  const dev = spawnDev(folder.path, {}, "--run");
  const address = await waitFor(dev, /http:\/\/127\.0\.0\.1:\d+\/\S*/);
  await using other = await openPage(address);
  const pids = Object.values(other.state().services).map(({ pid }) => pid ?? 0);
  expect(pids).toHaveLength(2);
  dev.child.kill("SIGKILL");
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
