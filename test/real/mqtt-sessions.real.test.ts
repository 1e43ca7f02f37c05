/** Sessions on mosquitto: kept, resumed, lost, ended, taken over; and the will of who goes without a word. */
import { DeclarationError } from "millrace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe.each([
  ["5", 1],
  ["5", 2],
  ["3.1.1", 1],
  ["3.1.1", 2],
] as const)("MQTT %s, QoS %d", (protocol, qos) => {
  test("the broker keeps what a service missed while it was down, and while its connection was lost", async () => {
    await using wire = await startWire(server.url);
    const topic = unique("kept");
    const broker = make(wire.url, { protocol });
    const seen = new Inbox<number>();
    broker.subscriber(topic, { qos }, async (number: number) => seen.push(number));
    await (await start(broker)).stop();
    await using sender = await foreign(server.url);
    await sender.publishAsync(topic, "1", { qos });
    const log = recordedLog();
    await using _app = await start(broker, log.logger);
    expect(await seen.first(1)).toEqual([1]);

    wire.cut({ refuse: true });
    await line(log, "lost the connection");
    await sender.publishAsync(topic, "2", { qos });
    await sender.publishAsync(topic, "3", { qos });
    wire.mend();
    expect(await seen.first(3)).toEqual([1, 2, 3]);
    expect(log.lines.items.filter(({ msg }) => msg.includes("forgotten"))).toEqual([]);
  });

  test("cleanStart begins without what was missed, and misses nothing from then on", async () => {
    await using wire = await startWire(server.url);
    const topic = unique("clean");
    const name = unique("clean");
    const first = make(server.url, { protocol, name });
    first.subscriber(topic, { qos }, async () => {});
    await (await start(first)).stop();
    await using sender = await foreign(server.url);
    await sender.publishAsync(topic, "1", { qos });

    const second = make(wire.url, { protocol, name, cleanStart: true });
    const seen = new Inbox<number>();
    second.subscriber(topic, { qos }, async (number: number) => seen.push(number));
    const log = recordedLog();
    await using _app = await start(second, log.logger);
    await sender.publishAsync(topic, "2", { qos });
    await seen.first(1);
    // A reconnect is no start.
    wire.cut({ refuse: true });
    await line(log, "lost the connection");
    await sender.publishAsync(topic, "3", { qos });
    wire.mend();
    // 2 comes again where the cut was quicker than its acknowledgement.
    await seen.until(() => seen.items.includes(3), "3");
    expect([...new Set(seen.items)]).toEqual([2, 3]);
  });

  test("a session that the broker lost is noticed, said and subscribed anew", async () => {
    await using wire = await startWire(server.url);
    const topic = unique("lost");
    const name = unique("lost");
    const broker = make(wire.url, { protocol, name });
    const seen = new Inbox<number>();
    broker.subscriber(topic, { qos }, async (number: number) => seen.push(number));
    const log = recordedLog();
    await using app = await start(broker, log.logger);
    wire.cut({ refuse: true });
    await line(log, `lost the connection "${name}-sub`);
    expect(app.health().status).not.toBe("up");
    expect(app.health().brokers[0]?.subscriptions[0]?.problem).toContain("is lost");
    // Whoever begins anew under its client id ends its session.
    const other = await foreign(server.url, { clientId: `${name}-sub-${topic}`, clean: true });
    await other.endAsync();
    wire.mend();
    await line(log, "had forgotten its session");
    await line(log, `subscribed to "${topic}" again`);
    expect(app.health().brokers[0]?.subscriptions[0]?.problem).toBeUndefined();
    await using sender = await foreign(server.url);
    await sender.publishAsync(topic, "1", { qos });
    expect(await seen.first(1)).toEqual([1]);
  });
});

test("a session ends with its expiry: what was missed after that is gone", async () => {
  // $SYS tells each second how many sessions have expired: here nobody else has one.
  await using own = await startMosquitto("sys_interval 1");
  const topic = unique("brief");
  const broker = make(own.url);
  const seen = new Inbox<string>();
  broker.subscriber(topic, { sessionExpiry: 1 }, async (text: string) => seen.push(text));
  await using probe = await foreign(own.url);
  const expired = await collect(probe, "$SYS/broker/clients/expired", Number);
  const [before = 0] = await expired.first(1);
  await (await start(broker)).stop();
  await probe.publishAsync(topic, JSON.stringify("missed"), { qos: 1 });
  await expired.until(() => (expired.items.at(-1) ?? 0) > before, "the session to expire");
  await using _app = await start(broker);
  await probe.publishAsync(topic, JSON.stringify("new"), { qos: 1 });
  expect(await seen.first(1)).toEqual(["new"]);
});

test("sessionExpiry 0 keeps nothing", async () => {
  const topic = unique("none");
  const broker = make(server.url, { sessionExpiry: 0 });
  const seen = new Inbox<string>();
  broker.subscriber(topic, {}, async (text: string) => seen.push(text));
  await (await start(broker)).stop();
  await using sender = await foreign(server.url);
  await sender.publishAsync(topic, JSON.stringify("missed"), { qos: 1 });
  await using _app = await start(broker);
  await sender.publishAsync(topic, JSON.stringify("new"), { qos: 1 });
  expect(await seen.first(1)).toEqual(["new"]);
});

test("stopping under load loses nothing: the subscription stays in the session", async () => {
  const topic = unique("drained");
  const name = unique("drained");
  const seen = new Inbox<number>();
  const service = () => {
    const broker = make(server.url, { name });
    broker.subscriber(topic, { concurrency: 3 }, async (number: number) => {
      await new Promise(setImmediate);
      seen.push(number);
    });
    return broker;
  };
  let app = await start(service());
  await using sender = await foreign(server.url);
  const sending = (async () => {
    for (let number = 0; number < 300; number++)
      await sender.publishAsync(topic, String(number), { qos: 1 });
  })();
  for (const enough of [50, 100, 150]) {
    await seen.first(enough);
    await app.stop();
    app = await start(service());
  }
  await sending;
  await seen.until(() => new Set(seen.items).size === 300, "all of them");
  // In order, and none of them twice: stopping waits for what it has begun, and acknowledges it.
  expect(seen.items).toHaveLength(300);
  await app.stop();
});

test("two replicas of one name: the first stays away from what the second took over, and says why", async () => {
  await using wire = await startWire(server.url);
  const topic = unique("twins");
  const name = unique("twins");
  const seen = new Inbox<string>();
  const twin = (url: string, who: string) => {
    const broker = make(url, { name });
    broker.subscriber(topic, {}, async () => seen.push(who));
    return broker;
  };
  const log = recordedLog();
  const one = await start(twin(wire.url, "one"), log.logger);
  const two = await start(twin(server.url, "two"));
  const said = await line(log, "seems to take the session");
  expect(said).toContain(`"${name}-sub-${topic}"`);
  expect(said).toContain("MILLRACE_SERVICE");
  expect(said).toMatch(/stays away for [2-5] s/);
  expect(one.health().brokers[0]?.subscriptions[0]?.problem).toContain("is lost");
  await using sender = await foreign(server.url);
  await sender.publishAsync(topic, "{}", { qos: 1 });
  expect(await seen.first(1)).toEqual(["two"]);
  // Only its publishing connection is left.
  expect(wire.connections).toBe(1);
  await Promise.all([one.stop(), two.stop()]);
});

test("the will has properties, and waits for its delay; back in time it is not published", async () => {
  await using probe = await foreign(server.url);
  const topic = unique("will");
  const wills = await collect(probe, topic, (text, { properties }) => ({ text, properties }));
  const name = unique("device");
  const will = {
    topic,
    payload: "gone",
    qos: 2,
    // Enough for another process to come, on a busy machine too.
    delay: 5,
    expiry: 300,
    headers: { "content-type": "text/plain", reason: "crash" },
    payloadFormat: "utf-8",
    responseTopic: "answers",
    correlationData: "42",
  } as const;

  const first = await startWire(server.url);
  const dying = await start(make(first.url, { name, will }));
  first.cut({ refuse: true });
  // As a new process of that name.
  const second = await startWire(server.url);
  const back = await start(make(second.url, { name, will: { ...will, payload: "gone again" } }));
  await dying.stop();
  second.cut({ refuse: true });
  await wills.first(1);
  // Had the first been published, it would have come before.
  expect(wills.items).toEqual([
    {
      text: "gone again",
      properties: expect.objectContaining({
        contentType: "text/plain",
        payloadFormatIndicator: true,
        responseTopic: "answers",
        correlationData: Buffer.from("42"),
        userProperties: expect.objectContaining({ reason: "crash" }),
      }),
    },
  ]);
  await back.stop();
  await Promise.all([first.stop(), second.stop()]);
});

test("a will that is retained greets whoever subscribes later", async () => {
  const wire = await startWire(server.url);
  await using probe = await foreign(server.url);
  const topic = unique("status");
  const now = await collect(probe, topic, (text) => text);
  const broker = make(wire.url, { will: { topic, payload: "offline", retain: true } });
  const app = await start(broker);
  wire.cut({ refuse: true });
  await now.first(1);
  await using late = await foreign(server.url);
  const retained = await collect(late, topic, (text, { retain }) => `${text} ${retain}`);
  expect(await retained.first(1)).toEqual(["offline true"]);
  await late.publishAsync(topic, "", { retain: true });
  await app.stop();
  await wire.stop();
});

test("a client that was passed in has its own session: options of sessions are refused by name", async () => {
  await using client = await foreign(server.url);
  for (const options of [{ receiveMaximum: 50 }, { sessionExpiry: 5 }, { cleanStart: true }]) {
    const broker = make(server.url, { client });
    broker.subscriber(unique("lent"), options, async () => {});
    const failure = await start(broker).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeclarationError);
    expect(String(failure)).toContain(`has ${Object.keys(options)[0]}`);
  }
});

describe("groups", () => {
  /** A member that is slow enough to have something in hand. */
  const member = (
    url: string,
    topic: string,
    name: string,
    seen: Inbox<string>,
    expiry: number,
  ) => {
    const broker = make(url, { name: `${topic}-${name}` });
    broker.subscriber(topic, { group: "g", sessionExpiry: expiry }, async (number: number) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      seen.push(`${name} ${number}`);
    });
    return start(broker);
  };
  const numbersOf = (seen: Inbox<string>) => seen.items.map((each) => Number(each.split(" ")[1]));
  const sorted = Array.from({ length: 100 }, (_, number) => number);

  test("the share of a member that is away waits for it in its session", async () => {
    const topic = unique("shares");
    const seen = new Inbox<string>();
    const one = await member(server.url, topic, "one", seen, 60);
    await using _two = await member(server.url, topic, "two", seen, 60);
    await one.stop();
    await using sender = await foreign(server.url);
    for (const number of sorted) await sender.publishAsync(topic, String(number), { qos: 1 });
    await using _one = await member(server.url, topic, "one", seen, 60);
    await seen.first(100);
    expect(numbersOf(seen).toSorted((a, b) => a - b)).toEqual(sorted);
    expect(seen.items.some((each) => each.startsWith("one"))).toBe(true);
  });

  test("with sessionExpiry 0 a member leaves when it stops, once it has handled all that it was given", async () => {
    const topic = unique("leaving");
    const seen = new Inbox<string>();
    const one = await member(server.url, topic, "one", seen, 0);
    await using _two = await member(server.url, topic, "two", seen, 0);
    await using sender = await foreign(server.url);
    const sending = (async () => {
      for (const number of sorted) await sender.publishAsync(topic, String(number), { qos: 1 });
    })();
    await seen.first(20);
    await one.stop();
    await sending;
    await seen.first(100);
    expect(numbersOf(seen).toSorted((a, b) => a - b)).toEqual(sorted);
  });
});
