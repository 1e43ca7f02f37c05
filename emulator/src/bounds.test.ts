/** What clients may take of the emulator: whatever they announce, leave half done or do not read, the memory has a bound. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Emulator, type JournalEvent, startEmulator } from "./index.ts";

const MB = 1024 * 1024;
const protocols = ["nats", "redis", "rabbitmq", "mqtt"] as const;
type Protocol = (typeof protocols)[number];
let emulator: Emulator;

beforeEach(async () => {
  const ports = { nats: 0, redis: 0, rabbitmq: 0, mqtt: 0 };
  emulator = await startEmulator({ only: protocols, ports, maxPayload: 8 * MB });
});
afterEach(() => emulator.close());

/** CONNECT of MQTT 3.1.1, without a client id. */
const hello = "\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0";

/** What a client says, and the end of what it is answered. */
const ping = {
  nats: ["PING\r\n", "PONG\r\n"],
  redis: ["PING\r\n", "+PONG\r\n"],
  rabbitmq: ["AMQP\0\0\x09\x01", "PLAIN AMQPLAIN\0\0\0\x05en_US\xce"],
  mqtt: [hello, "\x20\x02\0\0"],
} as const;
/** A login, a channel and an exclusive queue with a consumer, of bytes written as characters. */
const amqp = [
  "AMQP\0\0\x09\x01",
  frame(0, "\0\x0a\0\x0b\0\0\0\0\x05PLAIN\0\0\0\x0c\0guest\0guest\x05en_US"),
  frame(0, "\0\x0a\0\x1f\x07\xff\0\x02\0\0\0\0"),
  frame(0, "\0\x0a\0\x28\x01/\0\0"),
  frame(1, "\0\x14\0\x0a\0"),
  frame(1, "\0\x32\0\x0a\0\0\0\x04\0\0\0\0"),
  frame(1, "\0\x3c\0\x14\0\0\0\x01t\x02\0\0\0\0"),
].join("");
const published = frame(1, "\0\x3c\0\x28\0\0\x0aamq.fanout\x01a\0");
const half = {
  nats: 'CONNECT {"verbose":false}\r\nSUB half.* 1\r\nPUB half.a 100\r\nhal',
  redis: "SUBSCRIBE half\r\n*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$100\r\nhal",
  rabbitmq: `${amqp}${published}${header(100)}\x03\0\x01\0\0\0\x64hal`,
  mqtt: `${hello}\x82\x0b\0\x01\0\x06half/+\0\x30\x64\0\x06half/ahal`,
};

test.each(protocols)(
  "ten thousand connections to %s leave nothing",
  async (protocol) => {
    // The server itself remembers the last thousand.
    await comeAndGo(protocol, 1500);
    const before = memory();
    await comeAndGo(protocol, 10_000);
    await expect(said(await open(protocol), ping[protocol])).resolves.toContain(ping[protocol][1]);
    // No 200 bytes for each: a session alone has thousands.
    await expect.poll(() => memory() - before).toBeLessThan(2 * MB);
  },
  120_000,
);

test.each([
  ["nats", "a payload", `CONNECT {"verbose":false}\r\nPUB big ${8 * MB}\r\nbig`],
  ["nats", "headers", 'CONNECT {"headers":true}\r\nHPUB big 4000000000 4000000001\r\nbig'],
  ["redis", "arguments", `*2147483647\r\n$${512 * MB}\r\nbig`],
  ["rabbitmq", "a message", `${amqp}${published}${header(128 * MB)}\x03\0\x01\0\x01\xff\xf8big`],
  ["rabbitmq", "a frame", `${amqp}\x01\0\x01\0\x01\xff\xf8`],
  ["mqtt", "a packet", `${hello}\x30\xff\xff\xff\x03\0\x03big`],
  ["redis", "a value", `*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${512 * MB}\r\n${"big".repeat(10_000)}`],
] as const)(
  "what is only announced to %s takes no memory: %s",
  async (protocol, _, announcement) => {
    const before = memory();
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await open(protocol);
        socket.on("error", () => {});
        socket.write(announcement, "latin1");
        return socket;
      }),
    );
    await expect(said(await open(protocol), ping[protocol])).resolves.toContain(ping[protocol][1]);
    expect(memory() - before).toBeLessThan(30 * MB);
    for (const socket of sockets) socket.destroy();
  },
);

/** A session with its answer, to be sent in any pieces. */
const whole = {
  nats: [
    'CONNECT {"verbose":false,"headers":true}\r\nSUB a.* q 1\r\nPUB a.b 5\r\nhello\r\n' +
      "HPUB a.c back 18 20\r\nNATS/1.0\r\nK: v\r\n\r\nhi\r\nUNSUB 1\r\nPING\r\n",
    "MSG a.b 1 5\r\nhello\r\nHMSG a.c 1 back 18 20\r\nNATS/1.0\r\nK: v\r\n\r\nhi\r\nPONG\r\n",
  ],
  redis: [
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nbc\r\nGET k\r\n*0\r\n\r\nSET 'k' \"\\x00\"\n" +
      "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$3\r\nNOW\r\n",
    "+OK\r\n$5\r\na\r\nbc\r\n+OK\r\n$1\r\n\0\r\n" +
      "-ERR unknown command 'NOW', with args beginning with: \r\n",
  ],
  mqtt: [
    `${hello}\x82\x08\0\x01\0\x03a/+\0\x32\x0c\0\x03a/b\0\x07hello\xc0\0`,
    "\x20\x02\0\0\x90\x03\0\x01\0\x30\x0a\0\x03a/bhello\x40\x02\0\x07\xd0\0",
  ],
} as const;

test.each(["nats", "redis", "mqtt"] as const)(
  "%s is the same in whatever pieces it comes",
  async (protocol) => {
    const [session, answer] = whole[protocol];
    for (let at = 0; at < session.length; at++) {
      const socket = await open(protocol);
      const answered = said(socket, [session.slice(0, at), answer]);
      // Who comes now is served after what was sent before.
      const other = await open(protocol);
      await said(other, ping[protocol]);
      socket.write(session.slice(at), "latin1");
      expect((await answered).replace(/^INFO .*\r\n/, ""), `cut at ${at}`).toBe(answer);
      socket.destroy();
      other.destroy();
    }
  },
  60_000,
);

// What may wait, by what the reader does; the system's own buffers come on top.
test.each([
  ["nats", 'CONNECT {"verbose":false}\r\nSUB flood 1\r\nPING\r\n', "PONG\r\n", 64 * MB],
  ["redis", "SUBSCRIBE flood\r\n", ":1\r\n", 32 * MB],
  ["mqtt", `${hello}\x82\x0a\0\x01\0\x05flood\0`, "\x90\x03\0\x01\0", 64 * MB],
] as const)(
  "a subscriber of %s that never reads is cut off",
  async (protocol, greeting, end, bound) => {
    const events: JournalEvent[] = [];
    emulator.onEvents((some) => events.push(...some));
    const reader = await open(protocol);
    await said(reader, [greeting, end]);
    reader.pause();
    reader.on("error", () => {});
    const payload = "x".repeat(4 * MB);
    const writer = await open(protocol);
    if (protocol === "mqtt") await said(writer, ping.mqtt);
    const flood = {
      nats: [`PUB flood ${payload.length}\r\n${payload}\r\nPING\r\n`, "PONG\r\n"],
      redis: [`*3\r\n$7\r\nPUBLISH\r\n$5\r\nflood\r\n$${payload.length}\r\n${payload}\r\n`, "\r\n"],
      mqtt: [`\x32\x89\x80\x80\x02\0\x05flood\0\x07${payload}`, "\x40\x02\0\x07"],
    } as const;
    for (let sent = 0; sent < bound / payload.length + 8; sent++)
      await said(writer, flood[protocol]);
    await emulator.events();
    const delivered = events.filter(({ kind }) => kind === "delivered").length;
    expect(delivered * payload.length).toBeGreaterThanOrEqual(bound - payload.length);
    expect(delivered * payload.length).toBeLessThan(bound + 16 * MB);
    expect(events.find(({ kind }) => kind === "dropped")?.reason).toContain("slow consumer");
    expect(events.at(-1)?.reason).toBe("no subscribers");
    reader.destroy();
    writer.destroy();
  },
  60_000,
);

test("who asks Redis for more than it reads is cut off at the bound that was set", async () => {
  const value = "x".repeat(MB);
  const other = await open("redis");
  await said(other, [`*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${MB}\r\n${value}\r\n`, "+OK\r\n"]);
  const set = "CONFIG SET client-output-buffer-limit 'normal 16mb 0 0'\r\n";
  await said(other, [set, "+OK\r\n"]);
  const reader = await open("redis");
  reader.on("error", () => {});
  reader.pause();
  const before = memory();
  reader.write("GET big\r\n".repeat(1000));
  await expect.poll(() => said(other, ["CLIENT LIST\r\n", "\n\r\n"])).not.toMatch(/id=[^]*id=/);
  expect(memory() - before).toBeLessThan(64 * MB);
  reader.destroy();
  other.destroy();
});

/** So many come, say something, mostly half of it, and go: politely or not. In waves, as files may be few. */
async function comeAndGo(protocol: Protocol, count: number): Promise<void> {
  for (let gone = 0; gone < count; gone += 250) {
    await Promise.all(
      Array.from({ length: 250 }, async (_, at) => {
        const socket = await open(protocol);
        socket.on("error", () => {});
        socket.resume();
        if (at % 2 === 0) socket.write(half[protocol], "latin1");
        const closed = once(socket, "close");
        if (at % 10 === 0) socket.end();
        else socket.resetAndDestroy();
        await closed;
      }),
    );
  }
}

async function open(protocol: Protocol): Promise<Socket> {
  const server = emulator.servers.find((each) => each.protocol === protocol);
  const socket = connect({ host: "127.0.0.1", port: server!.port, noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** A method of AMQP. */
function frame(channel: number, payload: string): string {
  return `\x01\0${String.fromCharCode(channel)}\0\0\0${String.fromCharCode(payload.length)}${payload}\xce`;
}

/** Says how long a message of AMQP is. */
function header(size: number): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  return `\x02\0\x01\0\0\0\x0e\0\x3c\0\0${length.toString("latin1")}\0\0\xce`;
}

/** Says something and waits for what ends so. */
function said(socket: Socket, [request, end]: readonly [string, string]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!text.endsWith(end)) return;
      socket.off("data", read).off("close", closed);
      resolve(text);
    };
    const closed = () => reject(new Error(`closed after ${JSON.stringify(text)}`));
    socket.on("data", read);
    socket.once("close", closed);
    socket.write(request, "latin1");
  });
}

/** What this process holds once its garbage is gone, bytes. */
function memory(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
