/** Nobody but the real server passes for it: not the emulator, not one that speaks its protocol. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { startEmulator } from "@millrace/emulator";
import { expect, test } from "vitest";
import { identifyKafka } from "./identify-kafka.ts";
import { identifyRabbitmq } from "./identify-rabbitmq.ts";
import { identifyMqtt, identifyNats, identifyRedis } from "./identify.ts";

const refused = { name: "NotTheRealThing" };

test("the emulator", async () => {
  await using emulator = await startEmulator({
    only: ["nats", "mqtt", "rabbitmq"],
    ports: { nats: 0, redis: 0, mqtt: 0, rabbitmq: 0 },
  });
  const [nats, mqtt, rabbitmq] = emulator.servers.map(({ url }) => url);
  await expect(identifyNats(nats!)).rejects.toMatchObject(refused);
  await expect(identifyMqtt(mqtt!)).rejects.toMatchObject(refused);
  await expect(identifyRabbitmq(rabbitmq!)).rejects.toMatchObject(refused);
});

test("a NATS server that was not built by Go", async () => {
  await using server = await saying(`INFO {"server_name":"mine","version":"2.10.0"}\r\n`);
  await expect(identifyNats(`nats://${server.address}`)).rejects.toMatchObject(refused);
});

test("a Redis server without an executable", async () => {
  const info = "redis_version:7.2.0\r\n";
  const bulk = `$${info.length}\r\n${info}\r\n`;
  // Several commands may come in one piece, each an array that begins with its name.
  const names = (request: Buffer) =>
    [...request.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)].map(([, name]) => String(name));
  await using server = await answering((request) =>
    names(request)
      .map((name) => (name.toLowerCase() === "info" ? bulk : "+OK\r\n"))
      .join(""),
  );
  await expect(identifyRedis(`redis://${server.address}`)).rejects.toMatchObject(refused);
});

test("an AMQP server on something else than Erlang", async () => {
  for (const [product, platform] of [
    ["RabbitMQ", "Node.js"],
    ["LavinMQ", "Erlang/OTP"],
  ] as const) {
    await using server = await answering(() => connectionStart({ product, platform }));
    await expect(identifyRabbitmq(`amqp://${server.address}`)).rejects.toMatchObject(refused);
  }
  await using real = await answering(() =>
    connectionStart({ product: "RabbitMQ", platform: "Erlang/OTP 25", version: "3.10.8" }),
  );
  expect(await identifyRabbitmq(`amqp://${real.address}`)).toBe("RabbitMQ 3.10.8 on Erlang/OTP 25");
  await using marked = await answering(() =>
    connectionStart({
      product: "RabbitMQ",
      platform: "Erlang/OTP 25",
      cluster_name: "millrace-emulator",
    }),
  );
  await expect(identifyRabbitmq(`amqp://${marked.address}`)).rejects.toMatchObject(refused);
  await using web = await answering(() => "HTTP/1.1 400 Bad Request\r\n\r\n");
  await expect(identifyRabbitmq(`amqp://${web.address}`)).rejects.toMatchObject(refused);
});

test("a Kafka server without a metadata.version, or with the emulator's cluster id", async () => {
  for (const [level, cluster] of [
    [undefined, "mine"],
    [21, "millrace-emulator"],
  ] as const) {
    await using server = await answering((request) => kafkaAnswer(request, level, cluster));
    await expect(identifyKafka(server.address)).rejects.toMatchObject(refused);
  }
  await using real = await answering((request) => kafkaAnswer(request, 21, "mine"));
  expect(await identifyKafka(real.address)).toBe("Apache Kafka 3.9 (metadata.version 21, 1 APIs)");
});

/** Says this to whoever comes, asked or not. */
const saying = (text: string) => serving(text, () => "");

/** Answers each piece it is sent. */
const answering = (answer: (request: Buffer) => string | Buffer) => serving("", answer);

async function serving(greeting: string, answer: (request: Buffer) => string | Buffer) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(greeting);
    socket.on("data", (request) => socket.write(answer(request)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

function connectionStart(properties: Readonly<Record<string, string>>): Buffer {
  const long = (bytes: Buffer) => Buffer.concat([int32(bytes.length), bytes]);
  const fields = Object.entries(properties).map(([name, value]) =>
    Buffer.concat([Buffer.of(name.length), Buffer.from(`${name}S`), long(Buffer.from(value))]),
  );
  const texts = ["PLAIN", "en_US"].map((text) => long(Buffer.from(text)));
  const table = long(Buffer.concat(fields));
  const payload = Buffer.concat([Buffer.of(0, 10, 0, 10, 0, 9), table, ...texts]);
  return Buffer.concat([Buffer.of(1, 0, 0), int32(payload.length), payload, Buffer.of(0xce)]);
}

/** To ApiVersions v3 and Metadata v2: one API, perhaps a feature, one broker. */
function kafkaAnswer(request: Buffer, level: number | undefined, cluster: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
  const feature = Buffer.concat([
    Buffer.of(2, "metadata.version".length + 1),
    Buffer.from("metadata.version"),
    Buffer.of(0, level ?? 0, 0, level ?? 0, 0),
  ]);
  const tags = level === undefined ? Buffer.of(0) : Buffer.of(1, 2, feature.length);
  const apiVersions = [
    Buffer.of(0, 0, 2, 0, 18, 0, 0, 0, 3, 0, 0, 0, 0, 0),
    tags,
    ...(level === undefined ? [] : [feature]),
  ];
  const metadata = [
    ...[int32(1), int32(1), text("127.0.0.1"), int32(9092), Buffer.of(0xff, 0xff)],
    ...[text(cluster), int32(1), int32(0)],
  ];
  const asked = request.readInt16BE(4);
  const body = Buffer.concat([
    int32(request.readInt32BE(8)),
    ...(asked === 18 ? apiVersions : metadata),
  ]);
  return Buffer.concat([int32(body.length), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
