/** What is special about NATS, on nats-server; what all brokers promise is in ../conformance. */
import { ConnectError, PublishError, RequestError } from "millrace";
import { NatsBroker } from "millrace/nats";
import { connect } from "nats";
import { expect, test, vi } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startNatsServer } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

const USERS = `authorization { users = [
  { user: anna, password: s3cret, permissions: { publish: { deny: "secret.>" }, subscribe: { deny: "private" } } }
] }`;

test("credentials are taken from options or from the URL, and refused ones are not shown", async () => {
  await using server = await startNatsServer(USERS);
  const { host } = new URL(server.url);
  for (const options of [
    { url: server.url, user: "anna", password: "s3cret" },
    { url: `nats://anna:s3cret@${host}` },
  ]) {
    const app = await start(new NatsBroker(options));
    expect(app.health().status).toBe("up");
    await app.stop();
  }
  const error = await start(new NatsBroker({ url: `nats://anna:wr0ng@${host}` })).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectError);
  expect(String(error)).toMatch(/refused the credentials/);
  expect(String(error)).not.toContain("wr0ng");
});

test("a token is taken", async () => {
  await using server = await startNatsServer(`authorization { token: "t0ken" }`);
  const app = await start(new NatsBroker({ url: server.url, token: "t0ken" }));
  expect(app.health().status).toBe("up");
  await app.stop();
  await expect(start(new NatsBroker({ url: server.url }))).rejects.toThrow(
    /refused the credentials/,
  );
});

test("what the server does not permit is an error of the one who tried, each time", async () => {
  await using server = await startNatsServer(USERS);
  const broker = new NatsBroker({ url: server.url, user: "anna", password: "s3cret" });
  broker.subscriber("private", {}, async () => {});
  await expect(start(broker)).rejects.toThrow(/refuses the subscription to "private"/);
  const sender = new NatsBroker({ url: server.url, user: "anna", password: "s3cret" });
  await using _app = await start(sender);
  for (const _ of [1, 2]) {
    await expect(sender.publish("secret.plan", {})).rejects.toThrow(PublishError);
    await sender.publish("open", {});
  }
  await expect(sender.publish("large", "x".repeat(2_000_000))).rejects.toThrow(/max_payload/);
  await expect(sender.publish("open", {}, { headers: { note: "two\nlines" } })).rejects.toThrow(
    /line break/,
  );
});

test("a publish that the lost connection left unconfirmed is an error", async () => {
  await using server = await startNatsServer();
  await using wire = await startWire(server.url);
  const broker = new NatsBroker({ url: wire.url, publishTimeout: 100 });
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  const publishing = broker.publish("ticks", 1);
  wire.cut({ refuse: true });
  await expect(publishing).rejects.toThrow(/may or may not have arrived|out of reach/);
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.startsWith("lost the connection")),
    "the loss",
  );
  await expect(broker.publish("ticks", 2)).rejects.toThrow(/out of reach for 100 ms/);
  await expect(broker.request("ticks", 2, { timeout: 50 })).rejects.toThrow(RequestError);
  wire.mend();
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.endsWith("again")),
    "the connection",
  );
  // In time at last: on a busy machine one may take longer than that.
  await vi.waitFor(() => broker.publish("ticks", 3), { timeout: 30_000 });
});

test("a client that was passed in is used and stays open", async () => {
  await using server = await startNatsServer();
  const client = await connect({ servers: server.url });
  const broker = new NatsBroker({ client });
  const seen = new Inbox<number>();
  broker.subscriber("ticks", {}, async (tick: number) => seen.push(tick));
  const app = await start(broker);
  await broker.publish("ticks", 1);
  await seen.first(1);
  await app.stop();
  expect(client.isClosed()).toBe(false);
  await client.close();
});

test("the server's restart is lived through, with requests, groups and what waits in the process", async () => {
  await using server = await startNatsServer();
  const broker = new NatsBroker({ url: server.url });
  const gate = new Gate();
  const seen = new Inbox<number>();
  broker.subscriber("jobs", { group: "workers" }, async (job: number) => {
    await gate.opened;
    seen.push(job);
  });
  broker.subscriber("double", {}, async (number: number) => number * 2);
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  for (const job of [1, 2, 3]) await broker.publish("jobs", job);
  expect(await broker.request("double", 21)).toBe(42);
  await server.kill();
  await server.restart();
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.endsWith("again")),
    "the connection",
  );
  gate.open();
  await broker.publish("jobs", 4);
  expect(await seen.first(4)).toEqual([1, 2, 3, 4]);
  expect(await broker.request("double", 4)).toBe(8);
});
