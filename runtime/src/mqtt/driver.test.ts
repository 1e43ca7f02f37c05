/** Connecting to brokers that answer in ways real ones here do not. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { App } from "../app.ts";
import { ConnectError, PublishError } from "../errors.ts";
import { createLogger } from "../logger.ts";
import { MqttBroker } from "./broker.ts";
import type { MqttOptions } from "./options.ts";

/** Answers each CONNECT as it is told; the protocol level is its tenth byte. */
async function server(answer: (level: number, socket: Socket) => void) {
  const levels: number[] = [];
  const listening = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes: Buffer) => {
      const level = bytes[8] ?? 0;
      levels.push(level);
      answer(level, socket);
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => void listening.close());
  return { url: `mqtt://127.0.0.1:${(listening.address() as AddressInfo).port}`, levels };
}

const start = async (options: MqttOptions) => {
  const app = new App(new MqttBroker(options), { logger: createLogger({ level: "silent" }) });
  await app.start();
  return app;
};

/** 3.1.1, 3.2.2.3: return code 1 is "unacceptable protocol version". */
const onlyThree = (level: number, socket: Socket) =>
  void (level === 4
    ? socket.write(Buffer.of(0x20, 2, 0, 0))
    : socket.end(Buffer.of(0x20, 2, 0, 1)));

test("a broker that refuses MQTT 5 is spoken to in 3.1.1", async () => {
  const { url, levels } = await server(onlyThree);
  const app = await start({ url });
  expect(levels).toEqual([5, 4]);
  expect(app.health().status).toBe("up");
  await app.stop();
});

test("asked for 5, it stays an error", async () => {
  const { url, levels } = await server(onlyThree);
  await expect(start({ url, protocol: "5" })).rejects.toThrow(ConnectError);
  expect(levels).toEqual([5]);
});

test("a broker that closes or never answers is an error within the limit", async () => {
  const closing = await server((_, socket) => socket.destroy());
  await expect(start({ url: closing.url })).rejects.toThrow(
    /closed the connection|does not answer/,
  );
  const silent = await server(() => {});
  await expect(start({ url: silent.url, connectTimeout: 50 })).rejects.toThrow(ConnectError);
});

/** A broker of MQTT 5 that does as it is told: `on` is called with each packet after CONNECT. */
async function script(on: (packet: Packet) => void, connack: readonly number[] = []) {
  const connects: Socket[] = [];
  const kinds: number[] = [];
  const listening = createServer((socket) => {
    socket.on("error", () => {});
    let rest = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      // All packets here are shorter than 128 bytes, or CONNECT; two bytes of length are enough.
      while (rest.length > 2) {
        const long = ((rest[1] ?? 0) & 128) !== 0;
        const size = long ? ((rest[1] ?? 0) & 127) + (rest[2] ?? 0) * 128 + 3 : (rest[1] ?? 0) + 2;
        if (rest.length < size) return;
        const packet = rest.subarray(0, size);
        rest = rest.subarray(size);
        const kind = (packet[0] ?? 0) >> 4;
        kinds.push(kind);
        if (kind === CONNECT) {
          connects.push(socket);
          // 3.2: not present, success, properties.
          socket.write(Buffer.of(0x20, 3 + connack.length, 0, 0, connack.length, ...connack));
        } else on({ kind, body: packet.subarray(long ? 3 : 2), socket });
      }
    });
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => void listening.close());
  const url = `mqtt://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return { url, connects, kinds };
}

interface Packet {
  readonly kind: number;
  readonly body: Buffer;
  readonly socket: Socket;
}
const [CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT] = [1, 3, 8, 14];

/** The packet id behind a PUBLISH's topic. */
const idOf = ({ body }: Packet) => [...body.subarray(2 + body.readUInt16BE(0)).subarray(0, 2)];
const granted = (packet: Packet) =>
  packet.socket.write(Buffer.of(0x90, 4, ...packet.body.subarray(0, 2), 0, 1));

async function started(options: MqttOptions, topic?: string) {
  const lines: string[] = [];
  const logger = createLogger({
    level: "debug",
    format: "json",
    destination: {
      write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg),
    },
  });
  const broker = new MqttBroker({ name: "s", ...options });
  if (topic !== undefined) broker.subscriber(topic, {}, async () => {});
  const app = new App(broker, { logger });
  await app.start();
  onTestFinished(() => app.stop({ deadline: 100 }));
  const line = (text: string) =>
    vi.waitFor(() => {
      const found = lines.find((each) => each.includes(text));
      if (found === undefined) throw new Error(`no line with "${text}"`);
      return found;
    }, 30_000);
  return { app, broker, line };
}

test.each([
  [0x97, /quota exceeded, 0x97.*publish again later/],
  [0x99, /payload format invalid, 0x99.*payloadFormat/],
  [0x90, /topic name invalid, 0x90/],
  [0x83, /implementation specific error, 0x83.*broker's log/],
])("a publish that is refused with %i says why, in the broker's words too", async (code, text) => {
  const { url } = await script((packet) => {
    const words = Buffer.from("no more");
    const properties = [0x1f, 0, words.length, ...words];
    if (packet.kind === PUBLISH)
      packet.socket.write(
        Buffer.of(
          0x40,
          4 + properties.length,
          ...idOf(packet),
          code,
          properties.length,
          ...properties,
        ),
      );
  });
  const { broker, app } = await started({ url });
  const failure = await broker.publish("t", 1).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(PublishError);
  expect(String(failure)).toMatch(text);
  expect(String(failure)).toContain('"no more"');
  await app.stop();
});

test("a session that was taken over (0x8e) is not fought for: one error, and a long wait", async () => {
  const { url, connects } = await script((packet) => {
    if (packet.kind !== SUBSCRIBE) return;
    granted(packet);
    packet.socket.end(Buffer.of(0xe0, 1, 0x8e));
  });
  const { app, line } = await started({ url }, "t");
  expect(await line("another client has taken the session")).toMatch(
    /"s-sub-t".*MILLRACE_SERVICE.*stays away for [3-6]\d s/,
  );
  expect(app.health().brokers[0]?.subscriptions[0]?.problem).toContain("session taken over, 0x8e");
  expect(connects).toHaveLength(2);
});

test("why a broker ends a connection is in the log, with where it points to", async () => {
  const where = Buffer.from("b.example");
  const properties = [0x1c, 0, where.length, ...where];
  let ended = false;
  const { url, connects } = await script((packet) => {
    if (packet.kind !== SUBSCRIBE) return;
    granted(packet);
    if (!ended)
      packet.socket.end(
        Buffer.of(0xe0, 2 + properties.length, 0x9c, properties.length, ...properties),
      );
    ended = true;
  });
  const { app, line } = await started({ url }, "t");
  expect(await line("lost the connection")).toContain(
    'use another server, 0x9c; it points to "b.example"',
  );
  await line("is connected again");
  await line('subscribed to "t" again');
  expect(connects).toHaveLength(3);
  await app.stop();
});

test("stopping with a publish that nobody confirms still says goodbye: the will is not for that", async () => {
  const { url, kinds } = await script(() => {});
  const { app, broker } = await started({ url, will: { topic: "w", payload: "gone" } });
  const failure = broker.publish("t", 1).catch((error: unknown) => error);
  await expect.poll(() => kinds).toContain(PUBLISH);
  await app.stop();
  expect(String(await failure)).toContain("the app stopped before the broker had confirmed");
  await expect.poll(() => kinds.at(-1)).toBe(DISCONNECT);
});

test("a broker that keeps sessions for less, or no messages, is believed", async () => {
  const { url } = await script(
    (packet) => void (packet.kind === SUBSCRIBE && granted(packet)),
    // Session expiry 60, retain available 0, maximum QoS 1.
    [0x11, 0, 0, 0, 60, 0x25, 0, 0x24, 1],
  );
  const { broker, line } = await started({ url, sessionExpiry: 3600 }, "t");
  expect(await line("keeps the session")).toContain("for 60 s, not for 3600 s");
  await expect(broker.publish("t", 1, { retain: true })).rejects.toThrow(/leave retain out/);
  await expect(broker.publish("t", 1, { qos: 2 })).rejects.toThrow(/lower qos to 1/);
});

test("a publish whose expiry ends before it can be sent is not sent", async () => {
  const { url, connects, kinds } = await script((packet) => {
    if (packet.kind === SUBSCRIBE) granted(packet);
  });
  const { broker, line } = await started({ url, publishTimeout: 5000 });
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  connects[0]?.destroy();
  await line("lost the connection");
  const late = broker.publish("t", 1, { expiry: 2 });
  // It waits by now.
  await new Promise(setImmediate);
  vi.advanceTimersByTime(2500);
  await expect(late).rejects.toThrow(/expiry of 2 s was over/);
  expect(kinds).not.toContain(PUBLISH);
});

test("refused when it comes back, it says so once and goes on trying", async () => {
  let refusing = false;
  const { url, levels } = await server((_, socket) => {
    // 0x87: the credentials are no longer good.
    socket.write(refusing ? Buffer.of(0x20, 3, 0, 0x87, 0) : Buffer.of(0x20, 3, 0, 0, 0));
    if (refusing) return;
    refusing = true;
    setImmediate(() => socket.destroy());
  });
  const { line } = await started({ url, protocol: "5" });
  expect(await line("cannot come back")).toContain("check user and password");
  await expect.poll(() => levels.length).toBeGreaterThan(3);
});
