/** TLS, WebSockets, users and access lists on mosquitto: what is let in, and what is said where it is not. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ConnectError, DeclarationError, PublishError } from "millrace";
import type { MqttOptions } from "millrace/mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWebSocketStream, WebSocketServer } from "ws";
import { Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startMosquitto, type RealBroker } from "./brokers.ts";
import {
  makeCertificates,
  type CertificateFiles,
  type Certificates,
} from "./brokers/certificates.ts";
import { freePorts } from "./brokers/server.ts";
import { recordedLog } from "./log.ts";
import { line, make, unique } from "./mqtt-bench.ts";

let folder: string;
let client: Certificates;
let files: CertificateFiles;
let server: RealBroker;
/** Of listeners: with TLS; with TLS and client certificates. */
let secure: string;
let strict: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-mqtt-"));
  ({ client, files } = await makeCertificates(folder));
  const [tlsPort, strictPort] = (await freePorts(2)) as [number, number];
  const list = join(folder, "access");
  await writeFile(list, "topic read $SYS/#\ntopic readwrite open/#\n");
  const tls = `cafile ${files.ca}\ncertfile ${files.serverCert}\nkeyfile ${files.serverKey}`;
  server = await startMosquitto(
    [
      `acl_file ${list}`,
      `listener ${tlsPort} 127.0.0.1\n${tls}`,
      `listener ${strictPort} 127.0.0.1\n${tls}\nrequire_certificate true`,
    ].join("\n"),
  );
  secure = `mqtts://localhost:${tlsPort}`;
  strict = `mqtts://localhost:${strictPort}`;
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A message there and back. */
async function works(url: string, options: MqttOptions = {}): Promise<void> {
  const broker = make(url, options);
  const topic = `open/${unique("there")}`;
  const seen = new Inbox<string>();
  broker.subscriber(topic, { qos: 2 }, async (text: string) => seen.push(text));
  await using _app = await start(broker);
  await broker.publish(topic, "there", { qos: 2 });
  expect(await seen.first(1)).toEqual(["there"]);
}

/** The one error of a start that must fail. */
async function refused(url: string, options: MqttOptions = {}): Promise<string> {
  const failure = await start(make(url, { connectTimeout: 20_000, ...options })).then(
    async (app) => {
      await app.stop();
      return "it started";
    },
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ConnectError);
  return String(failure);
}

test("TLS: an authority that is named is trusted, also one of several", async () => {
  await works(secure, { tls: { ca: client.ca } });
  await works(secure, { tls: { ca: [client.cert, client.ca] } });
});

test("TLS: each mistake is one error that says what to do", async () => {
  expect(await refused(secure)).toContain("set tls.ca");
  expect(await refused(secure, { tls: { ca: client.cert } })).toContain("set tls.ca");
  expect(
    await refused(secure, { tls: { ca: client.ca, servername: "elsewhere.example" } }),
  ).toContain("tls.servername");
  expect(await refused(server.url.replace("mqtt:", "mqtts:"))).toMatch(
    /does not speak TLS|with TLS\? Without it/,
  );
  expect(await refused(secure.replace("mqtts:", "mqtt:"))).toContain("without TLS? With it");
  await expect(start(make(server.url, { tls: { ca: client.ca } }))).rejects.toThrow(
    DeclarationError,
  );
});

test("TLS: a client certificate, its key encrypted or not, and what is said without", async () => {
  const { ca, cert, key } = client;
  await works(strict, { tls: { ca, cert, key } });
  const plain = join(folder, "plain.key");
  await writeFile(plain, key);
  const { stdout: encrypted } = await promisify(execFile)("openssl", [
    ...["pkcs8", "-topk8", "-in", plain, "-passout", "pass:s3same"],
  ]);
  await works(strict, { tls: { ca, cert, key: encrypted, passphrase: "s3same" } });
  for (const passphrase of ["wrong", undefined]) {
    const tls = { ca, cert, key: encrypted, ...(passphrase === undefined ? {} : { passphrase }) };
    expect(await refused(strict, { tls })).toContain("set tls.passphrase");
  }
  expect(await refused(strict, { tls: { ca } })).toContain("set tls.cert and tls.key");
  expect(await refused(strict, { tls: { ca, cert: "nonsense", key } })).toContain("PEM");
  const other = await mkdtemp(join(folder, "other-"));
  const stranger = (await makeCertificates(other)).client;
  const { cert: theirs, key: theirKey } = stranger;
  expect(await refused(strict, { tls: { ca, cert: theirs, key: theirKey } })).toContain(
    "does not accept the client certificate",
  );
  expect(await refused(strict, { tls: { ca, cert, key: theirKey } })).toContain("not the key of");
});

/** Debian's mosquitto is built without WebSockets: this is the front of one, as a proxy would be. */
async function bridge(tls: boolean) {
  const http = tls
    ? createHttpsServer({
        cert: await readFile(files.serverCert),
        key: await readFile(files.serverKey),
      })
    : createHttpServer();
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    if (request.url !== "/mqtt" || request.headers["x-token"] !== "t") {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const { port, hostname } = new URL(server.url);
      const far = connect(Number(port), hostname);
      const near = createWebSocketStream(ws);
      near.pipe(far).pipe(near);
      near.on("error", () => far.destroy());
      far.on("error", () => near.destroy());
      expect(ws.protocol).toBe("mqtt");
    });
  });
  http.listen(0, "localhost");
  await once(http, "listening");
  return {
    url: `${tls ? "wss" : "ws"}://localhost:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      sockets.close();
      http.close();
    },
  };
}

test("WebSockets, with and without TLS, with headers; a wrong path or header is said", async () => {
  const webSocketHeaders = { "X-Token": "t" };
  await using plain = await bridge(false);
  await works(`${plain.url}/mqtt`, { webSocketHeaders });
  expect(await refused(`${plain.url}/elsewhere`, { webSocketHeaders })).toContain("answers 403");
  expect(await refused(`${plain.url}/mqtt`)).toContain("webSocketHeaders");
  await using encrypted = await bridge(true);
  await works(`${encrypted.url}/mqtt`, { webSocketHeaders, tls: { ca: client.ca } });
  expect(await refused(`${encrypted.url}/mqtt`, { webSocketHeaders })).toContain("set tls.ca");
});

test.for([1, 2] as const)(
  "QoS %d: a publish that the access list forbids fails with what to do; 3.1.1 cannot tell",
  async (qos) => {
    const broker = make(server.url);
    await using app = await start(broker);
    const failure = await broker.publish("closed/a", 1, { qos }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PublishError);
    expect(String(failure)).toContain("not authorized, 0x87");
    expect(String(failure)).toContain("access list must let this user publish");
    expect(app.health().status).toBe("up");
    const old = make(server.url, { protocol: "3.1.1" });
    await using _old = await start(old);
    await old.publish("closed/a", 1, { qos });
  },
);

/** The rights of everybody, for mosquitto's plugin that knows rights to subscribe; read when it starts. */
const rights = (...filters: string[]): string =>
  JSON.stringify({
    defaultACLAccess: {
      publishClientSend: true,
      publishClientReceive: true,
      subscribe: false,
      unsubscribe: true,
    },
    anonymousGroup: "all",
    groups: [{ groupname: "all", roles: [{ rolename: "all" }] }],
    roles: [
      {
        rolename: "all",
        acls: ["$SYS/#", ...filters].map((topic) => ({
          acltype: "subscribePattern",
          topic,
          allow: true,
        })),
      },
    ],
  });

test("a subscription that is refused: an error at start, and while it runs a problem until it is granted", async () => {
  const file = join(folder, "rights.json");
  await writeFile(file, rights("open/#"));
  const plugin = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so";
  await using strictly = await startMosquitto(
    `plugin ${plugin}\nplugin_opt_config_file ${file}\nallow_anonymous true`,
  );
  const wrong = make(strictly.url);
  wrong.subscriber("closed", {}, async () => {});
  const failure = await start(wrong).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConnectError);
  expect(String(failure)).toContain("not authorized, 0x87");
  expect(String(failure)).toContain("let this user subscribe");

  const broker = make(strictly.url);
  const seen = new Inbox<string>();
  broker.subscriber("open/door", {}, async (text: string) => seen.push(text));
  const log = recordedLog();
  await using app = await start(broker, log.logger);
  const health = () => app.health().brokers[0]?.subscriptions[0];
  expect(health()?.status).toBe("up");
  // Killed, it has written nothing down: the session is gone, and so is the right.
  await strictly.kill();
  await writeFile(file, rights());
  await strictly.restart();
  expect(await line(log, "not subscribed any more")).toContain("let this user subscribe");
  expect(health()).toMatchObject({ status: "down" });
  expect(health()?.problem).toContain("not authorized");
  await strictly.kill();
  await writeFile(file, rights("open/#"));
  await strictly.restart();
  await line(log, 'subscribed to "open/door" again');
  expect(health()?.status).toBe("up");
  await broker.publish("open/door", "shut");
  expect(await seen.first(1)).toEqual(["shut"]);
});
