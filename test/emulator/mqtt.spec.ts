/**
 * What an MQTT 3.1.1 broker does, as clients see it; the same with MQTT 5 clients, and what MQTT 5 adds as far as the
 * emulator carries it. Run on the emulator by mqtt.test.ts and on mosquitto by mqtt.real.test.ts: both must agree.
 * What the emulator cannot yet stands in mqtt-gaps.ts. Holds from mosquitto 2.0 on.
 */
import {
  connect,
  connectAsync,
  type IClientOptions,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient,
} from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  acknowledgePacket,
  CONNACK,
  connectPacket,
  DISCONNECT,
  packet,
  PINGREQ,
  PINGRESP,
  publishPacket,
  subscribePacket,
  text,
  uint16,
  unsubscribePacket,
} from "./mqtt-bytes.ts";
import { RawClient } from "./raw.ts";

export interface MqttServerConfig {
  readonly auth?: { readonly user: string; readonly password: string };
}

export interface StartedServer extends AsyncDisposable {
  readonly url: string;
}

const PUBACK = 0x40;
const PUBREC = 0x50;
const PUBREL = 0x62;
const PUBCOMP = 0x70;

/** What is sent after CONNECT, and what exactly comes back after CONNACK; the connection stays open. */
const answers: Record<
  string,
  readonly [sent: readonly Uint8Array[], answer: readonly (Uint8Array | readonly number[])[]]
> = {
  "answers PINGREQ": [[PINGREQ], [PINGRESP]],
  "acknowledges QoS 1": [
    [publishPacket({ topic: "raw/a", qos: 1, packetId: 7 })],
    [acknowledgePacket(PUBACK, 7)],
  ],
  "answers PUBREL of a packet that it does not know": [
    [acknowledgePacket(PUBREL, 9)],
    [acknowledgePacket(PUBCOMP, 9)],
  ],
  "grants the QoS asked for, filter by filter": [
    [subscribePacket(5, ["raw/x", 0], ["raw/y/+", 1], ["raw/z/#", 2])],
    [packet(0x90, uint16(5), [0, 1, 2])],
  ],
  "acknowledges UNSUBSCRIBE of what was never subscribed": [
    [unsubscribePacket(6, "raw/never")],
    [packet(0xb0, uint16(6))],
  ],
};

/** What is sent first (or after a good CONNECT), and the last bytes before the server closes. */
const ends: Record<
  string,
  readonly [sent: readonly Uint8Array[], lastBytes: readonly Uint8Array[]]
> = {
  "a packet before CONNECT": [[PINGREQ], []],
  "an HTTP GET": [[Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")], []],
  "a protocol level of the future": [
    [connectPacket({ clientId: "c", level: 99 })],
    [Buffer.from([0x20, 2, 0, 1])],
  ],
  "an empty client id for a session that should last": [
    [connectPacket({ clean: false })],
    [Buffer.from([0x20, 2, 0, 2])],
  ],
  "CONNECT with its reserved flag set": [[connectPacket({ clientId: "c", flags: 3 })], []],
  "CONNECT with a will of QoS 3": [
    [connectPacket({ clientId: "c", will: { topic: "t", payload: "p", qos: 3 } })],
    [],
  ],
  "CONNECT with a will QoS but no will": [[connectPacket({ clientId: "c", flags: 0x0a })], []],
  "CONNECT with a client id that is not UTF-8": [
    [packet(0x10, text("MQTT"), [4, 2, 0, 60], text(Buffer.from([0xc3, 0x28])))],
    [],
  ],
  "a second CONNECT": [
    [connectPacket({ clientId: "c" }), connectPacket({ clientId: "c" })],
    [CONNACK],
  ],
  "DISCONNECT, as asked": [[connectPacket({ clientId: "c" }), DISCONNECT], [CONNACK]],
  "PUBLISH with QoS 3": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t", qos: 3 })],
    [CONNACK],
  ],
  "PUBLISH with packet id 0": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t", qos: 1, packetId: 0 })],
    [CONNACK],
  ],
  "PUBLISH to a wildcard": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "t/+" })],
    [CONNACK],
  ],
  "PUBLISH to a topic that is not UTF-8": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: Buffer.from([0x74, 0xff]) })],
    [CONNACK],
  ],
  "PUBLISH to a topic with U+0000": [
    [connectPacket({ clientId: "c" }), publishPacket({ topic: "a\0b" })],
    [CONNACK],
  ],
  "SUBSCRIBE with wrong flags": [
    [connectPacket({ clientId: "c" }), packet(0x80, uint16(1), text("a"), [0])],
    [CONNACK],
  ],
  "SUBSCRIBE with packet id 0": [
    [connectPacket({ clientId: "c" }), subscribePacket(0, ["a", 0])],
    [CONNACK],
  ],
  "SUBSCRIBE without filters": [[connectPacket({ clientId: "c" }), subscribePacket(1)], [CONNACK]],
  "SUBSCRIBE with QoS 3": [
    [connectPacket({ clientId: "c" }), subscribePacket(1, ["a", 3])],
    [CONNACK],
  ],
  "SUBSCRIBE to a wildcard in the wrong place": [
    [connectPacket({ clientId: "c" }), subscribePacket(1, ["a/#/b", 0])],
    [CONNACK],
  ],
  "a length of five bytes": [
    [connectPacket({ clientId: "c" }), Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])],
    [CONNACK],
  ],
  "a packet that is shorter than it says inside": [
    [connectPacket({ clientId: "c" }), packet(0x30, uint16(100), Buffer.from("short"))],
    [CONNACK],
  ],
};

/** Which filter takes which topic: §4.7. */
const matching: readonly (readonly [filter: string, topic: string, taken: boolean])[] = [
  ["m/a", "m/a", true],
  ["m/a", "m/b", false],
  ["m/+", "m/a", true],
  ["m/+", "m", false],
  ["m/+", "m/a/b", false],
  ["m/+", "m/", true],
  ["m/+/c", "m/b/c", true],
  ["m/#", "m/a/b", true],
  ["m/#", "m", true],
  ["+/m1", "/m1", true],
  ["+/+/m2", "a/b/m2", true],
  ["m//x", "m//x", true],
  ["m//x", "m/x", false],
  ["M/a", "m/a", false],
  ["#", "$m/a", false],
  ["+/a", "$m/a", false],
  ["$m/#", "$m/a", true],
];

/** `start` gives a server of this configuration. */
export function mqttPromises(start: (config: MqttServerConfig) => Promise<StartedServer>): void {
  /** One server for all that need nothing special. */
  let plain: StartedServer;
  beforeAll(async () => {
    plain = await start({});
  });
  afterAll(() => plain[Symbol.asyncDispose]());

  describe("on a bare socket", () => {
    test.each(Object.entries(answers))("%s", async (_, [sent, answer]) => {
      await using client = await RawClient.connect(plain.url);
      client.send(connectPacket({ clientId: "raw" }));
      await client.until((bytes) => bytes.length >= 4);
      client.send(...sent);
      const expected = Buffer.concat([CONNACK, ...answer.map((part) => Buffer.from(part))]);
      const received = await client.until((bytes) => bytes.length >= expected.length);
      expect(received.toString("hex")).toBe(expected.toString("hex"));
    });

    test.each(Object.entries(ends))("ends the connection on %s", async (_, [sent, lastBytes]) => {
      await using client = await RawClient.connect(plain.url);
      for (const [index, part] of sent.entries()) {
        client.send(part);
        if (index < sent.length - 1) await client.until((bytes) => bytes.length >= 4);
      }
      expect((await client.untilClosed()).toString("hex")).toBe(
        Buffer.concat(lastBytes).toString("hex"),
      );
    });

    test("answers QoS 2 in two steps", async () => {
      await using client = await RawClient.connect(plain.url);
      client.send(connectPacket({ clientId: "two" }));
      await client.until((bytes) => bytes.length >= 4);
      client.send(publishPacket({ topic: "raw/a", qos: 2, packetId: 7 }));
      await client.until((bytes) => bytes.length >= 8);
      client.send(acknowledgePacket(PUBREL, 7));
      const received = await client.until((bytes) => bytes.length >= 12);
      const expected = [CONNACK, acknowledgePacket(PUBREC, 7), acknowledgePacket(PUBCOMP, 7)];
      expect(received.toString("hex")).toBe(Buffer.concat(expected).toString("hex"));
    });

    test("understands packets that come byte by byte", async () => {
      await using client = await RawClient.connect(plain.url);
      const bytes = Buffer.concat([
        connectPacket({ clientId: "bytes" }),
        subscribePacket(1, ["raw/bytes", 0]),
        publishPacket({ topic: "raw/bytes", payload: "hi" }),
        PINGREQ,
      ]);
      client.send(...Array.from(bytes, (byte) => Buffer.from([byte])));
      const received = await client.until((all) => all.includes(PINGRESP) && all.includes("hi"));
      expect(received.includes(publishPacket({ topic: "raw/bytes", payload: "hi" }))).toBe(true);
    });

    test("delivers a QoS 2 message once, however often it is sent", async () => {
      await using client = await mqtt(plain.url, 4);
      const inbox = await subscribed(client, "raw/once", 2);
      await using raw = await RawClient.connect(plain.url);
      raw.send(connectPacket({ clientId: "twice" }));
      await raw.until((bytes) => bytes.length >= 4);
      const message = { topic: "raw/once", payload: "x", qos: 2, packetId: 3 };
      raw.send(publishPacket(message));
      await raw.until((bytes) => bytes.length >= 8);
      raw.send(publishPacket({ ...message, duplicate: true }));
      await raw.until((bytes) => bytes.length >= 12);
      raw.send(acknowledgePacket(PUBREL, 3));
      await raw.until((bytes) => bytes.length >= 16);
      await client.publishAsync("raw/once", "end", { qos: 2 });
      expect((await inbox.take(2)).map(({ payload }) => String(payload))).toEqual(["x", "end"]);
    });

    test("delivers again, marked so and in order, what a lost client had not acknowledged", async () => {
      const clientId = unique("lost");
      await using sender = await mqtt(plain.url, 4);
      {
        await using lost = await RawClient.connect(plain.url);
        lost.send(connectPacket({ clientId, clean: false }), subscribePacket(1, ["raw/again", 1]));
        await lost.until((bytes) => bytes.length >= 9);
        await sender.publishAsync("raw/again", "one", { qos: 1 });
        await sender.publishAsync("raw/again", "two", { qos: 1 });
        const received = await lost.until((bytes) => bytes.includes("two"));
        expect(publishes(received.subarray(9)).map(({ first }) => first)).toEqual([0x32, 0x32]);
      }
      await using back = await RawClient.connect(plain.url);
      back.send(connectPacket({ clientId, clean: false }));
      const received = await back.until((bytes) => bytes.includes("two"));
      expect(received.subarray(0, 4).toString("hex")).toBe("20020100");
      expect(publishes(received.subarray(4)).map(({ first, payload }) => [first, payload])).toEqual(
        [
          [0x3a, "one"],
          [0x3a, "two"],
        ],
      );
      back.send(connectPacket({ clientId }));
      await back.untilClosed();
      await using clean = await mqtt(plain.url, 4, { clientId });
      expect(clean.connected).toBe(true);
    });

    test("forgets a message when it is acknowledged, and no other", async () => {
      const clientId = unique("half");
      await using sender = await mqtt(plain.url, 4);
      {
        await using lost = await RawClient.connect(plain.url);
        lost.send(connectPacket({ clientId, clean: false }), subscribePacket(1, ["raw/half", 1]));
        await lost.until((bytes) => bytes.length >= 9);
        await sender.publishAsync("raw/half", "one", { qos: 1 });
        await sender.publishAsync("raw/half", "two", { qos: 1 });
        const received = await lost.until((bytes) => bytes.includes("two"));
        lost.send(acknowledgePacket(PUBACK, publishes(received.subarray(9))[0]!.packetId), PINGREQ);
        await lost.until((bytes) => bytes.includes(PINGRESP));
      }
      await using back = await RawClient.connect(plain.url);
      back.send(connectPacket({ clientId, clean: false }));
      const received = await back.until((bytes) => bytes.includes("two"));
      expect(publishes(received.subarray(4)).map(({ payload }) => payload)).toEqual(["two"]);
    });

    test("closes a client that is silent for half as long again as it promised", async () => {
      await using client = await RawClient.connect(plain.url);
      client.send(connectPacket({ clientId: "silent", keepAlive: 1 }));
      expect((await client.untilClosed()).toString("hex")).toBe(CONNACK.toString("hex"));
    });

    test("takes a client id over from an older connection", async () => {
      await using old = await RawClient.connect(plain.url);
      old.send(connectPacket({ clientId: "same" }));
      await old.until((bytes) => bytes.length >= 4);
      await using young = await RawClient.connect(plain.url);
      young.send(connectPacket({ clientId: "same" }));
      await young.until((bytes) => bytes.length >= 4);
      expect((await old.untilClosed()).toString("hex")).toBe(CONNACK.toString("hex"));
      young.send(PINGREQ);
      await young.until((bytes) => bytes.includes(PINGRESP));
    });
  });

  test.each(matching)("filter %s, topic %s: %s", async (filter, topic, taken) => {
    await using client = await mqtt(plain.url, 4);
    const inbox = await subscribed(client, filter, 0);
    await client.subscribeAsync("the/end", { qos: 0 });
    await client.publishAsync(topic, "x");
    await client.publishAsync("the/end", "x");
    const topics = new Set<string>();
    while (!topics.has("the/end")) topics.add((await inbox.take(1))[0]!.topic);
    topics.delete("the/end");
    expect([...topics]).toEqual(taken ? [topic] : []);
  });

  describe.each([4, 5] as const)("by its client, protocol version %d", (version) => {
    test.each([0, 1, 2] as const)("carries any bytes with QoS %d", async (qos) => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, "bytes", 2);
      const payload = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      await client.publishAsync("bytes", payload, { qos });
      const [message] = await inbox.take(1);
      expect(message?.payload).toEqual(payload);
      expect(message?.qos).toBe(qos);
    });

    test("carries a large payload", async () => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, "large", 1);
      const payload = Buffer.alloc(1024 * 1024, 7);
      await client.publishAsync("large", payload, { qos: 1 });
      const [message] = await inbox.take(1);
      expect(Buffer.compare(payload, Buffer.from(message!.payload))).toBe(0);
    });

    test("delivers with the lower of both QoS", async () => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, "low", 1);
      for (const qos of [0, 1, 2] as const) await client.publishAsync("low", String(qos), { qos });
      const messages = await inbox.take(3);
      expect(
        Object.fromEntries(messages.map(({ payload, qos }) => [String(payload), qos])),
      ).toEqual({ 0: 0, 1: 1, 2: 1 });
    });

    test.each([0, 1, 2] as const)("keeps the order with QoS %d", async (qos) => {
      await using client = await mqtt(plain.url, version);
      await using sender = await mqtt(plain.url, version);
      const inbox = await subscribed(client, "order/#", qos);
      // mosquitto has at most 20 messages of QoS 2 on their way.
      const count = qos === 2 ? 15 : 200;
      for (let index = 0; index < count; index++)
        sender.publish(`order/${index % 7}`, String(index), { qos });
      expect((await inbox.take(count)).map(({ payload }) => Number(payload))).toEqual(
        Array.from({ length: count }, (_, index) => index),
      );
    });

    test("stops delivering after UNSUBSCRIBE", async () => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, "un/a", 1);
      await client.subscribeAsync("un/b", { qos: 1 });
      await client.unsubscribeAsync("un/a");
      await client.publishAsync("un/a", "x", { qos: 1 });
      await client.publishAsync("un/b", "x", { qos: 1 });
      expect((await inbox.take(1))[0]?.topic).toBe("un/b");
    });

    test("keeps the last retained message for who comes later, until an empty one takes it away", async () => {
      const topic = `retained/${version}`;
      await using client = await mqtt(plain.url, version);
      const live = await subscribed(client, topic, 1);
      await client.publishAsync(topic, "old", { qos: 1, retain: true });
      await client.publishAsync(topic, "new", { qos: 1, retain: true });
      expect((await live.take(2)).map(({ payload, retain }) => [String(payload), retain])).toEqual([
        ["old", false],
        ["new", false],
      ]);
      await using later = await mqtt(plain.url, version);
      const stored = await subscribed(later, `retained/+`, 1);
      expect(
        (await stored.take(1)).map((message) => [
          message.topic,
          String(message.payload),
          message.retain,
        ]),
      ).toEqual([[topic, "new", true]]);

      await client.publishAsync(topic, "", { qos: 1, retain: true });
      await using last = await mqtt(plain.url, version);
      const none = await subscribed(last, "retained/#", 1);
      await client.publishAsync("retained/end", "end", { qos: 1 });
      expect((await none.take(1))[0]?.topic).toBe("retained/end");
    });

    test("publishes the will of a client that is lost", async () => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, `will/${version}/#`, 1);
      const lost = await mqtt(plain.url, version, {
        will: {
          topic: `will/${version}/lost`,
          payload: Buffer.from("gone"),
          qos: 1,
          retain: false,
        },
      });
      lost.stream.destroy();
      const [message] = await inbox.take(1);
      expect([message?.topic, String(message?.payload)]).toEqual([`will/${version}/lost`, "gone"]);
    });

    test("publishes no will of a client that says goodbye", async () => {
      await using client = await mqtt(plain.url, version);
      const inbox = await subscribed(client, `bye/${version}/#`, 1);
      const polite = await mqtt(plain.url, version, {
        will: { topic: `bye/${version}/will`, payload: Buffer.from("gone"), qos: 1, retain: false },
      });
      await polite.endAsync();
      await client.publishAsync(`bye/${version}/end`, "end", { qos: 1 });
      expect((await inbox.take(1))[0]?.topic).toBe(`bye/${version}/end`);
    });

    test("keeps a session that is to last: subscriptions, and messages in order", async () => {
      const lasting = session(version, unique("lasting"));
      const first = await mqtt(plain.url, version, lasting);
      await first.subscribeAsync("kept/#", { qos: 2 });
      await first.endAsync();

      await using sender = await mqtt(plain.url, version);
      const sent = Array.from({ length: 20 }, (_, index) => `kept/${index}`);
      for (const [index, topic] of sent.entries())
        await sender.publishAsync(topic, "x", { qos: index < 10 ? 1 : 2 });

      await using again = await connected(plain.url, version, lasting);
      expect(again.sessionPresent).toBe(true);
      expect((await again.inbox.take(20)).map(({ topic }) => topic)).toEqual(sent);

      await sender.publishAsync("kept/live", "x", { qos: 1 });
      expect((await again.inbox.take(1))[0]?.topic).toBe("kept/live");
    });

    test("begins a clean session without what was before", async () => {
      const clientId = unique("clean");
      const first = await mqtt(plain.url, version, session(version, clientId));
      await first.subscribeAsync("cleaned", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(plain.url, version);
      await sender.publishAsync("cleaned", "x", { qos: 1 });

      await using again = await connected(plain.url, version, { clientId, clean: true });
      expect(again.sessionPresent).toBe(false);
      await again.client.subscribeAsync("cleaned/end", { qos: 1 });
      await sender.publishAsync("cleaned", "x", { qos: 1 });
      await sender.publishAsync("cleaned/end", "x", { qos: 1 });
      expect((await again.inbox.take(1))[0]?.topic).toBe("cleaned/end");
    });

    test("gives a killed subscriber its message again", async () => {
      const lasting = session(version, unique("killed"));
      const doomed = await mqtt(plain.url, version, lasting);
      const handled = new Promise<void>((resolve) => {
        // Never calls back: the message is with the handler when the process dies.
        doomed.handleMessage = () => resolve();
      });
      await doomed.subscribeAsync("killed", { qos: 1 });
      await using sender = await mqtt(plain.url, version);
      await sender.publishAsync("killed", "precious", { qos: 1 });
      await handled;
      doomed.stream.destroy();
      doomed.end(true);

      await using again = await connected(plain.url, version, lasting);
      const [message] = await again.inbox.take(1);
      expect([String(message?.payload), message?.dup]).toEqual(["precious", true]);
    });

    test("lets in who knows the password and nobody else", async () => {
      await using server = await start({ auth: { user: "anna", password: "s3cret" } });
      await using client = await mqtt(server.url, version, {
        username: "anna",
        password: "s3cret",
      });
      expect(client.connected).toBe(true);
      const code = version === 5 ? 0x87 : 5;
      await expect(
        mqtt(server.url, version, { username: "anna", password: "secret" }),
      ).rejects.toMatchObject({ code });
      await expect(mqtt(server.url, version)).rejects.toMatchObject({ code });
    });

    test("loses nothing between many publishers of every QoS", async () => {
      await using subscriber = await mqtt(plain.url, version);
      await using lasting = await mqtt(plain.url, version, session(version, unique("mixed")));
      const inboxes = [
        await subscribed(subscriber, `mixed/${version}/+`, 2),
        await subscribed(lasting, `mixed/${version}/#`, 2),
      ];
      const publishers = await Promise.all(
        Array.from({ length: 6 }, () => mqtt(plain.url, version)),
      );
      const sent: string[] = [];
      await Promise.all(
        publishers.map(async (publisher, index) => {
          for (let number = 0; number < 60; number++) {
            const payload = `${index} ${number}`;
            sent.push(payload);
            const qos = ((index + number) % 3) as 0 | 1 | 2;
            await publisher.publishAsync(`mixed/${version}/${index}`, payload, { qos });
          }
        }),
      );
      for (const inbox of inboxes) {
        const received = (await inbox.take(sent.length)).map(({ payload }) => String(payload));
        expect(received.toSorted()).toEqual(sent.toSorted());
      }
      await Promise.all(publishers.map((publisher) => publisher.endAsync()));
    });

    test("serves many clients at once", async () => {
      const clients = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const client = await mqtt(plain.url, version);
          return { client, inbox: await subscribed(client, `many/${version}/+`, 1) };
        }),
      );
      await Promise.all(
        clients.map(({ client }, index) =>
          client.publishAsync(`many/${version}/${index}`, "x", { qos: 1 }),
        ),
      );
      for (const { inbox } of clients) {
        const topics = (await inbox.take(20)).map(({ topic }) => topic);
        expect(new Set(topics).size).toBe(20);
      }
      await Promise.all(clients.map(({ client }) => client.endAsync()));
    });
  });

  describe("what MQTT 5 adds", () => {
    test("carries user properties, in order, and the content type", async () => {
      await using client = await mqtt(plain.url, 5);
      const inbox = await subscribed(client, "five/properties", 1);
      const properties = {
        userProperties: { traceparent: "00-1-2-01", many: ["one", "two"] },
        contentType: "application/json",
        responseTopic: "five/answers",
        correlationData: Buffer.from([1, 2, 3]),
      };
      await client.publishAsync("five/properties", "{}", { qos: 1, properties });
      expect((await inbox.take(1))[0]?.properties).toMatchObject(properties);
    });

    test("keeps user properties for an absent client", async () => {
      const lasting = session(5, unique("properties"));
      const first = await mqtt(plain.url, 5, lasting);
      await first.subscribeAsync("five/kept", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(plain.url, 5);
      await sender.publishAsync("five/kept", "x", {
        qos: 1,
        properties: { userProperties: { a: "b" } },
      });
      await using again = await connected(plain.url, 5, lasting);
      expect((await again.inbox.take(1))[0]?.properties?.userProperties).toEqual({ a: "b" });
    });

    test("leaves them out for a 3.1.1 client", async () => {
      await using old = await mqtt(plain.url, 4);
      await using young = await mqtt(plain.url, 5);
      const inbox = await subscribed(old, "five/mixed", 1);
      await young.publishAsync("five/mixed", "x", {
        qos: 1,
        properties: { userProperties: { a: "b" } },
      });
      expect((await inbox.take(1))[0]).toMatchObject({
        topic: "five/mixed",
        payload: Buffer.from("x"),
      });
    });

    test("gives a name to a client that has none", async () => {
      await using client = await connected(plain.url, 5, { clientId: "" });
      expect(client.connack.properties?.assignedClientIdentifier).toMatch(/./);
    });

    test("keeps a client's own messages from it by no-local", async () => {
      await using client = await mqtt(plain.url, 5);
      await using other = await mqtt(plain.url, 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/local", { qos: 1, nl: true });
      await client.publishAsync("five/local", "own", { qos: 1 });
      await other.publishAsync("five/local", "other's", { qos: 1 });
      expect(String((await inbox.take(1))[0]?.payload)).toBe("other's");
    });

    test("keeps the retain flag by retain-as-published", async () => {
      await using client = await mqtt(plain.url, 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/rap", { qos: 1, rap: true });
      await client.publishAsync("five/rap", "x", { qos: 1, retain: true });
      expect((await inbox.take(1))[0]?.retain).toBe(true);
      await client.publishAsync("five/rap", "", { qos: 1, retain: true });
    });

    test("sends retained messages as retain handling says", async () => {
      await using client = await mqtt(plain.url, 5);
      await client.publishAsync("five/rh", "kept", { qos: 1, retain: true });
      const inbox = collect(client);
      await client.subscribeAsync("five/rh", { qos: 1, rh: 2 });
      await client.subscribeAsync("five/rh", { qos: 1, rh: 1 });
      await client.publishAsync("five/rh", "live", { qos: 1 });
      await client.subscribeAsync("five/rh", { qos: 1, rh: 0 });
      expect((await inbox.take(2)).map(({ payload, retain }) => [String(payload), retain])).toEqual(
        [
          ["live", false],
          ["kept", true],
        ],
      );
      await client.publishAsync("five/rh", "", { qos: 1, retain: true });
    });

    test("says by which subscription a message came", async () => {
      await using client = await mqtt(plain.url, 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/id/+", {
        qos: 1,
        properties: { subscriptionIdentifier: 42 },
      });
      await client.publishAsync("five/id/x", "x", { qos: 1 });
      expect((await inbox.take(1))[0]?.properties?.subscriptionIdentifier).toBe(42);
    });

    test("tells that there was no subscription to end", async () => {
      await using client = await mqtt(plain.url, 5);
      const reasons = new Promise((resolve) => {
        client.on("packetreceive", (received) => {
          if (received.cmd === "unsuback") resolve((received as { granted?: number[] }).granted);
        });
      });
      await client.unsubscribeAsync("five/never").catch(() => {});
      // MQTT 5 §3.11.3
      expect(await reasons).toEqual([0x11]);
    });

    test("ends a session with its connection where no expiry is asked", async () => {
      const clientId = unique("short");
      const first = await mqtt(plain.url, 5, { clientId, clean: false });
      await first.subscribeAsync("five/short", { qos: 1 });
      await first.endAsync();
      await using again = await connected(plain.url, 5, { clientId, clean: false });
      expect(again.sessionPresent).toBe(false);
    });

    test("drops what expired while its client was away", async () => {
      const lasting = session(5, unique("expiring"));
      const first = await mqtt(plain.url, 5, lasting);
      await first.subscribeAsync("five/expiry/#", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(plain.url, 5);
      const expiring = { qos: 1, properties: { messageExpiryInterval: 1 } } as const;
      await sender.publishAsync("five/expiry/short", "x", expiring);
      await sender.publishAsync("five/expiry/long", "x", {
        qos: 1,
        properties: { messageExpiryInterval: 100 },
      });
      // A retained message of the same life says when the second is over; two are more than one.
      await new Promise((resolve) => setTimeout(resolve, 2100));
      await using again = await connected(plain.url, 5, lasting);
      expect((await again.inbox.take(1))[0]?.topic).toBe("five/expiry/long");
    });
  });
}

/** Messages as they come. */
interface Inbox {
  /** The next so many. */
  take(count: number): Promise<IPublishPacket[]>;
}

/** A client that does not come back by itself, closed at the end of its block. */
export async function mqtt(
  url: string,
  protocolVersion: 4 | 5,
  options: IClientOptions = {},
): Promise<MqttClient & AsyncDisposable> {
  const client = await connectAsync(
    url,
    { protocolVersion, reconnectPeriod: 0, connectTimeout: 5000, ...options },
    false,
  );
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true) });
}

/** Connects, and takes the messages that come with the CONNACK too. */
export async function connected(
  url: string,
  protocolVersion: 4 | 5,
  options: IClientOptions,
): Promise<ConnectedClient> {
  const client = connect(url, {
    protocolVersion,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...options,
  });
  const inbox = collect(client);
  const connack = await new Promise<IConnackPacket>((resolve, reject) => {
    client.once("connect", resolve);
    client.once("error", reject);
  });
  return {
    client,
    inbox,
    connack,
    sessionPresent: connack.sessionPresent,
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}

interface ConnectedClient extends AsyncDisposable {
  readonly client: MqttClient;
  readonly inbox: Inbox;
  readonly connack: IConnackPacket;
  readonly sessionPresent: boolean;
}

/** What makes a session outlive its connection. */
function session(version: 4 | 5, clientId: string): IClientOptions {
  return {
    clientId,
    clean: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 600 } } : {}),
  };
}

export async function subscribed(
  client: MqttClient,
  filter: string,
  qos: 0 | 1 | 2,
): Promise<Inbox> {
  const inbox = collect(client);
  await client.subscribeAsync(filter, { qos });
  return inbox;
}

export function collect(client: MqttClient): Inbox {
  const messages: IPublishPacket[] = [];
  let changed = () => {};
  client.on("message", (_topic, _payload, message) => {
    messages.push(message);
    changed();
  });
  return {
    take(count) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          const topics = messages.map(({ topic }) => topic).join(", ");
          reject(new Error(`${messages.length} of ${count} messages came: ${topics}`));
        }, 5000);
        changed = () => {
          if (messages.length < count) return;
          clearTimeout(timer);
          changed = () => {};
          resolve(messages.splice(0, count));
        };
        changed();
      });
    },
  };
}

let ids = 0;

/** A client id that no other run has left a session of. */
function unique(name: string): string {
  return `${name}-${process.pid}-${Date.now()}-${++ids}`;
}

/** The QoS 1 PUBLISH packets in a row of small ones. */
function publishes(bytes: Buffer): { first: number; packetId: number; payload: string }[] {
  const found = [];
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    const topicEnd = at + 4 + bytes.readUInt16BE(at + 2);
    const payload = bytes.subarray(topicEnd + 2, at + 2 + (bytes[at + 1] ?? 0)).toString();
    found.push({ first: bytes[at] ?? 0, packetId: bytes.readUInt16BE(topicEnd), payload });
  }
  return found;
}
