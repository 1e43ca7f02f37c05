import { expect, test } from "vitest";
import { App, ConnectError, createLogger, DeclarationError, type Hook } from "./index.ts";
import { Broker } from "./broker.ts";
import type { Driver } from "./driver.ts";
import { memory, MemoryBroker, MemoryRouter } from "./memory/broker.ts";
import { MemorySpace } from "./memory/driver.ts";
import type { MemoryKind } from "./memory/options.ts";

const logger = createLogger({ level: "silent" });

test("hooks run around brokers, with the options of the command", async () => {
  const log: string[] = [];
  const note =
    (name: string): Hook =>
    ({ app, options }) =>
      void log.push(`${name} ${app.health().status} ${String(options["db"])}`);
  const app = new App(new MemoryBroker(), { logger })
    .onStartup(note("onStartup"))
    .afterStartup(note("afterStartup"))
    .onShutdown(note("onShutdown"))
    .afterShutdown(note("afterShutdown"));
  await app.start({ options: { db: "x" } });
  await app.stop();
  expect(log).toEqual([
    "onStartup down x",
    "afterStartup up x",
    "onShutdown up x",
    "afterShutdown down x",
  ]);
});

test("a broker that cannot be reached closes those that were", async () => {
  const closed: string[] = [];
  const good: Driver = {
    subscribe: async () => ({ redelivers: false, drain: async () => {} }),
    publish: async () => {},
    request: () => Promise.reject(new Error()),
    flush: async () => {},
    close: async () => void closed.push("good"),
  };
  const app = new App(
    new Broker<MemoryKind>(memory, async () => good),
    new Broker<MemoryKind>(memory, () => Promise.reject(new ConnectError("nobody there"))),
    { logger },
  );
  await expect(app.start()).rejects.toThrow("nobody there");
  expect(closed).toEqual(["good"]);
  expect(app.health().status).toBe("down");
});

test("stopping waits for messages being handled, and takes no further ones", async () => {
  const space = new MemorySpace();
  const broker = new MemoryBroker({ space });
  const other = new MemoryBroker({ space });
  const log: string[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const begun = new Promise<void>((resolve) => {
    broker.subscriber("work", {}, async (n: number) => {
      resolve();
      await gate;
      log.push(`handled ${n}`);
    });
  });
  await using sender = new App(other, { logger });
  const app = new App(broker, { logger });
  await Promise.all([app.start(), sender.start()]);
  await other.publish("work", 1);
  await begun;
  const stopped = app.stop().then(() => log.push("stopped"));
  await other.publish("work", 2);
  open();
  await stopped;
  expect(log).toEqual(["handled 1", "stopped"]);
});

test("past the deadline signals abort and the app stops all the same", async () => {
  const broker = new MemoryBroker();
  let reason: unknown;
  const begun = new Promise<void>((resolve) => {
    broker.subscriber("work", {}, (_: unknown, { signal }) => {
      resolve();
      return new Promise(() => signal.addEventListener("abort", () => (reason = signal.reason)));
    });
  });
  const app = new App(broker, { logger });
  await app.start();
  await broker.publish("work", 1);
  await begun;
  await app.stop({ deadline: 1 });
  expect(reason).toMatchObject({ message: "messages were still being handled after 1 ms" });
});

test("routers are included with their prefix, once", async () => {
  const broker = new MemoryBroker();
  const users = new MemoryRouter({ prefix: "users." });
  const created = users.subscriber("{id}.created", {}, () => {});
  const admin = broker.router("admin.");
  admin.include(users);
  expect(created.address).toBe("admin.users.{id}.created");
  expect(() => broker.include(users)).toThrow(DeclarationError);
  const app = new App(broker, { logger });
  expect(app.subscribers).toEqual([
    { protocol: "memory", address: "admin.users.{id}.created", group: undefined },
  ]);
});

test("publishing before the start says how to start", async () => {
  await expect(new MemoryBroker().publish("x", 1)).rejects.toThrow(
    "call `await app.start()` first",
  );
});

test("a subscriber stops and starts again while the app runs", async () => {
  const broker = new MemoryBroker();
  const seen: number[] = [];
  const take = broker.subscriber("x", {}, (n: number) => void seen.push(n));
  await using app = new App(broker, { logger });
  await app.start();
  await take.stop();
  expect(app.health().status).toBe("down");
  await broker.publish("x", 1);
  await take.start();
  await broker.publish("x", 2);
  await app.stop();
  expect(seen).toEqual([2]);
});

test("messages of one key stay in order while others overtake", async () => {
  const broker = new MemoryBroker();
  const log: string[] = [];
  const gates = new Map<string, () => void>();
  const wait = (name: string) => new Promise<void>((resolve) => gates.set(name, resolve));
  const first = wait("a1");
  let bothBegun = () => {};
  const begun = new Promise<void>((resolve) => (bothBegun = resolve));
  broker.subscriber("x", { concurrency: 3 }, async (name: string) => {
    if (name === "a1") await first;
    log.push(name);
    if (name === "b1") bothBegun();
  });
  const app = new App(broker, { logger });
  await app.start();
  await broker.publish("x", "a1", { key: "a" });
  await broker.publish("x", "a2", { key: "a" });
  await broker.publish("x", "b1", { key: "b" });
  await begun;
  gates.get("a1")?.();
  await app.stop();
  expect(log).toEqual(["b1", "a1", "a2"]);
});
