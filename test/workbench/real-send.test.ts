/** A message from the workbench to a real broker; the emulator of another process stands for one. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Emulator, startEmulator } from "@millrace/emulator";
import { createSession, type Session } from "@millrace/workbench";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bringUpToDate } from "../../build.js";
import { copyOf, type FolderCopy } from "./folder-copy.ts";

const arrived = "receive:greeter:nats:visitors.arrived";
const greetings = "send:greeter:mqtt:greetings/{name}";
const draft = { params: {}, payload: '{"name":"Ada","age":30}', headers: { source: "test" } };

let folder: FolderCopy;
let real: Emulator;
let session: Session;

beforeAll(async () => {
  for (const room of ["runtime", "workbench"]) await bringUpToDate(room);
  folder = await copyOf("greetings");
  real = await startEmulator({ ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 } });
  session = open(
    Object.fromEntries(
      real.servers.map(({ protocol, url }) => [`MILLRACE_${protocol.toUpperCase()}_URL`, url]),
    ),
  );
  await session.analysed();
});

afterAll(async () => {
  await session?.close();
  await real?.close();
  await folder?.[Symbol.asyncDispose]();
});

function open(ownEnvironment: Record<string, string>): Session {
  const { resolve } = createRequire(import.meta.url);
  return createSession({
    folder: folder.path,
    shell: "browser",
    trusted: true,
    workers: {
      analysis: resolve("@millrace/workbench/analysis-worker"),
      emulator: resolve("@millrace/emulator/worker"),
    },
    ownEnvironment,
  });
}

test("it goes where the environment says, as the service would send it", async () => {
  const [nats, , mqtt] = real.servers;
  expect(session.state.realBrokers).toEqual({
    "server:greeter:nats": nats?.url,
    "server:greeter:mqtt": mqtt?.url,
    "server:archive:broker": mqtt?.url,
  });
  const sent = await session.send(arrived, draft, { real: true });
  expect(sent).toEqual({
    kind: "sent",
    chain: expect.stringMatching(/^[0-9a-f]{32}$/),
    message: null,
    to: nats?.url,
  });
  const greeting = { ...draft, params: { name: "Ada" }, payload: '{"text":"Hello","to":"Ada"}' };
  expect(await session.send(greetings, greeting, { real: true })).toMatchObject({
    to: mqtt?.url,
  });

  const published = (await real.events()).filter(({ kind }) => kind === "published");
  expect(
    published.map(({ protocol, channel, payload, headers }) => [
      protocol,
      channel,
      new TextDecoder().decode(payload),
      headers["source"],
      headers["content-type"],
    ]),
  ).toEqual([
    ["nats", "visitors.arrived", draft.payload, "test", "application/json"],
    ["mqtt", "greetings/Ada", greeting.payload, "test", "application/json"],
  ]);
  // The workbench's own emulator had nothing to do with it.
  expect(session.state.emulator.status).toBe("stopped");
});

test("a message that does not fit is refused there, too", async () => {
  const wrong = { ...draft, payload: '{"name":""}' };
  expect(await session.send(arrived, wrong, { real: true })).toMatchObject({
    kind: "failed",
    reason: "the message does not fit",
  });
});

test("where nothing names a real broker, that is the answer", async () => {
  await using quiet = disposable(open({}));
  await quiet.session.analysed();
  expect(quiet.session.state.realBrokers).toEqual({});
  expect(await quiet.session.send(arrived, draft, { real: true })).toEqual({
    kind: "failed",
    reason: expect.stringContaining("set MILLRACE_NATS_URL"),
  });
});

test("a broker that is not there is said, without its password", async () => {
  const url = "nats://me:secret@127.0.0.1:1";
  await using lost = disposable(open({ MILLRACE_NATS_URL: url }));
  await lost.session.analysed();
  expect(lost.session.state.realBrokers["server:greeter:nats"]).toBe("nats://127.0.0.1:1");
  const answer = await lost.session.send(arrived, draft, { real: true });
  expect(answer).toMatchObject({ kind: "failed", reason: expect.stringContaining("127.0.0.1:1") });
  expect(JSON.stringify(answer)).not.toContain("secret");
});

test("a folder without millrace says what to install", async () => {
  await folder.forget("node_modules");
  expect(await session.send(arrived, draft, { real: true })).toEqual({
    kind: "failed",
    reason: `${join(folder.path, "greeter")} has no "millrace" installed: run npm install there, or npm i millrace`,
  });
});

function disposable(opened: Session) {
  return { session: opened, [Symbol.asyncDispose]: () => opened.close() };
}
