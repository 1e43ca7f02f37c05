/**
 * What is no protocol ends one connection, with the protocol's own error, and nothing else: every other client goes on.
 * Random input comes again with TEST_SEED, which every failure names.
 */
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import { connect, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "./index.ts";
import { seededRandom } from "./random.ts";

const seed = Number(process.env["TEST_SEED"] ?? Date.now());
let random = seededRandom(seed);
let emulator: Emulator;
let witnesses: { nats: NatsConnection; mqtt: MqttClient };

beforeAll(async () => {
  emulator = await startEmulator({ ports: { nats: 0, mqtt: 0 }, maxPayload: 100_000 });
  const [nats, mqtt] = emulator.servers;
  witnesses = {
    nats: await connect({ servers: nats!.url, reconnect: false }),
    mqtt: await connectAsync(mqtt!.url, { reconnectPeriod: 0 }, false),
  };
  witnesses.nats.subscribe("witness", {
    callback: (_, message) => void message.respond(message.data),
  });
  await witnesses.mqtt.subscribeAsync("witness", { qos: 1 });
});

afterAll(async () => {
  await Promise.all([witnesses.nats.close(), witnesses.mqtt.endAsync()]);
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
};

const protocols = ["nats", "mqtt"] as const;
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
  expect(await whoGoesOn(), `seed ${seed}`).toEqual(["nats", "mqtt"]);
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
  // Who speaks MQTT 5 is told: DISCONNECT with 0x95, packet too large.
  "MQTT 5 packet": [
    "mqtt",
    Buffer.concat([
      Buffer.from([0x10, 14, 0, 4, ...Buffer.from("MQTT"), 5, 2, 0, 60, 0, 0, 1, 97]),
      Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01]),
    ]),
    "\xe0\x02\x95\x00",
  ],
  "MQTT 3.1.1 packet": [
    "mqtt",
    Buffer.concat([good.mqtt.subarray(0, 22), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01])]),
    "",
  ],
  "HTTP request to MQTT": ["mqtt", http, ""],
};

test.each(Object.entries(tooMuch))(
  "a %s is ended with its own word",
  async (_, [protocol, bytes, word]) => {
    expect(await assault(protocol, bytes)).toContain(word);
    expect(await whoGoesOn(), `seed ${seed}`).toEqual(["nats", "mqtt"]);
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
  const socket = socketTo(emulator.servers[1]!.url);
  socket.write(Buffer.concat([connected, publish]));
  // PUBREC is 0x50, a P.
  while (!String((await once(socket, "data"))[0]).includes("P")) continue;
  socket.end(Buffer.concat([release, release, release]));
  await once(socket, "close");
  expect(await whoGoesOn(), `seed ${seed}`).toEqual(["nats", "mqtt"]);
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

test("a subscriber that does not read is cut off, and its publisher goes on", async () => {
  await using large = await startEmulator({
    only: ["nats"],
    ports: { nats: 0 },
    maxPayload: 8 * 1024 * 1024,
  });
  const { url } = large.servers[0]!;
  const dropped: (string | undefined)[] = [];
  large.onEvents((events) => {
    for (const { kind, reason } of events) if (kind === "dropped") dropped.push(reason);
  });
  const slow = socketTo(url);
  slow.write('CONNECT {"verbose":false}\r\nSUB flood 1\r\nPING\r\n');
  while (!String((await once(slow, "data"))[0]).includes("PONG")) continue;
  slow.pause();
  const publisher = await connect({ servers: url });
  // Three messages of 8 MiB more than the 64 MiB that may wait, and what the system takes by itself.
  for (let sent = 0; sent < 12; sent++) {
    publisher.publish("flood", new Uint8Array(8 * 1024 * 1024));
    await publisher.flush();
  }
  expect(dropped[0]).toBe("slow consumer: the client does not read what it is sent");
  expect(dropped.at(-1)).toBe("no subscribers");
  slow.destroy();
  await publisher.close();
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
  const served = { nats: answer.string(), mqtt: String((await received)[1]) };
  expect(warnings, `seed ${seed}`).toEqual([]);
  return protocols.filter((protocol) => served[protocol] === payload);
}
