import { createServer } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@millrace/emulator";
import { connectAsync } from "mqtt";
import { connect } from "nats";
import { afterEach, beforeEach, expect, test } from "vitest";
import type {
  Answer,
  Draft,
  PageMessage,
  SessionMessage,
  TrafficEvent,
  WorkbenchState,
} from "../protocol.ts";
import type { Topology } from "../topology.ts";
import { ordersAndBilling } from "./fixtures/orders-and-billing.ts";
import type { Analysis } from "../analysis/index.ts";
import type { Session, SessionOptions } from "./contract.ts";
import { createSession } from "./session.ts";

let folder: string;
const opened: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-session-"));
});

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

/** An analysis that has found what the test says. */
function analysisOf(topology: Topology) {
  let now = topology;
  let wrong: string | null = null;
  const listeners = new Set<() => void>();
  const changed: string[] = [];
  const part: Analysis = {
    topology: () => now,
    error: () => wrong,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    fileChanged: (path) => void changed.push(path),
    close: async () => {},
  };
  return {
    part,
    changed,
    become(next: Topology | string) {
      if (typeof next === "string") wrong = next;
      else [now, wrong] = [next, null];
      for (const listener of listeners) listener();
    },
  };
}

/** The real emulator, in this thread, on free ports. */
function open(options: Partial<SessionOptions> = {}): Session {
  const session = createSession({
    folder,
    shell: "browser",
    trusted: true,
    workers: { analysis: "", emulator: "" },
    emulator: () => ({ ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 } }),
    ...options,
    parts: {
      startAnalysis: async () => analysisOf(ordersAndBilling).part,
      startEmulator: (_worker, given) => startEmulator(given),
      ...options.parts,
    },
  });
  opened.push(() => session.close(500));
  return session;
}

/** A page's message that is answered, without its number. */
type Question = PageMessage extends infer Each
  ? Each extends { request: number }
    ? Omit<Each, "request">
    : never
  : never;

/** A page as the session sees it: what it was told, and questions with their answers. */
async function page(session: Session) {
  const told: SessionMessage[] = [];
  const connection = session.connect((message) => told.push(message));
  let requests = 0;
  const state = () => told.findLast((message) => message.kind === "state")?.state;
  const events = () =>
    told.flatMap((message) => (message.kind === "traffic" ? message.events : []));
  async function ask(message: Question): Promise<Answer> {
    const request = ++requests;
    await connection.receive({ ...message, request });
    const found = told.find((each) => each.kind === "answer" && each.request === request);
    if (found?.kind !== "answer") throw new Error("no answer");
    return found.answer;
  }
  await connection.receive({ kind: "ready" });
  return { told, state, events, ask, receive: connection.receive, close: connection.close };
}

const order: Draft = { params: {}, payload: '{"orderId":"order-1","total":5}', headers: {} };
const orders = "receive:orders:nats:orders.new";

function urlOf(session: Session, protocol: "nats" | "mqtt"): string {
  return session.environment()[`MILLRACE_${protocol.toUpperCase()}_URL`] ?? "";
}

test("one order goes from the page through the emulator to a service, and back to the page", async () => {
  const session = open();
  await session.startEmulator();
  const service = await connect({ servers: urlOf(session, "nats"), name: "orders" });
  opened.push(() => service.close());
  service.subscribe("orders.new", {
    callback: (_, { data, headers }) =>
      service.publish("orders.accepted", data, headers === undefined ? {} : { headers }),
  });
  await service.flush();
  const view = await page(session);

  const drafted = await view.ask({ kind: "draft", operation: orders });
  expect(drafted).toMatchObject({ kind: "draft", from: "sample" });
  const draft = drafted.kind === "draft" ? drafted.draft : order;
  expect(await view.ask({ kind: "check", operation: orders, draft })).toEqual({
    kind: "checked",
    findings: [],
  });
  const sent = await view.ask({ kind: "send", operation: orders, draft });
  expect(sent).toEqual({
    kind: "sent",
    chain: expect.stringMatching(/^[0-9a-f]{32}$/),
    message: 1,
  });

  await expect.poll(() => view.events().filter(({ kind }) => kind === "published")).toHaveLength(2);
  const chain = view
    .events()
    .filter((event) => sent.kind === "sent" && event.chain.id === sent.chain);
  expect(
    chain
      .map(({ kind, address, actor, operations, chain: { cause } }) => [
        kind,
        address,
        actor.kind,
        operations,
        cause,
      ])
      .slice(0, 3),
  ).toEqual([
    ["published", "orders.new", "workbench", [], undefined],
    ["delivered", "orders.new", "service", [orders], undefined],
    ["published", "orders.accepted", "service", ["send:orders:nats:orders.accepted"], 1],
  ]);
  expect(await view.ask({ kind: "draft", operation: orders })).toMatchObject({
    from: "last-edit",
    draft,
  });
});

test("over MQTT, too, the answer names the chain", async () => {
  const session = open();
  await session.startEmulator();
  const service = await connectAsync(urlOf(session, "mqtt"), {
    clientId: "billing-1f2e",
    protocolVersion: 4,
  });
  opened.push(() => service.endAsync());
  await service.subscribeAsync("shipments/+/dispatched", { qos: 1 });
  const operation = "send:billing:mqtt:shipments/{orderId}/dispatched";
  const sent = await session.send(operation, { ...order, params: { orderId: "7" } });
  expect(sent).toMatchObject({ kind: "sent", message: 1 });
  const view = await page(session);
  await expect.poll(() => view.events().length).toBeGreaterThan(1);
  expect(new Set(view.events().map((event) => event.chain.id))).toEqual(
    new Set([sent.kind === "sent" ? sent.chain : ""]),
  );
});

test("a message that does not fit is refused with what is wrong, and sent all the same when told to", async () => {
  const session = open();
  await session.startEmulator();
  const wrong = { ...order, payload: '{"orderId":"a","total":-1}' };
  const findings = [{ pointer: "/total", message: "must be >= 0" }];
  expect(await session.send(orders, wrong)).toEqual({
    kind: "failed",
    reason: "the message does not fit",
    findings,
  });
  expect(await session.send(orders, wrong, { anyway: true })).toMatchObject({ kind: "sent" });
  const toNowhere = await session.send("receive:billing:nats:orders.{id}", wrong, { anyway: true });
  expect(toNowhere).toMatchObject({
    kind: "failed",
    findings: [{ pointer: "params/id", message: "needs a value" }],
  });
});

test("an object store is not sent a message", async () => {
  const [first] = ordersAndBilling.channels;
  const [operation] = ordersAndBilling.operations;
  if (first === undefined || operation === undefined)
    throw new Error("the fixture has a channel and operations");
  const objects = { ...first, id: "nats.objects:files", kind: "objects", address: "a" } as const;
  const topology = {
    ...ordersAndBilling,
    channels: [{ ...objects, bucket: "files" }],
    operations: [{ ...operation, channel: objects.id }],
  };
  const session = open({ parts: { startAnalysis: async () => analysisOf(topology).part } });
  await session.analysed();
  await session.startEmulator();
  expect(await session.send(operation.id, order)).toEqual({
    kind: "failed",
    reason: "an object store takes objects, not messages",
  });
});

test("a list or a stream is not the channel of its name, and a bucket's key is another thing", async () => {
  const [first] = ordersAndBilling.channels;
  if (first === undefined) throw new Error("the fixture has a channel");
  const jobs = { ...first, protocol: "redis", address: "jobs", pattern: null } as const;
  const channels: Topology["channels"] = [
    { ...jobs, id: "redis.list:jobs", kind: "list" },
    { ...jobs, id: "redis:jobs" },
    { ...jobs, id: "redis.stream:moves", kind: "stream", address: "moves" },
    { ...jobs, id: "redis:moves", address: "moves" },
    { ...first, id: "nats.kv:users/7", kind: "kv", bucket: "users", address: "7", pattern: null },
  ];
  const operations = channels.map(({ id }) => {
    const [operation] = ordersAndBilling.operations;
    if (operation === undefined) throw new Error("the fixture has operations");
    return { ...operation, id: `send:${id}`, channel: id };
  });
  const topology = { ...ordersAndBilling, channels, operations };
  const session = open({ parts: { startAnalysis: async () => analysisOf(topology).part } });
  await session.analysed();
  await session.startEmulator();
  const view = await page(session);
  for (const { id } of operations)
    expect([id, await session.send(id, order)]).toMatchObject([
      id,
      {
        kind: "sent",
        message: expect.anything(),
      },
    ]);
  const published = view.events().filter(({ kind }) => kind === "published");
  expect(published.map((event) => event.channels)).toEqual(channels.map(({ id }) => [id]));
});

test("what cannot be done is an answer that says why", async () => {
  const session = open();
  await session.analysed();
  const view = await page(session);
  expect(await session.send(orders, order)).toEqual({
    kind: "failed",
    reason: "the emulator is not running: start it first",
  });
  expect(await view.ask({ kind: "draft", operation: "receive:nobody:nats:x" })).toMatchObject({
    kind: "failed",
  });
  expect(
    await view.ask({
      kind: "save-message",
      operation: orders,
      name: "../out",
      draft: order,
    }),
  ).toMatchObject({ kind: "failed" });
  await view.receive({ kind: "send", request: 99, operation: orders, draft: "no draft" });
  const answer = { kind: "failed", reason: "draft must be an object" };
  expect(view.told.at(-1)).toEqual({ kind: "answer", request: 99, answer });
});

test("a message of a page that makes no sense is logged and changes nothing", async () => {
  const log: string[] = [];
  const session = open({ log: (line) => log.push(line) });
  await session.analysed();
  const view = await page(session);
  const before = view.told.length;
  for (const nonsense of [null, 7, "ready", { kind: "rm -rf" }, { kind: "start-service" }])
    await view.receive(nonsense);
  expect(log).toHaveLength(5);
  expect(view.told).toHaveLength(before);
  expect(session.state.emulator.status).toBe("stopped");
});

test("in an untrusted workspace the code is read and nothing else", async () => {
  const asked: boolean[] = [];
  const session = open({
    trusted: false,
    parts: {
      startAnalysis: async ({ trusted }) => {
        asked.push(trusted);
        return analysisOf(ordersAndBilling).part;
      },
    },
  });
  await session.analysed();
  expect(session.state).toMatchObject({
    trusted: false,
    untrustedReason: expect.stringContaining("not trusted"),
    analysis: { status: "ready" },
  });
  await expect(session.startEmulator()).rejects.toThrow("not trusted");
  await expect(session.startAll()).rejects.toThrow("not trusted");
  await expect(session.startService("service:orders")).rejects.toThrow("not trusted");
  for (const answer of [
    session.send(orders, order),
    session.check(orders, order),
    session.saveMessage(orders, "a", order),
  ]) {
    expect(await answer).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("not trusted"),
    });
  }
  const view = await page(session);
  await view.receive({ kind: "start-all" });
  expect(session.state.emulator.status).toBe("stopped");

  session.trust();
  await session.startEmulator();
  expect(session.state).toMatchObject({ trusted: true, emulator: { status: "running" } });
  expect(session.state.untrustedReason).toBeUndefined();
  await expect.poll(() => asked).toEqual([false, true]);
});

test("starting all starts the emulator and every service", async () => {
  const session = open();
  await session.startAll();
  expect(session.state.emulator.status).toBe("running");
  // There is nothing to run in the folder, but it was tried.
  expect(session.state.services).toMatchObject({
    "service:orders": { status: "crashed" },
    "service:billing": { status: "crashed" },
  });
});

test("pages and shell are told of every change, and a page that left of none", async () => {
  const analysis = analysisOf(ordersAndBilling);
  const session = open({ parts: { startAnalysis: async () => analysis.part } });
  const states: WorkbenchState[] = [];
  session.onState((state) => states.push(state));
  await session.analysed();
  const view = await page(session);
  const gone = await page(session);
  gone.close();
  analysis.become({
    ...ordersAndBilling,
    revision: 2,
    notices: ["kafkajs found in 4 files: not read yet"],
  });
  await expect
    .poll(() => view.state()?.topology.notices)
    .toEqual(["kafkajs found in 4 files: not read yet"]);
  expect(states.at(-1)).toEqual(view.state());
  expect(gone.state()?.topology.notices).toEqual([]);

  analysis.become("tsconfig.json is broken");
  await expect
    .poll(() => view.state()?.analysis)
    .toEqual({ status: "failed", error: "tsconfig.json is broken" });
  expect(view.state()?.topology.services).toHaveLength(2);
  session.fileChanged("orders/app.ts");
  await expect.poll(() => analysis.changed).toEqual(["orders/app.ts"]);
});

test("an analysis that cannot be started is a state, and the rest works", async () => {
  const session = open({
    parts: { startAnalysis: () => Promise.reject(new Error("no such folder")) },
  });
  await session.analysed();
  await session.startEmulator();
  expect(session.state).toMatchObject({
    analysis: { status: "failed", error: "no such folder" },
    emulator: { status: "running" },
  });
});

test("traffic from before the first topology is shown with it", async () => {
  let ready: (part: Analysis) => void = () => {};
  const session = open({
    parts: { startAnalysis: () => new Promise((resolve) => (ready = resolve)) },
  });
  const shown: TrafficEvent[] = [];
  session.onTraffic((events) => shown.push(...events));
  await session.startEmulator();
  const client = await connect({ servers: urlOf(session, "nats"), name: "orders" });
  opened.push(() => client.close());
  client.publish("orders.accepted");
  await client.flush();
  expect(shown).toEqual([]);
  ready(analysisOf(ordersAndBilling).part);
  await session.analysed();
  expect(shown[0]).toMatchObject({
    actor: { kind: "service", id: "service:orders" },
    operations: ["send:orders:nats:orders.accepted"],
  });
});

test("cleared traffic does not come back, and numbers go on over an emulator's restart", async () => {
  const session = open();
  await session.analysed();
  await session.startEmulator();
  await session.send(orders, order);
  const view = await page(session);
  await view.receive({ kind: "clear-traffic" });
  const cleared = view.told.find((message) => message.kind === "traffic-cleared");
  expect(cleared).toMatchObject({ seq: view.events().at(-1)?.seq });
  expect((await page(session)).events()).toEqual([]);

  const { servers } = session.state.emulator;
  void session.stopEmulator();
  await expect.poll(() => session.environment()).toEqual({});
  await session.startEmulator();
  expect(session.state.emulator.servers).toHaveLength(servers.length);
  expect(await session.send(orders, order)).toEqual({
    kind: "sent",
    chain: expect.any(String),
    message: 2,
  });
  expect(view.events().at(-1)?.seq).toBeGreaterThan(
    cleared?.kind === "traffic-cleared" ? cleared.seq : Infinity,
  );
});

test("an emulator that cannot be started says why, and can be started later", async () => {
  let broken = true;
  const session = open({
    parts: {
      startEmulator: (_worker, given) =>
        broken ? Promise.reject(new Error("no port is free")) : startEmulator(given),
    },
  });
  await expect(session.startEmulator()).rejects.toThrow("no port is free");
  expect(session.state.emulator).toEqual({
    status: "failed",
    servers: [],
    error: "no port is free",
  });
  broken = false;
  await session.startEmulator();
  expect(session.state.emulator.status).toBe("running");
});

test("code that names a port the emulator could not have is a problem", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  opened.push(async () => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const [first] = ordersAndBilling.servers;
  if (first === undefined) throw new Error("the fixture has a server");
  const servers = [
    { ...first, address: { kind: "static" as const, url: `nats://localhost:${port}` } },
  ];
  const session = open({
    emulator: () => ({ ports: { nats: port, mqtt: 0 } }),
    parts: { startAnalysis: async () => analysisOf({ ...ordersAndBilling, servers }).part },
  });
  await session.analysed();
  await session.startEmulator();
  expect(session.state.topology.problems).toEqual([
    expect.objectContaining({ code: "taken-port", subject: first.id }),
  ]);
  await session.stopEmulator();
  expect(session.state.topology.problems).toEqual([]);
});

test("a message saved from the page is a file, is in the state, and opens in the form", async () => {
  const session = open();
  await session.analysed();
  const draft = { ...order, params: { id: "7" } };
  expect(await session.saveMessage("receive:billing:nats:orders.{id}", "seventh", draft)).toEqual({
    kind: "saved",
    file: ".millrace/messages/seventh.json",
  });
  expect(session.state.savedMessages).toEqual([
    {
      name: "seventh",
      protocol: "nats",
      address: "orders.7",
      payload: { orderId: "order-1", total: 5 },
    },
  ]);
  expect(await session.draft("receive:billing:nats:orders.{id}")).toMatchObject({
    from: "saved",
    draft: { params: { id: "7" } },
  });
  await rm(join(folder, ".millrace"), { recursive: true });
  session.fileChanged(join(folder, ".millrace", "messages", "seventh.json"));
  await expect.poll(() => session.state.savedMessages).toEqual([]);
});
