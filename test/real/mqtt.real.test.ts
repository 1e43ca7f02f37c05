/** What is special about MQTT, on mosquitto; what all brokers promise is in ../conformance. */
import { setTimeout as pause } from "node:timers/promises";
import { ConnectError, DeclarationError } from "millrace";
import { MqttBroker, type MqttOptions } from "millrace/mqtt";
import mqtt from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startMosquitto, type RealBroker } from "./brokers.ts";
import { recordedLog } from "./log.ts";
import { startWire } from "./wire.ts";

let server: RealBroker;
beforeAll(async () => {
  server = await startMosquitto();
});
afterAll(() => server.stop());

let names = 0;

/** A broker of a service that nobody else is. */
function make(options: MqttOptions = {}): MqttBroker {
  return new MqttBroker({
    url: server.url,
    name: `special${++names}`,
    ...(options.protocol === "3.1.1" ? {} : { sessionExpiry: 60 }),
    ...options,
  });
}

test.for(["5", "3.1.1"] as const)(
  "MQTT %s: a handler may take longer than keep-alive allows, and publish at QoS 1 and 2 meanwhile",
  async (protocol) => {
    const broker = make({ keepalive: 2, protocol });
    const log = recordedLog();
    const seen = new Inbox<string>();
    broker.subscriber("slow/{id}", { qos: 1 }, async (_: unknown, { params, message }) => {
      await broker.publish("next", "first", { qos: 1 });
      await broker.publish("next", "second", { qos: 2 });
      // Client and broker give up after one and a half times as long.
      await pause(4500);
      await broker.publish("next", "third", { qos: 1 });
      seen.push(`done ${params.id} ${message.attempt}`);
    });
    broker.subscriber("next", { qos: 2 }, async (what: string) => seen.push(what));
    await using _app = await start(broker, log.logger);
    await broker.publish("slow/1", {});
    expect(await seen.first(4)).toEqual(["first", "second", "third", "done 1 1"]);
    expect(log.lines.items.filter(({ msg }) => msg.includes("lost the connection"))).toEqual([]);
  },
);

test("QoS 2: what was with the handler comes again after a crash, since PUBREC waits for it", async () => {
  const wire = await startWire(server.url);
  const name = `crash${++names}`;
  const seen = new Inbox<string>();
  const first = make({ url: wire.url, name });
  first.subscriber("once", { qos: 2 }, async (job: string) => {
    seen.push(`begun ${job}`);
    // As if the process had ended here: what it says from now on is not heard.
    wire.cut({ refuse: true });
    await pause(10);
  });
  const dying = await start(first);
  const sender = make();
  await using _sender = await start(sender);
  await sender.publish("once", "job", { qos: 2 });
  await seen.first(1);
  await dying.stop({ deadline: 100 });
  const second = make({ name });
  second.subscriber("once", { qos: 2 }, async (job: string, { message }) =>
    seen.push(`again ${job} ${message.attempt}`),
  );
  await using _second = await start(second);
  expect((await seen.first(2))[1]).toBe("again job 2");
  await wire.stop();
});

test("a message that is with the handler while the connection goes and comes is handled once", async () => {
  const wire = await startWire(server.url);
  const broker = make({ url: wire.url });
  const log = recordedLog();
  const seen = new Inbox<number>();
  broker.subscriber("kept", {}, async (job: number) => {
    if (job === 1) {
      wire.cut();
      await log.lines.until(
        () => log.lines.items.filter(({ msg }) => msg.endsWith("again")).length === 2,
        "both connections",
      );
    }
    seen.push(job);
  });
  const app = await start(broker, log.logger);
  const sender = make();
  await using _sender = await start(sender);
  for (const job of [1, 2, 3]) await sender.publish("kept", job);
  await seen.first(3);
  await app.stop();
  // What had been settled for the lost connection was confirmed on the new one, so nothing is left in the session.
  const again = await start(broker);
  await broker.publish("kept", 4);
  await seen.until(() => seen.items.includes(4), "4");
  expect(seen.items).toEqual([1, 2, 3, 4]);
  await again.stop();
  await wire.stop();
});

test.for([
  ["5", 1],
  ["5", 2],
  ["3.1.1", 1],
  ["3.1.1", 2],
] as const)(
  "MQTT %s, QoS %d: with the connection cut again and again, what was confirmed is handled",
  async ([protocol, qos]) => {
    await using wire = await startWire(server.url);
    const broker = make({ url: wire.url, protocol });
    // Between cuts the driver waits longer and longer before it comes back.
    const seen = new Inbox<number>(40_000);
    broker.subscriber("storm", { qos, concurrency: 4 }, async (number: number) => {
      seen.push(number);
      if (seen.items.length % 60 === 0) wire.cut();
      await new Promise(setImmediate);
    });
    await using _app = await start(broker);
    const confirmed: number[] = [];
    const publish = async (number: number) => {
      // One that may or may not have arrived is not counted; with QoS 2 it is not sent again either.
      if (
        await broker.publish("storm", number, { qos }).then(
          () => true,
          () => false,
        )
      )
        confirmed.push(number);
    };
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 15 }, (_, index) => publish(batch * 15 + index)));
    }
    await seen.until(() => {
      const handled = new Set(seen.items);
      return confirmed.every((number) => handled.has(number));
    }, "all that were confirmed");
    if (qos === 2) expect(new Set(seen.items).size).toBe(seen.items.length);
    expect(confirmed.length).toBeGreaterThan(protocol === "5" || qos === 1 ? 299 : 200);
  },
);

test("a retained message greets a new subscription, and not one that the session kept", async () => {
  const broker = make();
  const seen = new Inbox<string>();
  broker.subscriber("state/{what}", {}, async (state: string, { message }) =>
    seen.push(`${message.address} ${state}`),
  );
  const sender = make();
  await using _sender = await start(sender);
  await sender.publisher("state/door", { retain: true }).publish("open");
  const app = await start(broker);
  expect(await seen.first(1)).toEqual(["state/door open"]);
  await app.stop();
  await using _again = await start(broker);
  await sender.publish("state/fence", "fence");
  expect(await seen.first(2)).toEqual(["state/door open", "state/fence fence"]);
  await sender.publish("state/door", new Uint8Array(), { retain: true });
});

test("the will is published when a service goes without a word, and not when it stops", async () => {
  const wire = await startWire(server.url);
  const listener = make();
  const seen = new Inbox<string>();
  listener.subscriber("wills", { codec: "text" }, async (text: string) => seen.push(text));
  await using _listener = await start(listener);
  const polite = await start(make({ will: { topic: "wills", payload: "polite" } }));
  await polite.stop();
  const rude = await start(make({ url: wire.url, will: { topic: "wills", payload: "rude" } }));
  wire.cut({ refuse: true });
  expect(await seen.first(1)).toEqual(["rude"]);
  await rude.stop();
  await wire.stop();
});

test("a client that was passed in is used for everything, settles late too, and stays open", async () => {
  const client = await mqtt.connectAsync(server.url, { protocolVersion: 5, clean: true });
  const broker = make({ client });
  const seen = new Inbox<string>();
  broker.subscriber("own/a", { qos: 1 }, async (text: string, { message }) => {
    seen.push(`${text} ${message.attempt}`);
    if (message.attempt === 1) await message.nack();
  });
  broker.subscriber("own/b", { qos: 2 }, async (text: string) => seen.push(text));
  const app = await start(broker);
  await broker.publish("own/a", "one");
  await broker.publish("own/b", "two", { qos: 2 });
  await seen.first(3);
  expect(seen.items.toSorted()).toEqual(["one 1", "one 2", "two"]);
  await app.stop();
  expect(client.connected).toBe(true);
  const overlapping = make({ client });
  overlapping.subscriber("own/+", {}, async () => {});
  overlapping.subscriber("own/#", {}, async () => {});
  await expect(start(overlapping)).rejects.toThrow(DeclarationError);
  await client.endAsync();
});

test("the broker's restart is lived through; where it forgot the session, the log says so", async () => {
  await using broken = await startMosquitto();
  const broker = make({ url: broken.url });
  const log = recordedLog();
  const seen = new Inbox<number>();
  broker.subscriber("ticks", {}, async (tick: number) => seen.push(tick));
  await using _app = await start(broker, log.logger);
  await broker.publish("ticks", 1);
  // Killed, mosquitto has written nothing down.
  await broken.kill();
  await broken.restart();
  await log.lines.until(
    () => log.lines.items.some(({ msg }) => msg.includes("forgotten its session")),
    "the log line",
  );
  await broker.publish("ticks", 2);
  await seen.first(2);
  await broken.restart();
  await broker.publish("ticks", 3);
  expect(await seen.first(3)).toEqual([1, 2, 3]);
});

test("a second service of the same name ends the first one's connection, and the log says what to do", async () => {
  const log = recordedLog();
  const name = `twin${++names}`;
  const twins = [make({ name }), make({ name })];
  for (const twin of twins) twin.subscriber("twins", {}, async () => {});
  const [first, second] = twins as [MqttBroker, MqttBroker];
  const one = await start(first, log.logger);
  const two = await start(second);
  const remedy = () => log.lines.items.find(({ msg }) => msg.includes("MILLRACE_SERVICE"));
  await log.lines.until(() => remedy() !== undefined, "the remedy");
  expect(remedy()?.msg).toContain(`"${name}-sub-twins"`);
  await Promise.all([one.stop(), two.stop()]);
});

test("credentials are taken from options or from the URL", async () => {
  await using guarded = await startMosquitto("", { username: "anna", password: "s3cret" });
  const { host } = new URL(guarded.url);
  for (const options of [
    { url: guarded.url, user: "anna", password: "s3cret" },
    { url: `mqtt://anna:s3cret@${host}` },
  ]) {
    const app = await start(make(options));
    expect(app.health().status).toBe("up");
    await app.stop();
  }
  for (const url of [guarded.url, `mqtt://anna:wrong@${host}`]) {
    await expect(start(make({ url }))).rejects.toThrow(/refused the credentials/);
  }
});

test("a message larger than the broker takes is refused before it is sent", async () => {
  await using narrow = await startMosquitto("max_packet_size 10000");
  const broker = make({ url: narrow.url });
  await using _app = await start(broker);
  await expect(broker.publish("large", "x".repeat(20_000))).rejects.toThrow(/too large/);
  await broker.publish("large", "x");
});

test("nobody there: the error says what to do", async () => {
  const error = await start(make({ url: "mqtt://user:secret@127.0.0.1:1" })).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConnectError);
  expect(String(error)).toContain("MILLRACE_MQTT_URL");
  expect(String(error)).not.toContain("secret");
});
