/**
 * What is no protocol ends one connection, with the protocol's own error, and nothing else: every other client goes on.
 * Random input comes again with TEST_SEED, which every failure names.
 */
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connect as connectAmqp, type ChannelModel, type ConfirmChannel } from "amqplib";
import { Redis } from "ioredis";
import { connectAsync, type MqttClient } from "mqtt";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "./index.ts";
import { seededRandom } from "./random.ts";

const seed = Number(process.env["TEST_SEED"] ?? Date.now());
let random = seededRandom(seed);
let emulator: Emulator;
let witnesses: {
  nats: NatsConnection;
  redis: Redis;
  mqtt: MqttClient;
  rabbitmq: ConfirmChannel;
};
let amqp: ChannelModel;

beforeAll(async () => {
  emulator = await startEmulator({
    only: ["nats", "redis", "mqtt", "rabbitmq"],
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0 },
    maxPayload: 100_000,
  });
  const [nats, redis, mqtt, rabbitmq] = emulator.servers;
  amqp = await connectAmqp(rabbitmq!.url);
  witnesses = {
    nats: await connect({ servers: nats!.url, reconnect: false }),
    redis: new Redis(redis!.url, { retryStrategy: null }),
    mqtt: await connectAsync(mqtt!.url, { reconnectPeriod: 0 }, false),
    rabbitmq: await amqp.createConfirmChannel(),
  };
  await witnesses.rabbitmq.assertQueue("witness");
  witnesses.nats.subscribe("witness", {
    callback: (_, message) => void message.respond(message.data),
  });
  await witnesses.mqtt.subscribeAsync("witness", { qos: 1 });
});

afterAll(async () => {
  const { nats, redis, mqtt } = witnesses;
  await Promise.all([nats.close(), redis.quit(), mqtt.endAsync(), amqp.close()]);
  await emulator.close();
});

/** Faults of ours, which the listener reports: none of this input is allowed to find one. */
const warnings: string[] = [];
const warned = (warning: Error) => void warnings.push(String(warning.stack));
process.on("warning", warned);
afterAll(() => void process.off("warning", warned));

beforeEach(() => {
  random = seededRandom(seed);
});

/** Whole sessions of good commands, to be cut and bent. */
const good = {
  nats: Buffer.from(
    [
      'CONNECT {"verbose":true,"headers":true,"no_responders":true,"name":"attacker"}\r\n',
      "SUB garbage.* q 1\r\nSUB garbage.> 2\r\nPING\r\nPUB garbage.a reply 5\r\nhello\r\n",
      "HPUB garbage.b 18 23\r\nNATS/1.0\r\nK: v\r\n\r\nhello\r\nUNSUB 1 3\r\nPONG\r\n",
    ].join(""),
  ),
  redis: Buffer.from(
    [
      "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*3\r\n$5\r\nLPUSH\r\n$7\r\ngarbage\r\n$5\r\nhello\r\n",
      "*3\r\n$5\r\nBRPOP\r\n$7\r\ngarbage\r\n$1\r\n1\r\nXADD garbage2 * 'a' \"b\\x00\"\r\n*1\r\n$5\r\nMULTI\r\n",
      "*2\r\n$9\r\nSUBSCRIBE\r\n$7\r\ngarbage\r\n*1\r\n$4\r\nEXEC\r\n",
      "*3\r\n$4\r\nEVAL\r\n$31\r\nreturn redis.call('get', 'wrong')\r\n$1\r\n0\r\n",
    ].join(""),
  ),
  mqtt: Buffer.concat([
    Buffer.from([
      0x10,
      20,
      0,
      4,
      ...Buffer.from("MQTT"),
      4,
      2,
      0,
      60,
      0,
      8,
      ...Buffer.from("attacker"),
    ]),
    Buffer.from([0x82, 12, 0, 1, 0, 7, ...Buffer.from("garbage"), 2]),
    Buffer.from([0x34, 16, 0, 7, ...Buffer.from("garbage"), 0, 9, ...Buffer.from("hello")]),
    Buffer.from([0x62, 2, 0, 9, 0xc0, 0, 0xa2, 11, 0, 2, 0, 7, ...Buffer.from("garbage")]),
  ]),
  rabbitmq: Buffer.concat([
    Buffer.from("AMQP\0\0\x09\x01", "latin1"),
    frame(
      1,
      0,
      "\0\x0a\0\x0b\0\0\0\x19\x0fconnection_nameS\0\0\0\x04evil\x05PLAIN\0\0\0\x0c\0guest\0guest\x05en_US",
    ),
    frame(1, 0, "\0\x0a\0\x1f\x07\xff\0\x02\0\0\0\x3c"),
    frame(1, 0, "\0\x0a\0\x28\x01/\0\0"),
    frame(1, 1, "\0\x14\0\x0a\0"),
    frame(1, 1, "\0\x55\0\x0a\0"),
    frame(1, 1, "\0\x32\0\x0a\0\0\x07garbage\x02\0\0\0\x14\x0ex-max-priorityI\0\0\0\x05"),
    frame(1, 1, "\0\x3c\0\x14\0\0\x07garbage\x01t\0\0\0\0\0"),
    frame(1, 1, "\0\x3c\0\x28\0\0\0\x07garbage\x01"),
    frame(2, 1, "\0\x3c\0\0\0\0\0\0\0\0\0\x05\x28\0\0\0\0\x0b\x01aT\0\0\0\0\0\0\0\0\x03"),
    frame(3, 1, "hello"),
    frame(1, 1, "\0\x3c\0\x50\0\0\0\0\0\0\0\x01\x01"),
    frame(8, 0, ""),
    frame(1, 1, "\0\x5a\0\x0a"),
  ]),
};

/** One of AMQP's, of bytes written as characters. */
function frame(type: number, channel: number, payload: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  const head = Buffer.from([type, 0, channel]);
  return Buffer.concat([head, length, Buffer.from(payload, "latin1"), Buffer.from([0xce])]);
}

const protocols = ["nats", "redis", "mqtt", "rabbitmq"] as const;
type Protocol = (typeof protocols)[number];

const attacks: Record<string, (protocol: Protocol) => Buffer> = {
  "random bytes": () =>
    Buffer.from(
      Array.from({ length: 1 + Math.floor(random() * 5000) }, () => Math.floor(random() * 256)),
    ),
  "a session that is cut": (protocol) =>
    good[protocol].subarray(0, Math.floor(random() * good[protocol].length)),
  "a session with bent bytes": (protocol) => {
    const bytes = Buffer.from(good[protocol]);
    for (let count = 1 + Math.floor(random() * 5); count > 0; count--) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    return bytes;
  },
  "a session with a piece repeated or left out": (protocol) => {
    const bytes = good[protocol];
    const [from, to] = [Math.floor(random() * bytes.length), Math.floor(random() * bytes.length)];
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  "a session followed by random bytes": (protocol) =>
    Buffer.concat([
      good[protocol],
      Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256))),
    ]),
};

test.each(
  protocols.flatMap((protocol) =>
    Object.keys(attacks).map((attack) => [protocol, attack] as const),
  ),
)("%s survives %s", async (protocol, attack) => {
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      Array.from({ length: 8 }, () => assault(protocol, attacks[attack]!(protocol))),
    );
  }
  expect(await whoGoesOn(), `seed ${seed}`).toEqual([...protocols]);
});

const http = Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
const tooMuch: Record<string, readonly [Protocol, Buffer, word: string]> = {
  "NATS payload": [
    "nats",
    Buffer.from('CONNECT {"verbose":false}\r\nPUB a 100001\r\n'),
    "-ERR 'Maximum Payload Violation'\r\n",
  ],
  "NATS line": [
    "nats",
    Buffer.from(`SUB ${"a".repeat(10_000)}`),
    "-ERR 'maximum control line exceeded'\r\n",
  ],
  "HTTP request to NATS": ["nats", http, "-ERR 'Unknown Protocol Operation'\r\n"],
  "Redis bulk string": [
    "redis",
    Buffer.from("*1\r\n$536870913\r\n"),
    "-ERR Protocol error: invalid bulk length\r\n",
  ],
  "Redis array": [
    "redis",
    Buffer.from("*2147483648\r\n"),
    "-ERR Protocol error: invalid multibulk length\r\n",
  ],
  "Redis line": [
    "redis",
    Buffer.from("a".repeat(70_000)),
    "-ERR Protocol error: too big inline request\r\n",
  ],
  "HTTP request to Redis": ["redis", http, ""],
  // Who speaks MQTT 5 is told: DISCONNECT with 0x95, packet too large.
  "MQTT 5 packet": [
    "mqtt",
    Buffer.concat([
      Buffer.from([0x10, 14, 0, 4, ...Buffer.from("MQTT"), 5, 2, 0, 60, 0, 0, 1, 97]),
      Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01]),
    ]),
    "\xe0\x01\x95",
  ],
  "MQTT 3.1.1 packet": [
    "mqtt",
    Buffer.concat([good.mqtt.subarray(0, 22), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01])]),
    "",
  ],
  "HTTP request to MQTT": ["mqtt", http, ""],
  "RabbitMQ frame": [
    "rabbitmq",
    Buffer.concat([good.rabbitmq, Buffer.from([3, 0, 1, 0x7f, 0xff, 0xff, 0xff])]),
    "{frame_too_large,2147483647,131064}",
  ],
  "first RabbitMQ frame": [
    "rabbitmq",
    Buffer.concat([good.rabbitmq.subarray(0, 8), Buffer.from([1, 0, 0, 0, 1, 0, 0])]),
    "connection",
  ],
  "HTTP request to RabbitMQ": ["rabbitmq", http, "AMQP\0\0\x09\x01"],
};

test.each(Object.entries(tooMuch))(
  "a %s is ended with its own word",
  async (_, [protocol, bytes, word]) => {
    expect(await assault(protocol, bytes)).toContain(word);
    expect(await whoGoesOn(), `seed ${seed}`).toEqual([...protocols]);
  },
);

test("MQTT survives two PUBRELs for one packet at once", async () => {
  const connected = good.mqtt.subarray(0, 22);
  const publish = Buffer.from([
    0x34,
    16,
    0,
    7,
    ...Buffer.from("garbage"),
    0,
    9,
    ...Buffer.from("hello"),
  ]);
  const release = Buffer.from([0x62, 2, 0, 9]);
  const rejected: unknown[] = [];
  const note = (reason: unknown) => void rejected.push(reason);
  process.on("unhandledRejection", note);
  const socket = socketTo(emulator.servers.find(({ protocol }) => protocol === "mqtt")!.url);
  socket.write(Buffer.concat([connected, publish]));
  // PUBREC is 0x50, a P.
  while (!String((await once(socket, "data"))[0]).includes("P")) continue;
  socket.end(Buffer.concat([release, release, release]));
  await once(socket, "close");
  expect(await whoGoesOn(), `seed ${seed}`).toEqual([...protocols]);
  process.off("unhandledRejection", note);
  expect(rejected).toEqual([]);
});

test("nothing that a web page sends is executed", async () => {
  const [last] = (await emulator.events()).slice(-1);
  for (const protocol of protocols) {
    await assault(
      protocol,
      Buffer.concat([Buffer.from("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), good[protocol]]),
    );
  }
  const channels = (await emulator.events(last?.seq)).map(({ channel }) => channel);
  expect(channels.filter((channel) => channel.startsWith("garbage"))).toEqual([]);
});

/** Sends, says goodbye, and returns what came before the end. */
async function assault(protocol: Protocol, bytes: Uint8Array): Promise<string> {
  const socket = socketTo(emulator.servers.find((server) => server.protocol === protocol)!.url);
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
  // A reset is an answer too.
  socket.on("error", () => {});
  socket.end(bytes);
  await once(socket, "close");
  return answer;
}

function socketTo(url: string) {
  return connectSocket({ host: "127.0.0.1", port: Number(new URL(url).port) });
}

/** Which of the witnesses, who were there before, still get their messages. */
async function whoGoesOn(): Promise<string[]> {
  const payload = String(random());
  const answer = await witnesses.nats.request("witness", payload, { timeout: 5000 });
  const received = once(witnesses.mqtt as never, "message") as Promise<unknown[]>;
  await witnesses.mqtt.publishAsync("witness", payload, { qos: 1 });
  await witnesses.redis.rpush("witness", payload);
  witnesses.rabbitmq.sendToQueue("witness", Buffer.from(payload));
  await witnesses.rabbitmq.waitForConfirms();
  const message = await witnesses.rabbitmq.get("witness", { noAck: true });
  const served = {
    nats: answer.string(),
    redis: (await witnesses.redis.lpop("witness")) ?? "",
    mqtt: String((await received)[1]),
    rabbitmq: message === false ? "" : message.content.toString(),
  };
  expect(warnings, `seed ${seed}`).toEqual([]);
  return protocols.filter((protocol) => served[protocol] === payload);
}
