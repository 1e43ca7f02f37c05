/** RabbitMQ's connections: who may connect, what is lost and comes back. */
import { randomUUID } from "node:crypto";
import { connect } from "amqplib";
import { App, ConnectError, PublishError, RequestError, type AnyBroker } from "millrace";
import { queue, RabbitmqBroker, topic } from "millrace/rabbitmq";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Gate, Inbox } from "../conformance/inbox.ts";
import { quiet, start } from "./app.ts";
import { shareRabbitmq, startRabbitmq, type RealBroker } from "./brokers.ts";
import { freePorts } from "./brokers/server.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

let server: RealBroker;
beforeAll(async () => void (server = await shareRabbitmq()));
afterAll(() => server.stop());

const named = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

const failure = (broker: AnyBroker) => start(broker).catch((reason: unknown) => reason);

test("credentials are taken from options or from the URL, and refused ones are not shown", async () => {
  await using own = await startRabbitmq({ users: { anna: "s3cret/@" } });
  const { host } = new URL(own.url);
  for (const options of [
    { url: own.url, user: "anna", password: "s3cret/@" },
    { url: `amqp://anna:s3cret%2F%40@${host}` },
    { url: `amqp://anna:s3cret%2F%40@${host}/` },
    { url: `amqp://anna:s3cret%2F%40@${host}/%2F` },
  ]) {
    const app = await start(new RabbitmqBroker(options));
    expect(app.health().status).toBe("up");
    await app.stop();
  }
  const refused = await failure(new RabbitmqBroker({ url: `amqp://anna:wr0ng@${host}` }));
  expect(refused).toBeInstanceOf(ConnectError);
  expect(String(refused)).toMatch(/refused the credentials/);
  expect(String(refused)).not.toContain("wr0ng");
  expect(String(await failure(new RabbitmqBroker({ url: own.url, vhost: "nowhere" })))).toMatch(
    /refused the virtual host/,
  );
  expect(String(await failure(new RabbitmqBroker({ url: `${own.url}/a%2Fb` })))).toMatch(
    /refused the virtual host/,
  );
  expect(
    String(await failure(new RabbitmqBroker({ url: own.url, mechanism: "external" }))),
  ).toMatch(/does not offer this mechanism \(SASL mechanism EXTERNAL/);
  await expect(start(new RabbitmqBroker({ url: "http://localhost" }))).rejects.toThrow(
    /no server address: write amqp:/,
  );
});

test("TLS with a client certificate, which logs in by EXTERNAL", async () => {
  await using own = await startRabbitmq({ tls: "required" });
  const { secure } = own;
  if (secure === undefined) throw new Error("no port with TLS");
  const { ca, cert, key, url } = secure;
  const broker = new RabbitmqBroker({ url, mechanism: "external", tls: { ca, cert, key } });
  const seen = new Inbox<number>();
  broker.subscriber("ticks", {}, async (tick: number) => seen.push(tick));
  const app = await start(broker);
  // The certificate's user, whom the broker compares with the message's.
  await broker.publish("ticks", 1, { userId: "millrace" });
  expect(await seen.first(1)).toEqual([1]);
  await app.stop();
  // Asked for by the option alone; the user comes by name.
  const plain = await start(
    new RabbitmqBroker({ url: url.replace("amqps", "amqp"), tls: { ca, cert, key } }),
  );
  expect(plain.health().status).toBe("up");
  await plain.stop();
  expect(await failure(new RabbitmqBroker({ url, tls: { cert, key } }))).toBeInstanceOf(
    ConnectError,
  );
  expect(await failure(new RabbitmqBroker({ url, tls: { ca } }))).toBeInstanceOf(ConnectError);
});

test("of several servers the one that answers is taken, and the next when it goes", async () => {
  await using one = await startWire(server.url);
  await using two = await startWire(server.url);
  const [first, second] = [one, two].map(({ url }) => new URL(url).host);
  two.cut({ refuse: true });
  const broker = new RabbitmqBroker({
    url: `amqp://guest:guest@${second},amqp://guest:guest@${first}`,
  });
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  expect([one.connections, two.connections]).toEqual([2, 0]);
  two.mend();
  one.cut({ refuse: true });
  await broker.publish("ticks", 1);
  // The other of its two connections may come later.
  await expect.poll(() => [one.connections, two.connections]).toEqual([0, 2]);
  expect(log.lines.items.map(({ msg }) => msg).join("\n")).not.toContain("guest:guest");
});

test("nobody answers: one clear error, in time", async () => {
  await using wire = await startWire(server.url);
  wire.cut({ refuse: true });
  const refused = await failure(new RabbitmqBroker({ url: wire.url }));
  expect(refused).toBeInstanceOf(ConnectError);
  expect(String(refused)).toMatch(/does not answer .*MILLRACE_RABBITMQ_URL/);
});

test("a publish during an outage fails at its deadline, and so does one that is left unconfirmed", async () => {
  await using wire = await startWire(server.url);
  const broker = new RabbitmqBroker({ url: wire.url, publishTimeout: 300 });
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  /** In time at last: on a busy machine one may take longer than that. */
  const publish = (tick: number) =>
    vi.waitFor(() => broker.publish("ticks", tick), { timeout: 30_000 });
  await publish(0);
  const publishing = Promise.allSettled(
    Array.from({ length: 20 }, () => broker.publish("ticks", 1)),
  );
  await new Promise(setImmediate);
  wire.cut({ refuse: true });
  for (const result of await publishing) {
    if (result.status === "fulfilled") continue;
    expect(result.reason).toBeInstanceOf(PublishError);
    expect(String(result.reason)).toMatch(/may or may not have arrived|out of reach for 300 ms/);
  }
  await expect(broker.publish("ticks", 2)).rejects.toThrow(/out of reach for 300 ms/);
  await expect(broker.request("ticks", 2, { timeout: 50 })).rejects.toThrow(RequestError);
  const aborting = new AbortController();
  const aborted = broker.publish("ticks", 3, { signal: aborting.signal });
  aborting.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  wire.mend();
  await log.lines.until(
    () => log.lines.items.filter(({ msg }) => msg.endsWith("again")).length === 2,
    "both connections",
  );
  await publish(4);
});

test("what was given up at its deadline is not sent when the connection is back", async () => {
  await using wire = await startWire(server.url);
  const broker = new RabbitmqBroker({ url: wire.url, publishTimeout: 1000 });
  const jobs = queue(named("jobs"), { expires: 60_000 });
  const seen = new Inbox<number>();
  broker.subscriber(jobs, {}, async (job: number) => seen.push(job));
  const app = await start(broker);
  wire.cut({ refuse: true });
  await new Promise<void>((resolve) => app.onConnection(() => resolve()));
  await expect(broker.publish(jobs, 1)).rejects.toThrow(/out of reach/);
  wire.mend();
  while (app.health().brokers[0]?.state !== "connected") await new Promise(setImmediate);
  await vi.waitFor(() => broker.publish(jobs, 2), { timeout: 30_000 });
  expect(await seen.first(1)).toEqual([2]);
  await app.stop();
});

test("a request that is under way when the connection goes ends then", async () => {
  await using wire = await startWire(server.url);
  const gate = new Gate();
  const service = new RabbitmqBroker({ url: server.url });
  const address = named("slow");
  const asked = new Inbox<number>();
  service.subscriber(address, {}, async (number: number) => {
    asked.push(number);
    await gate.opened;
    return number;
  });
  await using _service = await start(service);
  const asker = new RabbitmqBroker({ url: wire.url });
  await using _asker = await start(asker);
  const answer = asker.request(address, 1, { timeout: 60_000 });
  await asked.first(1);
  wire.cut();
  // The server may hand a message on before it confirms it.
  await expect(answer).rejects.toThrow(/lost before (the answer came|it confirmed the message)/);
  gate.open();
  expect(await asker.request(address, 2)).toBe(2);
});

test("requests of one chain at the same time get their own answers, and the chain goes on", async () => {
  const service = new RabbitmqBroker({ url: server.url });
  const double = named("double");
  const twice = named("twice");
  const chains = new Inbox<string>();
  service.subscriber(double, { concurrency: 10 }, async (number: number, { message }) => {
    chains.push(message.correlationId);
    return number * 2;
  });
  service.subscriber(twice, {}, async (numbers: number[]) =>
    Promise.all(numbers.map((number) => service.request(double, number))),
  );
  await using _app = await start(service);
  expect(await service.request(twice, [1, 2, 3], { correlationId: "chain" })).toEqual([2, 4, 6]);
  expect(chains.items).toEqual(["chain", "chain", "chain"]);
});

test("a plain client's request is answered where it asks, with its own correlation id", async () => {
  const service = new RabbitmqBroker({ url: server.url });
  const double = queue(named("double"), { autoDelete: true });
  service.subscriber(double, {}, async (number: number) => number * 2);
  await using _app = await start(service);
  const client = await connect(server.url);
  const channel = await client.createChannel();
  const { queue: replies } = await channel.assertQueue("", { exclusive: true });
  const answers = new Inbox<string>();
  await channel.consume(
    replies,
    (answer) => answers.push(`${answer?.properties.correlationId} ${answer?.content.toString()}`),
    { noAck: true },
  );
  channel.sendToQueue(double.address, Buffer.from("21"), {
    correlationId: "mine",
    replyTo: replies,
  });
  expect(await answers.first(1)).toEqual(["mine 42"]);
  await client.close();
});

test(
  "a storm of cuts: subscribers, groups, queues, exchanges and requests are there after each",
  { timeout: 120_000 },
  async () => {
    await using wire = await startWire(server.url);
    const events = topic(named("events"), { autoDelete: true });
    const jobs = queue(named("jobs"), {
      expires: 60_000,
      bind: [{ exchange: events, key: "job" }],
    });
    const broker = new RabbitmqBroker({ url: wire.url });
    const done = new Set<number>();
    const seen = new Inbox<string>();
    broker.subscriber(jobs, { concurrency: 3 }, async (job: number) => {
      done.add(job);
      seen.push(`job ${job}`);
    });
    broker.subscriber("news.*", { exchange: events }, async (news: number) =>
      seen.push(`news ${news}`),
    );
    broker.subscriber("double", { exchange: events }, async (number: number) => number * 2);
    const app = await start(broker);
    let job = 0;
    for (let round = 0; round < 8; round++) {
      const sent = Array.from({ length: 10 }, async () => {
        const mine = job++;
        // Whoever wants it for certain sends it again.
        for (;;) {
          try {
            return await broker.publish("job", mine, { exchange: events, mandatory: true });
          } catch (error) {
            expect(error).toBeInstanceOf(PublishError);
          }
        }
      });
      if (round % 2 === 0) await new Promise(setImmediate);
      wire.cut();
      await Promise.all(sent);
      // Cut while it comes back.
      if (round % 3 === 0) wire.cut();
    }
    const upAgain = async () => {
      while (app.health().status !== "up") await new Promise(setImmediate);
    };
    await upAgain();
    await seen.until(() => done.size === job, "all jobs");
    await broker.publish("news.x", 1, { exchange: events, mandatory: true });
    await seen.until(() => seen.items.includes("news 1"), "news");
    expect(await broker.request("double", 4, { exchange: events })).toBe(8);
    await app.stop();
  },
);

test("a stream goes on where it was after a lost connection, neither twice nor with a gap", async () => {
  await using wire = await startWire(server.url);
  const log = queue(named("log"), { type: "stream" });
  const sender = new RabbitmqBroker({ url: server.url });
  await using _sender = await start(sender);
  for (let entry = 0; entry < 50; entry++) await sender.publish(log, entry);
  const broker = new RabbitmqBroker({ url: wire.url });
  const seen = new Inbox<number>();
  broker.subscriber(log, { offset: "first", prefetch: 10 }, async (entry: number) => {
    if (entry === 20 || entry === 35) wire.cut();
    seen.push(entry);
  });
  await using _app = await start(broker);
  for (let entry = 50; entry < 60; entry++) await sender.publish(log, entry);
  expect(await seen.first(60)).toEqual(Array.from({ length: 60 }, (_, entry) => entry));
  const client = await connect(server.url);
  await (await client.createChannel()).deleteQueue(log.address);
  await client.close();
});

test("messages that wait in the process when the connection goes are not handled twice", async () => {
  await using wire = await startWire(server.url);
  const jobs = queue(named("jobs"), { expires: 60_000 });
  const broker = new RabbitmqBroker({ url: wire.url });
  const seen = new Inbox<number>();
  const sender = new RabbitmqBroker({ url: server.url });
  await using _sender = await start(sender);
  for (let job = 0; job < 15; job++) await sender.publish(jobs, job);
  broker.subscriber(jobs, { prefetch: 15 }, async (job: number, { message }) => {
    seen.push(job);
    if (job === 3 && message.attempt === 1) {
      wire.cut();
      await back.opened;
    }
  });
  const back = new Gate();
  const app = new App(broker, { title: "special", logger: quiet });
  app.onConnection((_, state) => {
    if (state === "connected" && seen.items.includes(3)) back.open();
  });
  await app.start();
  await seen.until(() => seen.items.includes(14), "the last job");
  // Those that were handled may come again, where the broker had not read of it yet; those that waited may not.
  expect(seen.items.filter((job) => job > 3)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  await app.stop();
});

test("a broker short of memory takes no messages: the publish says so at its deadline, and stopping does not hang", async () => {
  // Less than it has from the beginning.
  await using own = await startRabbitmq({ config: "vm_memory_high_watermark.absolute = 1MB" });
  const broker = new RabbitmqBroker({ url: own.url, publishTimeout: 500 });
  broker.subscriber("ticks", {}, async () => {});
  const log = recordedLog();
  const app = await start(broker, log.logger);
  // RabbitMQ takes the first one, and then stops reading.
  await broker.publish("ticks", 1).catch(() => undefined);
  await log.lines.until(
    () =>
      log.lines.items.some(({ msg }) =>
        msg.includes("takes no messages at present: low on memory"),
      ),
    "the warning",
  );
  await expect(broker.publish("ticks", 2)).rejects.toThrow(
    /has taken no messages for 500 ms: low on memory/,
  );
  await expect(broker.request("ticks", 2, { timeout: 50 })).rejects.toThrow(RequestError);
  await app.stop();
});

test(
  "the broker is killed and comes back: durable things are there, and the service with them",
  { timeout: 120_000 },
  async () => {
    await using own = await startRabbitmq();
    const broker = new RabbitmqBroker({ url: own.url, publishTimeout: 60_000 });
    const seen = new Inbox<number>();
    const gate = new Gate();
    broker.subscriber("jobs.*", { group: "workers" }, async (job: number) => {
      await gate.opened;
      seen.push(job);
    });
    broker.subscriber("double", {}, async (number: number) => number * 2);
    const app = await start(broker);
    for (const job of [1, 2, 3]) await broker.publish("jobs.a", job);
    await own.kill();
    const during = broker.publish("jobs.a", 4);
    await own.restart();
    await during;
    gate.open();
    await seen.until(() => [1, 2, 3, 4].every((job) => seen.items.includes(job)), "all jobs");
    expect(await broker.request("double", 4)).toBe(8);
    expect(app.health().status).toBe("up");
    await app.stop();
  },
);

test("a connection that was passed in is used and stays open; when it goes, that is the end", async () => {
  const client = await connect(server.url);
  client.on("error", () => {});
  const broker = new RabbitmqBroker({ client });
  const address = named("ticks");
  const seen = new Inbox<number>();
  broker.subscriber(address, {}, async (tick: number) => seen.push(tick));
  const app = await start(broker);
  await broker.publish(address, 1);
  await seen.first(1);
  expect(await broker.request(named("nobody"), 1).catch((error: unknown) => error)).toMatchObject({
    reason: "no-responders",
  });
  await app.stop();
  // Still there for its owner.
  await (await client.createChannel()).close();
  const again = await start(broker);
  await client.close();
  expect(again.health().status).toBe("down");
  await expect(broker.publish(address, 2)).rejects.toThrow(PublishError);
  await again.stop();
});

test("the connections bear the service's name", async () => {
  const [port] = await freePorts(1);
  await using own = await startRabbitmq({
    plugins: ["rabbitmq_management"],
    config: `management.tcp.port = ${port}\nmanagement.tcp.ip = 127.0.0.1\ncollect_statistics_interval = 200`,
  });
  const names = async () => {
    const authorization = `Basic ${Buffer.from("guest:guest").toString("base64")}`;
    const url = `http://127.0.0.1:${port}/api/connections`;
    const connections = (await (await fetch(url, { headers: { authorization } })).json()) as {
      client_properties?: { connection_name?: string };
    }[];
    return connections.map((each) => each.client_properties?.connection_name);
  };
  const broker = new RabbitmqBroker({ url: own.url });
  const app = new App(broker, { title: "shipping", logger: quiet });
  await app.start();
  // The server gathers them now and then.
  for (let seen = await names(); seen.length < 2 || seen.includes(undefined); seen = await names())
    continue;
  expect(await names()).toEqual(["shipping", "shipping"]);
  await app.stop();
});
