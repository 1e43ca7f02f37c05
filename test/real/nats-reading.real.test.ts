/** What a subscriber of a stream lives through: consumers and streams that go, servers that are killed, order and groups. */
import { randomUUID } from "node:crypto";
import { App, createLogger, type AnyBroker, type Logger } from "millrace";
import { jetstream, NatsBroker } from "millrace/nats";
import { connect, type JetStreamManager } from "nats";
import { expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { startNatsServer } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

const quiet = createLogger({ level: "silent" });

async function start(broker: AnyBroker, logger: Logger = quiet): Promise<App> {
  const app = new App(broker, { title: "reading", logger });
  await app.start();
  return app;
}

const nameOfStream = () => `S${randomUUID().slice(0, 8)}`;

/** As an operator would. */
async function manage<Result>(
  url: string,
  work: (manager: JetStreamManager) => Promise<Result>,
): Promise<Result> {
  const client = await connect({ servers: url });
  try {
    return await work(await client.jetstreamManager());
  } finally {
    await client.close();
  }
}

const problems = (app: App) =>
  app
    .health()
    .brokers.flatMap(({ subscriptions }) => subscriptions.flatMap(({ problem }) => problem ?? []));

test("a durable consumer that was deleted is made again, and the log says so", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], declare: true };
  const on = jetstream(`${name}.a`, { stream, durable: "d" });
  const broker = new NatsBroker({ url: server.url });
  const seen = new Inbox<number>();
  broker.subscriber(on, { from: "new" }, async (n: number) => seen.push(n));
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  await broker.publish(on, 1);
  await seen.first(1);
  await manage(server.url, (manager) => manager.consumers.delete(name, "d"));
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.includes("is gone; it is made again")),
    "the log",
  );
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.startsWith("messages come from")),
    "messages again",
  );
  await broker.publish(on, 2);
  expect(await seen.first(2)).toEqual([1, 2]);
  expect(problems(app)).toEqual([]);
});

test("a lone subscriber's consumer that was deleted goes on where it was", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], declare: true };
  const on = jetstream(`${name}.a`, { stream });
  // Of a consumer that pushes, only silence tells.
  const seen = {
    pull: new Inbox<number>(),
    ordered: new Inbox<number>(),
    push: new Inbox<number>(),
  };
  const broker = new NatsBroker({ url: server.url });
  broker.subscriber(on, {}, async (n: number) => seen.pull.push(n));
  broker.subscriber(jetstream(`${name}.a`, { stream, ordered: true }), {}, async (n: number) =>
    seen.ordered.push(n),
  );
  broker.subscriber(jetstream(`${name}.a`, { stream, deliver: "push" }), {}, async (n: number) =>
    seen.push.push(n),
  );
  await using _app = await start(broker);
  for (const n of [1, 2, 3]) await broker.publish(on, n);
  for (const inbox of Object.values(seen)) await inbox.first(3);
  await manage(server.url, async (manager) => {
    for await (const { name: consumer } of manager.consumers.list(name))
      await manager.consumers.delete(name, consumer);
  });
  // Published while there is none: what is new is counted from where the one before it ended.
  for (const n of [4, 5]) await broker.publish(on, n);
  for (const inbox of Object.values(seen)) expect(await inbox.first(5)).toEqual([1, 2, 3, 4, 5]);
});

test("a stream that is gone is a problem of its subscribers until it is back", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const config = { name, subjects: [`${name}.>`] };
  await manage(server.url, (manager) => manager.streams.add(config));
  const on = jetstream(`${name}.a`, { stream: name, durable: "d" });
  const broker = new NatsBroker({ url: server.url });
  const seen = new Inbox<number>();
  broker.subscriber(on, {}, async (n: number) => seen.push(n));
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  await broker.publish(on, 1);
  await seen.first(1);
  await manage(server.url, (manager) => manager.streams.delete(name));
  const missing = ({ msg }: { msg: string }) => msg.includes(`stream "${name}" does not exist`);
  await log.lines.until(() => log.lines.items.some(missing), "the log");
  expect(app.health().status).toBe("down");
  expect(problems(app)).toEqual([expect.stringContaining(`stream "${name}" does not exist`)]);
  await manage(server.url, (manager) => manager.streams.add(config));
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.startsWith("messages come from")),
    "messages again",
  );
  await broker.publish(on, 2);
  expect(await seen.first(2)).toEqual([1, 2]);
  expect(app.health().status).toBe("up");
});

test("a server that is killed and forgets its streams in memory: they are made again and read from their beginning", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], storage: "memory", declare: true } as const;
  const on = jetstream(`${name}.a`, { stream });
  const broker = new NatsBroker({ url: server.url });
  const seen = {
    alone: new Inbox<number>(),
    group: new Inbox<number>(),
    ordered: new Inbox<number>(),
  };
  broker.subscriber(on, {}, async (n: number) => seen.alone.push(n));
  broker.subscriber(on, { group: "g" }, async (n: number) => seen.group.push(n));
  broker.subscriber(jetstream(`${name}.a`, { stream, ordered: true }), {}, async (n: number) =>
    seen.ordered.push(n),
  );
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  for (const n of [1, 2, 3]) await broker.publish(on, n);
  for (const inbox of Object.values(seen)) await inbox.first(3);
  await server.kill();
  await server.restart();
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.endsWith("again")),
    "the connection",
  );
  for (const n of [4, 5]) await broker.publish(on, n);
  for (const inbox of Object.values(seen)) expect(await inbox.first(5)).toEqual([1, 2, 3, 4, 5]);
});

test("a server that is killed and keeps its streams: everybody goes on, with nothing lost, and in order where that is promised", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], declare: true };
  const on = jetstream(`${name}.a`, { stream });
  const broker = new NatsBroker({ url: server.url, publishTimeout: 20_000 });
  const seen = {
    alone: new Inbox<number>(),
    ordered: new Inbox<number>(),
    push: new Inbox<number>(),
    group: new Inbox<number>(),
  };
  const listen = { ackWait: 2000 };
  broker.subscriber(on, listen, async (n: number) => seen.alone.push(n));
  broker.subscriber(on, { ...listen, group: "g" }, async (n: number) => seen.group.push(n));
  broker.subscriber(
    jetstream(`${name}.a`, { stream, deliver: "push" }),
    { ...listen, group: "pushed" },
    async (n: number) => seen.push.push(n),
  );
  broker.subscriber(jetstream(`${name}.a`, { stream, ordered: true }), {}, async (n: number) =>
    seen.ordered.push(n),
  );
  await using _app = await start(broker);
  const rounds = Number(process.env["MILLRACE_ROUNDS"] ?? 2);
  let going = true;
  const sent: number[] = [];
  const publishing = (async () => {
    for (let n = 0; going; n++) {
      await broker.publish(on, n, { messageId: `${n}` });
      sent.push(n);
    }
  })();
  for (let round = 1; round <= rounds; round++) {
    const before = sent.length;
    await seen.alone.until(() => seen.alone.items.length > before + 100, "a hundred more");
    await server.kill();
    await server.restart();
  }
  going = false;
  await publishing;
  for (const [who, inbox] of Object.entries(seen)) {
    await inbox.until(() => new Set(inbox.items).size >= sent.length, `all at ${who}`);
    const twice = inbox.items.length - new Set(inbox.items).size;
    console.log(
      `${who}: ${sent.length} confirmed, ${new Set(inbox.items).size} handled, ${twice} twice, ${rounds} kills`,
    );
  }
  expect(seen.ordered.items).toEqual(sent);
});

test("ordered: cut again and again, each message once and in its order", async () => {
  await using server = await startNatsServer("jetstream {}");
  await using wire = await startWire(server.url);
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], declare: true };
  const broker = new NatsBroker({ url: wire.url });
  const seen = new Inbox<number>();
  broker.subscriber(
    jetstream(`${name}.a`, { stream, ordered: true }),
    { from: "all", prefetch: 20 },
    async (n: number) => {
      seen.push(n);
      if (n % 50 === 25) wire.cut();
    },
  );
  const sender = new NatsBroker({ url: server.url });
  await using _sender = await start(sender);
  await using _app = await start(broker);
  const all = Array.from({ length: 300 }, (_, n) => n);
  const on = jetstream(`${name}.a`, { stream });
  for (const n of all) await sender.publish(on, n);
  await seen.until(() => seen.items.at(-1) === 299, "the last");
  expect(seen.items).toEqual(all);
});

test("pushed messages are shared by a group, across connections", async () => {
  await using server = await startNatsServer("jetstream {}");
  const name = nameOfStream();
  const stream = { name, subjects: [`${name}.>`], declare: true };
  const on = jetstream(`${name}.a`, { stream, deliver: "push" });
  const seen = new Inbox<string>();
  const member = (who: string) => {
    const broker = new NatsBroker({ url: server.url });
    broker.subscriber(on, { group: "g" }, async (n: number) => seen.push(`${who} ${n}`));
    return broker;
  };
  const one = member("one");
  await using _one = await start(one);
  await using _two = await start(member("two"));
  for (let n = 0; n < 100; n++) await one.publish(on, n);
  const all = await seen.first(100);
  expect(new Set(all.map((each) => Number(each.split(" ")[1]))).size).toBe(100);
  expect(new Set(all.map((each) => each.split(" ")[0])).size).toBe(2);
});
