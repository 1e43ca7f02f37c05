/** The TLS spec on the emulator, and what is its own. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Emulator, type EmulatorTls, startEmulator } from "@millrace/emulator";
import { Redis } from "ioredis";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Certificates, makeCertificates } from "../real/brokers/certificates.ts";
import { tlsPromises } from "./tls.spec.ts";

const only = ["kafka", "nats", "redis", "mqtt", "rabbitmq"] as const;
const ports = { kafka: 0, nats: 0, redis: 0, mqtt: 0, rabbitmq: 0 };
let folder: string;
let client: Certificates;
let tls: Required<EmulatorTls>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-tls-"));
  const made = await makeCertificates(folder);
  client = made.client;
  const { serverCert, serverKey, ca } = made.files;
  const [cert, key, authority] = await Promise.all(
    [serverCert, serverKey, ca].map((file) => readFile(file, "utf8")),
  );
  tls = { cert: cert!, key: key!, ca: authority! };
});
afterAll(() => rm(folder, { recursive: true }));

function secured(emulator: Emulator, protocol: (typeof only)[number]) {
  return emulator.servers.find((each) => each.protocol === protocol)!.tls!;
}

describe("as the real servers", () => {
  tlsPromises(async () => {
    const emulator = await startEmulator({ only, ports, tls });
    const { management } = emulator.servers.find(({ protocol }) => protocol === "rabbitmq")!;
    await addUser(management!.url, "millrace");
    const address = (protocol: (typeof only)[number]) => ({
      ...client,
      url: secured(emulator, protocol).url,
    });
    return {
      addresses: {
        kafka: address("kafka"),
        rabbitmq: address("rabbitmq"),
        redis: address("redis"),
        mqtt: address("mqtt"),
        nats: address("nats"),
      },
      management: management!.url,
      [Symbol.asyncDispose]: () => emulator.close(),
    };
  });
});

/** Without a password: by a certificate only. */
async function addUser(url: string, name: string): Promise<void> {
  const headers = { authorization: `Basic ${btoa("guest:guest")}` };
  const all = { configure: ".*", write: ".*", read: ".*" };
  for (const [path, body] of [
    [`users/${name}`, { password_hash: "", tags: "" }],
    [`permissions/%2F/${name}`, all],
  ] as const) {
    const init = { method: "PUT", headers, body: JSON.stringify(body) };
    expect((await fetch(`${url}/api/${path}`, init)).status).toBe(201);
  }
}

test("says where TLS is; the plain ports stay plain", async () => {
  await using emulator = await startEmulator({ only, ports, tls });
  const [nats, redis, mqtt, rabbitmq] = emulator.servers;
  expect(nats?.tls).toEqual({ url: `tls://127.0.0.1:${nats?.port}`, port: nats?.port });
  for (const [server, scheme] of [
    [redis, "rediss"],
    [mqtt, "mqtts"],
    [rabbitmq, "amqps"],
  ] as const) {
    expect(server?.tls?.url).toBe(`${scheme}://127.0.0.1:${server?.tls?.port}`);
    expect(server?.tls?.port).not.toBe(server?.port);
  }
  const plain = await connectAsync(mqtt!.url);
  await plain.endAsync();
});

test("without authorities nobody is asked for a certificate", async () => {
  const { cert, key, ca } = tls;
  await using emulator = await startEmulator({ only: ["mqtt"], ports, tls: { cert, key } });
  const connected = await connectAsync(secured(emulator, "mqtt").url, { ca, host: "localhost" });
  await connected.endAsync();
});

test("who goes on with an earlier session of TLS is let in again", async () => {
  await using emulator = await startEmulator({ only: ["redis"], ports, tls });
  const terms = { ...client, host: "127.0.0.1", port: secured(emulator, "redis").port };
  const first = connectTls(terms);
  const [session] = (await once(first, "session")) as [Buffer];
  first.destroy();
  const again = connectTls({ ...terms, session });
  again.write("PING\r\n");
  expect(String((await once(again, "data"))[0])).toBe("+PONG\r\n");
  expect(again.isSessionReused()).toBe(true);
  again.destroy();
});

test("closing ends its connections, and no web page comes in by https", async () => {
  await using emulator = await startEmulator({ only: ["redis"], ports, tls });
  const terms = { ...client, host: "127.0.0.1", port: secured(emulator, "redis").port };
  const page = connectTls(terms);
  page.resume().on("error", () => {});
  page.write("POST / HTTP/1.1\r\n\r\nFLUSHALL\r\n");
  await once(page, "close");
  const idle = connectTls(terms).on("error", () => {});
  await once(idle, "secureConnect");
  const silent = connectSocket(terms.port, "127.0.0.1").on("error", () => {});
  await once(silent, "connect");
  const ended = Promise.all([idle, silent].map((socket) => once(socket.resume(), "close")));
  await emulator.close();
  await ended;
});

test("nothing is left of who has gone, politely, at once or by a reset", async () => {
  await using emulator = await startEmulator({ only: ["redis"], ports, tls });
  const [redis] = emulator.servers;
  const come = async () => {
    const socket = connectSocket(redis!.tls!.port, "127.0.0.1").on("error", () => {});
    const over = connectTls({ ...client, socket, servername: "localhost" }).on("error", () => {});
    over.write("PING\r\n");
    await once(over, "data");
    return { socket, over };
  };
  const [polite, sudden, reset] = await Promise.all([come(), come(), come()]);
  const watcher = new Redis(redis!.url);
  const others = async () =>
    String(await watcher.client("LIST"))
      .trim()
      .split("\n").length - 1;
  expect(await others()).toBe(3);
  polite.over.end();
  sudden.over.destroy();
  reset.socket.resetAndDestroy();
  await expect.poll(others).toBe(0);
  watcher.disconnect();
});

test("a key that is not the certificate's ends the start", async () => {
  const start = startEmulator({ only: ["redis"], ports, tls: { ...tls, key: client.key } });
  await expect(start).rejects.toThrow("the certificate and key of TLS cannot be used: ");
});
