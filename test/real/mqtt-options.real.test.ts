/** What MQTT 5 can say with a message and a subscription, on mosquitto; services of other makes are plain MQTT.js. */
import { DeclarationError, PublishError } from "millrace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startMosquitto, type RealBroker } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { collect, foreign, line, make, unique } from "./mqtt-bench.ts";
import { startWire } from "./wire.ts";

let server: RealBroker;
beforeAll(async () => {
  server = await startMosquitto();
});
afterAll(() => server.stop());

test("a foreign service gets user properties, repeated ones too, content type, format, expiry, correlation", async () => {
  await using other = await foreign(server.url);
  const topic = unique("said");
  const seen = await collect(other, topic, (text, { properties }) => ({ text, properties }));
  const broker = make(server.url);
  await using _app = await start(broker);
  await broker.publish(
    topic,
    { a: 1 },
    {
      headers: { tenant: "Ä☃" },
      correlationId: "chain-1",
      expiry: 120,
      payloadFormat: "utf-8",
      responseTopic: "over/there",
      userProperties: { tag: ["red", "blue"], size: "XL" },
    },
  );
  const [{ text, properties } = { text: "", properties: undefined }] = await seen.first(1);
  expect(text).toBe('{"a":1}');
  expect(properties).toMatchObject({
    contentType: "application/json",
    payloadFormatIndicator: true,
    responseTopic: "over/there",
    correlationData: Buffer.from("chain-1"),
    userProperties: { tenant: "Ä☃", correlation_id: "chain-1", tag: ["red", "blue"], size: "XL" },
  });
  // The broker says what is left.
  expect(properties?.messageExpiryInterval).toBeGreaterThan(100);
  expect(properties?.messageExpiryInterval).toBeLessThanOrEqual(120);
});

test("of a foreign service the handler sees one header a name, and all of it in `raw`", async () => {
  const topic = unique("heard");
  const broker = make(server.url);
  const seen = new Inbox<unknown>();
  broker.subscriber(topic, {}, async (value: unknown, { message }) =>
    seen.push({
      value,
      headers: message.headers,
      correlationId: message.correlationId,
      raw: message.raw.properties?.userProperties,
      qos: message.raw.qos,
    }),
  );
  await using _app = await start(broker);
  await using other = await foreign(server.url);
  await other.publishAsync(topic, "plain", {
    qos: 2,
    properties: {
      contentType: "text/plain",
      correlationData: Buffer.from("theirs"),
      userProperties: { tag: ["a", "b"] },
    },
  });
  expect(await seen.first(1)).toEqual([
    {
      value: "plain",
      headers: { "content-type": "text/plain", tag: "a, b", correlation_id: "theirs" },
      correlationId: "theirs",
      raw: expect.objectContaining({ tag: ["a", "b"] }),
      qos: 1,
    },
  ]);
});

test("a foreign requester gets its answer, binary correlation data included", async () => {
  const topic = unique("ask");
  const broker = make(server.url);
  broker.subscriber(topic, {}, async ({ a, b }: { a: number; b: number }) => a + b);
  await using _app = await start(broker);
  await using other = await foreign(server.url);
  const answers = await collect(other, `${topic}/mine`, (text, { properties }) => ({
    text,
    properties,
  }));
  const correlationData = Buffer.from([0, 255, 1, 254]);
  await other.publishAsync(topic, '{"a":1,"b":2}', {
    qos: 1,
    properties: { responseTopic: `${topic}/mine`, correlationData },
  });
  const [answer] = await answers.first(1);
  expect(answer?.text).toBe("3");
  expect(answer?.properties?.correlationData).toEqual(correlationData);
});

test("a foreign responder is asked, below the prefix it may answer to, and asked no longer than the request waits", async () => {
  const topic = unique("answer");
  await using other = await foreign(server.url);
  const asked = new Inbox<{ to: string; expiry: number | undefined }>();
  other.on("message", (_topic, payload, { properties }) => {
    const { responseTopic = "", correlationData, messageExpiryInterval } = properties ?? {};
    asked.push({ to: responseTopic, expiry: messageExpiryInterval });
    other.publish(responseTopic, `"${payload.toString().length}"`, {
      properties: correlationData === undefined ? {} : { correlationData },
    });
  });
  await other.subscribeAsync(topic, { qos: 1 });
  const broker = make(server.url, { replyPrefix: "plant/answers" });
  await using _app = await start(broker);
  const answers = await Promise.all(
    ["a", "bb", "ccc"].map((text) => broker.request(topic, text, { timeout: 30_000 })),
  );
  expect(answers).toEqual(["3", "4", "5"]);
  expect(asked.items.map(({ to }) => to.startsWith("plant/answers/"))).toEqual([true, true, true]);
  // The broker says what is left.
  expect(asked.items[0]?.expiry).toBeGreaterThan(20);
  expect(asked.items[0]?.expiry).toBeLessThanOrEqual(30);
});

test("what has expired is not delivered", async () => {
  const topic = unique("stale");
  const broker = make(server.url);
  const seen = new Inbox<string>();
  broker.subscriber(topic, {}, async (text: string) => seen.push(text));
  await (await start(broker)).stop();
  const sender = make(server.url);
  await using _sender = await start(sender);
  await using probe = await foreign(server.url);
  await sender.publish(topic, "stale", { expiry: 1 });
  await sender.publish(topic, "fresh", { expiry: 3600 });
  // When a retained message that expires later is gone, so is the first.
  const retained = unique("retained");
  await sender.publish(retained, "x", { expiry: 2, retain: true });
  const still = async () => {
    const end = `${retained}/end`;
    // The topic itself is one of these.
    const topics = await collect(probe, `${retained}/#`, (_text, packet) => packet.topic);
    await probe.publishAsync(end, "", { qos: 1 });
    await topics.until(() => topics.items.includes(end), "the end");
    await probe.unsubscribeAsync(`${retained}/#`);
    probe.removeAllListeners("message");
    return topics.items.includes(retained);
  };
  while (await still());
  await using _app = await start(broker);
  await sender.publish(topic, "last");
  expect(await seen.first(2)).toEqual(["fresh", "last"]);
  await expect(sender.publish(topic, "x", { expiry: 0.5 })).rejects.toThrow(/expiry 0.5/);
});

test("noLocal: what this service publishes is not handled by it, and is by others", async () => {
  const topic = unique("local");
  const bridge = make(server.url);
  const here = new Inbox<string>();
  const there = new Inbox<string>();
  bridge.subscriber(`${topic}/#`, { noLocal: true }, async (text: string) => here.push(text));
  const other = make(server.url);
  other.subscriber(`${topic}/#`, {}, async (text: string, { message }) => {
    there.push(`${text} ${Object.keys(message.headers).includes("millrace-sender")}`);
  });
  await using _bridge = await start(bridge);
  await using _other = await start(other);
  await bridge.publish(`${topic}/a`, "mine");
  await other.publish(`${topic}/a`, "theirs");
  expect(await here.first(1)).toEqual(["theirs"]);
  expect(await there.first(2)).toEqual(["mine false", "theirs false"]);
});

test("noLocal on a client that was passed in is the broker's own", async () => {
  const topic = unique("local");
  await using client = await foreign(server.url);
  const broker = make(server.url, { client });
  const seen = new Inbox<string>();
  broker.subscriber(topic, { noLocal: true }, async (text: string) => seen.push(text));
  await using _app = await start(broker);
  await using other = await foreign(server.url);
  await broker.publish(topic, "mine");
  await other.publishAsync(topic, '"theirs"', { qos: 1 });
  expect(await seen.first(1)).toEqual(["theirs"]);
});

test("retainAsPublished and retainHandling: when retained messages come, and what `raw.retain` says", async () => {
  const topic = unique("state");
  await using other = await foreign(server.url);
  await other.publishAsync(topic, '"kept"', { qos: 1, retain: true });
  const seen = new Inbox<string>();
  const broker = make(server.url);
  for (const [name, options] of Object.entries({
    new: {},
    always: { retainHandling: "always" },
    never: { retainHandling: "never", retainAsPublished: true },
  } as const)) {
    broker.subscriber(topic, options, async (text: string, { message }) =>
      seen.push(`${name}: ${text} ${message.raw.retain}`),
    );
  }
  const first = await start(broker);
  await seen.first(2);
  await other.publishAsync(topic, '"next"', { qos: 1, retain: true });
  await seen.first(5);
  expect(seen.items.toSorted()).toEqual([
    "always: kept true",
    "always: next false",
    "never: next true",
    "new: kept true",
    "new: next false",
  ]);
  await first.stop();
  await using _again = await start(broker);
  expect((await seen.first(6)).at(-1)).toBe("always: next true");
  await other.publishAsync(topic, "", { retain: true });
});

test("receive maximum: the broker hands over no more than that, and a batch is filled beyond its usual 20", async () => {
  const topic = unique("window");
  const narrow = make(server.url);
  const handed = new Inbox<number>();
  let inHand = 0;
  narrow.subscriber(
    topic,
    { receiveMaximum: 2, concurrency: 2, ack: "manual" },
    async (number: number, { message }) => {
      inHand++;
      handed.push(inHand);
      // However slowly they come, once there are two.
      await handed.first(2);
      await new Promise(setImmediate);
      inHand--;
      await message.ack();
      void number;
    },
  );
  const wide = make(server.url);
  const sizes = new Inbox<number>();
  wide.subscriber(topic, { batch: { size: 50, within: 60_000 } }, async (numbers: number[]) =>
    sizes.push(numbers.length),
  );
  await using _narrow = await start(narrow);
  await using _wide = await start(wide);
  await using other = await foreign(server.url);
  await Promise.all(
    Array.from({ length: 100 }, (_, number) =>
      other.publishAsync(topic, String(number), { qos: 1 }),
    ),
  );
  expect(await sizes.first(2)).toEqual([50, 50]);
  expect(Math.max(...(await handed.first(100)))).toBe(2);
});

test("the broker's own receive maximum is kept: it would end the connection beyond it", async () => {
  await using narrow = await startMosquitto("max_inflight_messages 2");
  const broker = make(narrow.url);
  const log = recordedLog();
  const seen = new Inbox<number>();
  broker.subscriber("many", { qos: 2 }, async (number: number) => seen.push(number));
  await using _app = await start(broker, log.logger);
  await Promise.all(
    Array.from({ length: 100 }, (_, number) => broker.publish("many", number, { qos: 2 })),
  );
  expect(await seen.first(100)).toEqual(Array.from({ length: 100 }, (_, number) => number));
  expect(log.lines.items.filter(({ msg }) => msg.includes("lost the connection"))).toEqual([]);
});

test("packets: too large for the broker is refused here, to the byte; too large for us the broker keeps back", async () => {
  await using small = await startMosquitto("max_packet_size 1000");
  const broker = make(small.url, { maximumPacketSize: 500 });
  const log = recordedLog();
  const seen = new Inbox<number>();
  broker.subscriber("size", { codec: "bytes" }, async (bytes: Uint8Array) =>
    seen.push(bytes.length),
  );
  await using _app = await start(broker, log.logger);
  const send = (size: number) => broker.publish("size", new Uint8Array(size));
  const failure = await send(1000).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PublishError);
  const rest = Number(/a packet of (\d+) bytes/.exec(String(failure))?.[1]) - 1000;
  // What just fits arrives at the broker, one byte more does not leave.
  await send(1000 - rest);
  await expect(send(1001 - rest)).rejects.toThrow(/too large/);
  await send(10);
  expect(await seen.first(1)).toEqual([10]);
  expect(log.lines.items.filter(({ msg }) => msg.includes("lost the connection"))).toEqual([]);
});

test("topic aliases: names go once, for more topics than the broker has numbers, over lost connections too", async () => {
  await using wire = await startWire(server.url);
  const root = unique("a-name-that-is-long-enough-to-be-worth-a-number");
  await using other = await foreign(server.url);
  const seen = await collect(other, `${root}/#`, (text, { topic }) => `${topic} ${text}`);
  const broker = make(wire.url, { topicAliases: true });
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  const expected: string[] = [];
  for (let number = 0; number < 150; number++) {
    // Mosquitto takes 10.
    const topic = `${root}/${number % (number < 50 ? 3 : 13)}`;
    expected.push(`${topic} ${number}`);
    const published = broker.publish(topic, number, { qos: number % 2 === 0 ? 1 : 2 });
    // Unconfirmed, so that it is sent again on the next connection and the one after it.
    if (number === 40 || number === 41 || number === 100) wire.cut();
    await published;
  }
  await seen.until(() => new Set(seen.items).size === 150, "all of them");
  expect(new Set(seen.items)).toEqual(new Set(expected));
  const lost = log.lines.items.filter(({ msg }) => msg.includes("lost the connection"));
  expect(lost.length).toBeLessThanOrEqual(3);
});

test("MQTT 3.1.1: an option that only 5 has is one error that names it", async () => {
  expect(() => make(server.url, { protocol: "3.1.1", sessionExpiry: 5 })).toThrow(
    /the MQTT broker has sessionExpiry/,
  );
  const broker = make(server.url, { protocol: "3.1.1" });
  expect(() => broker.subscriber("a", { noLocal: true }, async () => {})).toThrow(DeclarationError);
  await using _app = await start(broker);
  await expect(broker.publish("a", 1, { expiry: 5 })).rejects.toThrow(/has expiry, which/);
});

test("a broker that grants less is said in the log, and asked for more is an error that says what to do", async () => {
  await using simple = await startMosquitto("max_qos 1");
  const broker = make(simple.url);
  broker.subscriber("a", { qos: 2 }, async () => {});
  const log = recordedLog();
  await using _app = await start(broker, log.logger);
  expect(await line(log, "grants QoS")).toContain("grants QoS 1");
  await expect(broker.publish("a", 1, { qos: 2 })).rejects.toThrow(/lower qos to 1/);
});
