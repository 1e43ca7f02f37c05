import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { Redis } from "ioredis";
import { connectAsync } from "mqtt";
import { connect, headers } from "nats";
import { expect, test } from "vitest";
import { type Emulator, type JournalEvent, startEmulator } from "./index.ts";
import { VERSION } from "./version.ts";

const anyPorts = { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0, kafka: 0 };

test("opens all protocols and says where", async () => {
  await using emulator = await startEmulator({ ports: anyPorts });
  expect(emulator.servers.map(({ protocol }) => protocol)).toEqual([
    "nats",
    "redis",
    "mqtt",
    "rabbitmq",
    "kafka",
  ]);
  // Kafka's clients take hosts and ports.
  const schemes: Partial<Record<string, string>> = { rabbitmq: "amqp://", kafka: "" };
  for (const { url, protocol, port } of emulator.servers)
    expect(url).toBe(`${schemes[protocol] ?? `${protocol}://`}127.0.0.1:${port}`);
});

test("opens only what is wanted, and says what it does not speak", async () => {
  await using emulator = await startEmulator({ ports: anyPorts, only: ["mqtt"] });
  expect(emulator.servers.map(({ protocol }) => protocol)).toEqual(["mqtt"]);
  await expect(startEmulator({ only: ["pulsar" as never] })).rejects.toThrow(
    "does not speak pulsar: only nats, redis, mqtt, rabbitmq, kafka",
  );
});

test("says which port it moved from", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await using emulator = await startEmulator({ ports: { nats: port }, only: ["nats"] });
  expect(emulator.servers[0]).toMatchObject({ protocol: "nats", movedFrom: port });
  await expect(
    startEmulator({ ports: { mqtt: 0, redis: 0, nats: port }, moveTakenPorts: false }),
  ).rejects.toThrow(`port ${port} is taken`);
  other.close();
});

test("journals a NATS message from its sender to every subscription", async () => {
  await using emulator = await startEmulator({ ports: anyPorts, only: ["nats"] });
  const url = emulator.servers[0]!.url;
  const billing = await connect({ servers: url, name: "billing" });
  billing.subscribe("orders.*", { queue: "group", callback: () => {} });
  await billing.flush();
  const shop = await connect({ servers: url, name: "shop" });
  const sent = headers();
  sent.set("traceparent", "00-1-2-01");
  shop.publish("orders.new", "hello", { headers: sent, reply: "answers" });
  shop.publish("nobody", "hello");
  await shop.flush();

  const [published, delivered, lost, dropped] = await emulator.events();
  expect(published).toMatchObject({
    seq: 1,
    kind: "published",
    protocol: "nats",
    channel: "orders.new",
    client: { name: "shop", port: expect.any(Number), connection: expect.any(Number) },
    headers: { traceparent: "00-1-2-01" },
    replyTo: "answers",
  });
  expect(Buffer.from(published!.payload).toString()).toBe("hello");
  expect(delivered).toMatchObject({
    seq: 2,
    kind: "delivered",
    message: published!.message,
    client: { name: "billing" },
    subscription: { pattern: "orders.*", group: "group" },
  });
  expect(lost).toMatchObject({ kind: "published", channel: "nobody" });
  expect(dropped).toMatchObject({
    kind: "dropped",
    channel: "nobody",
    message: lost!.message,
    client: null,
    reason: "no subscribers",
  });
  expect(await emulator.events(3)).toHaveLength(1);
  await Promise.all([billing.close(), shop.close()]);
});

test.each([4, 5] as const)(
  "journals an MQTT message up to its acknowledgement, version %d",
  async (protocolVersion) => {
    await using emulator = await startEmulator({ ports: anyPorts, only: ["mqtt"] });
    const url = emulator.servers[0]!.url;
    const shipping = await connectAsync(url, { protocolVersion, clientId: "shipping" });
    await shipping.subscribeAsync("orders/+", { qos: 2 });
    const shop = await connectAsync(url, { protocolVersion, clientId: "shop" });
    const properties = {
      userProperties: { traceparent: "00-1-2-01" },
      contentType: "text/plain",
      responseTopic: "answers",
    };
    const settled = eventsUntil(
      emulator,
      (events) => events.filter(({ kind }) => kind === "acknowledged").length === 2,
    );
    for (const qos of [0, 1, 2] as const)
      await shop.publishAsync("orders/new", `hello ${qos}`, { qos, properties });
    await shop.publishAsync("nobody", "hello", { qos: 1 });
    const events = await settled;

    const of = (payload: string) =>
      events.filter((event) => Buffer.from(event.payload).toString() === payload);
    expect(of("hello 0").map(({ kind }) => kind)).toEqual(["published", "delivered"]);
    expect(of("hello 1").map(({ kind }) => kind)).toEqual([
      "published",
      "delivered",
      "acknowledged",
    ]);
    expect(of("hello 2").map(({ kind }) => kind)).toEqual([
      "published",
      "delivered",
      "acknowledged",
    ]);
    const [published, delivered, acknowledged] = of("hello 1");
    const carried =
      protocolVersion === 5
        ? {
            headers: { traceparent: "00-1-2-01", "content-type": "text/plain" },
            replyTo: "answers",
          }
        : { headers: {} };
    expect(published).toMatchObject({
      protocol: "mqtt",
      channel: "orders/new",
      client: { name: "shop", port: expect.any(Number) },
      ...carried,
    });
    for (const event of [delivered, acknowledged]) {
      expect(event).toMatchObject({
        message: published!.message,
        client: { name: "shipping" },
        subscription: { pattern: "orders/+" },
        ...carried,
      });
    }
    await emulator.publish({ protocol: "mqtt", channel: "end", payload: Buffer.from("x") });
    expect(
      (await emulator.events())
        .filter(({ channel }) => channel === "nobody")
        .map(({ kind, reason }) => [kind, reason]),
    ).toEqual([
      ["published", undefined],
      ["dropped", "no subscribers"],
    ]);
    await Promise.all([shipping.endAsync(), shop.endAsync()]);
  },
);

test("journals what a killed MQTT subscriber gets again", async () => {
  await using emulator = await startEmulator({ ports: anyPorts, only: ["mqtt"] });
  const url = emulator.servers[0]!.url;
  const lasting = { clientId: "shipping", clean: false, reconnectPeriod: 0 };
  const doomed = await connectAsync(url, lasting);
  doomed.handleMessage = () => doomed.stream.destroy();
  await doomed.subscribeAsync("orders/+", { qos: 1 });
  const dead = once(doomed.stream, "close");
  await emulator.publish({ protocol: "mqtt", channel: "orders/1", payload: Buffer.from("x") });
  await dead;
  doomed.end(true);

  const settled = eventsUntil(emulator, (events) =>
    events.some(({ kind }) => kind === "acknowledged"),
  );
  const again = await connectAsync(url, lasting);
  await settled;
  const events = await emulator.events();
  expect(events.map(({ kind, client }) => [kind, client?.name])).toEqual([
    ["published", "workbench"],
    ["delivered", "shipping"],
    ["redelivered", "shipping"],
    ["acknowledged", "shipping"],
  ]);
  expect(new Set(events.map(({ message }) => message)).size).toBe(1);
  await again.endAsync();
});

test("publishes as the workbench, with headers", async () => {
  await using emulator = await startEmulator({ ports: anyPorts });
  const [nats, , mqtt] = emulator.servers.map(({ url }) => url);
  const natsClient = await connect({ servers: nats! });
  const mqttClient = await connectAsync(mqtt!, { protocolVersion: 5 });
  const received = Promise.all([
    new Promise((resolve) => {
      natsClient.subscribe("a", {
        callback: (_, message) => resolve([message.string(), message.headers?.get("x")]),
      });
    }),
    new Promise((resolve) => {
      mqttClient.once("message", (_topic, payload, packet) =>
        resolve([
          payload.toString(),
          packet.properties?.userProperties?.["x"],
          packet.properties?.contentType,
          packet.qos,
        ]),
      );
    }),
  ]);
  await natsClient.flush();
  await mqttClient.subscribeAsync("a", { qos: 2 });
  const message = {
    channel: "a",
    payload: Buffer.from("hi"),
    headers: { x: "y", "content-type": "text/plain" },
  };
  await emulator.publish({ protocol: "nats", ...message });
  await emulator.publish({ protocol: "mqtt", ...message });
  expect(await received).toEqual([
    ["hi", "y"],
    ["hi", "y", "text/plain", 1],
  ]);
  const published = (await emulator.events()).filter(({ kind }) => kind === "published");
  for (const event of published) {
    expect(event.client).toEqual({ connection: 0, name: "workbench", port: null });
    expect(event.headers).toEqual({ x: "y", "content-type": "text/plain" });
  }
  await Promise.all([natsClient.close(), mqttClient.endAsync()]);
});

test.each([
  ["nats", "a.*", "Invalid Publish Subject"],
  ["nats", "a..b", "Invalid Publish Subject"],
  ["mqtt", "a/#", "no topic to publish to"],
  ["mqtt", "", "no topic to publish to"],
] as const)("the workbench cannot publish to %s %j", async (protocol, channel, reason) => {
  await using emulator = await startEmulator({ ports: anyPorts, only: [protocol] });
  await expect(emulator.publish({ protocol, channel, payload: Buffer.alloc(0) })).rejects.toThrow(
    reason,
  );
  expect(await emulator.events()).toEqual([]);
});

test("the workbench's request gets its one answer, in the journal", async () => {
  await using emulator = await startEmulator({ ports: anyPorts, only: ["nats"] });
  const orders = await connect({ servers: emulator.servers[0]!.url, name: "orders" });
  orders.subscribe("address", {
    callback: (_, message) => void (message.respond("Mill Lane 3"), message.respond("again")),
  });
  await orders.flush();
  const ask = { protocol: "nats", payload: new Uint8Array(), answer: true } as const;
  await emulator.publish({ ...ask, channel: "address" });
  await orders.flush();
  const events = (await emulator.events()).map(({ kind, client, payload }) => [
    kind,
    client?.name,
    Buffer.from(payload).toString(),
  ]);
  expect(events).toEqual([
    ["published", "workbench", ""],
    ["delivered", "orders", ""],
    ["published", "orders", "Mill Lane 3"],
    ["delivered", "workbench", "Mill Lane 3"],
    ["published", "orders", "again"],
    ["dropped", undefined, "again"],
  ]);
  await orders.close();

  const after = (await emulator.events()).at(-1)!.seq;
  await emulator.publish({ ...ask, channel: "nobody" });
  const [asked, dropped] = await emulator.events(after);
  expect(asked?.replyTo).toMatch(/^_INBOX\.workbench\./);
  expect(dropped).toMatchObject({ kind: "dropped", reason: "no subscribers" });
});

test("the workbench cannot publish too much, to what is not open, or after the end", async () => {
  const emulator = await startEmulator({ ports: anyPorts, only: ["nats"], maxPayload: 10 });
  const message = { protocol: "nats", channel: "a", payload: Buffer.alloc(11) } as const;
  await expect(emulator.publish(message)).rejects.toThrow("Maximum Payload Violation");
  await expect(emulator.publish({ ...message, protocol: "mqtt" })).rejects.toThrow(
    "mqtt is not open",
  );
  await emulator.close();
  await emulator.close();
  await expect(emulator.publish({ ...message, payload: Buffer.alloc(1) })).rejects.toThrow(
    "closed",
  );
});

test("tells events in order until told to stop, and a listener may call the emulator", async () => {
  await using emulator = await startEmulator({ ports: anyPorts, only: ["nats"] });
  const seen: number[] = [];
  let again = true;
  const stop = emulator.onEvents((events) => {
    seen.push(...events.map(({ seq }) => seq));
    if (again)
      void emulator.publish({ protocol: "nats", channel: "again", payload: Buffer.alloc(0) });
    again = false;
  });
  await emulator.publish({ protocol: "nats", channel: "first", payload: Buffer.alloc(0) });
  await emulator.events();
  expect(seen).toEqual([1, 2, 3, 4]);
  stop();
  await emulator.publish({ protocol: "nats", channel: "late", payload: Buffer.alloc(0) });
  await emulator.events();
  expect(seen).toHaveLength(4);
});

test("closing ends clients' connections", async () => {
  const emulator = await startEmulator({ ports: anyPorts });
  const client = await connect({ servers: emulator.servers[0]!.url, reconnect: false });
  await emulator.close();
  expect(await client.closed()).toBeUndefined();
});

test("says who it is, so that nobody takes it for a real broker", async () => {
  await using emulator = await startEmulator({ ports: anyPorts });
  const [nats, , mqtt] = emulator.servers.map(({ url }) => url);
  const natsClient = await connect({ servers: nats! });
  expect(natsClient.info?.server_name).toBe("millrace-emulator");
  const mqttClient = await connectAsync(mqtt!);
  const told = once(mqttClient as never, "message");
  await mqttClient.subscribeAsync("$SYS/broker/version");
  expect(String((await told)[1])).toBe(`millrace-emulator ${VERSION}`);
  expect(await emulator.events()).toEqual([]);
  await Promise.all([natsClient.close(), mqttClient.endAsync()]);
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(
    await readFile(new URL("../package.json", import.meta.url), "utf8"),
  ) as { version: string };
  expect(VERSION).toBe(version);
});

/** All events from now on, as soon as they are enough. */
function eventsUntil(
  emulator: Emulator,
  enough: (events: readonly JournalEvent[]) => boolean,
): Promise<readonly JournalEvent[]> {
  const events: JournalEvent[] = [];
  return new Promise((resolve) => {
    const stop = emulator.onEvents((more) => {
      events.push(...more);
      if (!enough(events)) return;
      stop();
      resolve(events);
    });
  });
}

test("a snapshot brings back keys, streams and consumers, in another emulator, with the time that was left", async () => {
  await using first = await startEmulator({ ports: anyPorts });
  const redis = new Redis(first.servers[1]!.url);
  await redis.set("session", "anna", "EX", 100);
  await redis.xadd("orders", "1-1", "id", "7");
  await redis.xgroup("CREATE", "orders", "billing", "0");
  const nats = await connect({ servers: first.servers[0]!.url });
  await (await nats.jetstreamManager()).streams.add({ name: "JOBS", subjects: ["jobs.*"] });
  const stream = nats.jetstream();
  await stream.publish("jobs.a", "one");
  const snapshot = structuredClone(await first.snapshot());
  await Promise.all([redis.quit(), nats.close()]);

  await using second = await startEmulator({ ports: anyPorts });
  await second.advance(10_000_000);
  await second.restore(snapshot);
  const again = new Redis(second.servers[1]!.url);
  expect(await again.get("session")).toBe("anna");
  expect(await again.ttl("session")).toBeGreaterThan(90);
  expect(await again.xreadgroup("GROUP", "billing", "one", "STREAMS", "orders", ">")).toEqual([
    ["orders", [["1-1", ["id", "7"]]]],
  ]);
  await second.advance(100_000);
  expect(await again.get("session")).toBeNull();
  const client = await connect({ servers: second.servers[0]!.url });
  const kept = await (await client.jetstreamManager()).streams.getMessage("JOBS", { seq: 1 });
  expect([kept.subject, kept.string()]).toEqual(["jobs.a", "one"]);
  await Promise.all([again.quit(), client.close()]);
});

test("a snapshot that cannot be read changes nothing", async () => {
  await using emulator = await startEmulator({ ports: anyPorts });
  const redis = new Redis(emulator.servers[1]!.url);
  await redis.set("key", "value");
  const { time, protocols } = await emulator.snapshot();
  for (const wrong of [
    { version: 2, time, protocols },
    { version: 1, time, protocols: { kafka: {} } },
    { version: 1, time, protocols: { redis: { keyspaces: "none" } } },
  ])
    await expect(emulator.restore(wrong as never)).rejects.toThrow(/./);
  expect(await redis.get("key")).toBe("value");
  await redis.quit();
});
