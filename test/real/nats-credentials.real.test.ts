/** Every way to log in to nats-server, and TLS. What is secret is in no error and no log. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, createLogger, DeclarationError } from "millrace";
import { NatsBroker, type NatsOptions } from "millrace/nats";
import { nkeys } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { startNatsServer } from "./brokers.ts";
import {
  makeCertificates,
  type CertificateFiles,
  type Certificates,
} from "./brokers/certificates.ts";
import { recordedLog } from "./log.ts";
import { createOperator } from "./nats-operator.ts";

let folder: string;
let client: Certificates;
let files: CertificateFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-nats-tls-"));
  ({ client, files } = await makeCertificates(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Connects, and sends a message to itself. */
async function works(options: NatsOptions): Promise<string[]> {
  const broker = new NatsBroker(options);
  const seen = new Inbox<string>();
  broker.subscriber("hello", {}, async (text: string) => seen.push(text));
  const log = recordedLog();
  await using _app = await startWith(broker, log.logger);
  await broker.publish("hello", "itself");
  await seen.first(1);
  return log.lines.items.map((line) => JSON.stringify(line));
}

async function startWith(broker: NatsBroker, logger = createLogger({ level: "silent" })) {
  const app = new App(broker, { title: "credentials", logger });
  await app.start();
  return app;
}

/** The error with all its causes, as a log would show it. */
async function refusal(options: NatsOptions): Promise<string> {
  const error = await works(options).then(
    () => new Error("it was let in"),
    (reason: unknown) => reason as Error,
  );
  let text = "";
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    text += `${each.name}: ${each.message}\n${JSON.stringify(each)}\n`;
  return text;
}

const seedOf = (pair: ReturnType<typeof nkeys.createUser>) =>
  new TextDecoder().decode(pair.getSeed());

test("an nkey logs in, another one does not, and none is shown", async () => {
  const known = nkeys.createUser();
  const unknown = seedOf(nkeys.createUser());
  await using server = await startNatsServer(
    `authorization { users = [ { nkey: ${known.getPublicKey()} } ] }`,
  );
  const lines = await works({ url: server.url, nkey: `${seedOf(known)}\n` });
  expect(lines.join("\n")).not.toContain(seedOf(known));
  const text = await refusal({ url: server.url, nkey: unknown });
  expect(text).toMatch(/ConnectError: .*refused the credentials/);
  expect(text).not.toContain(unknown);
  const broken = await refusal({ url: server.url, nkey: `${unknown.slice(0, -1)}!` });
  expect(broken).toMatch(/nkey is no seed/);
  expect(broken).not.toContain(unknown.slice(0, -1));
});

test("a JWT with its seed and a credentials file log in; a stranger's do not", async () => {
  const operator = createOperator();
  const { jwt, seed, creds } = operator.user();
  await using server = await startNatsServer(operator.config);
  const { url } = server;
  const credsFile = join(folder, "user.creds");
  await writeFile(credsFile, creds);
  for (const options of [{ jwt, nkey: seed }, { creds }, { credsFile }]) {
    const lines = (await works({ url, ...options })).join("\n");
    expect(lines).not.toContain(seed);
    expect(lines).not.toContain(jwt);
  }
  const stranger = createOperator().user();
  for (const options of [
    { creds: stranger.creds },
    { jwt: stranger.jwt, nkey: stranger.seed },
    // Somebody else's JWT, without the seed that belongs to it.
    { jwt, nkey: stranger.seed },
  ]) {
    const text = await refusal({ url, ...options });
    expect(text).toMatch(/ConnectError: .*refused the credentials/);
    for (const secret of [stranger.seed, stranger.jwt, jwt, seed])
      expect(text).not.toContain(secret);
  }
  expect(await refusal({ url, creds: "nothing of the kind" })).toMatch(/creds is no credentials/);
  expect(await refusal({ url, credsFile: join(folder, "missing") })).toMatch(
    /cannot read the credentials file/,
  );
});

test("ways to log in exclude each other", async () => {
  for (const [options, text] of [
    [{ user: "a", token: "t" }, /user and token cannot be given together/],
    [{ creds: "x", credsFile: "y" }, /creds and credsFile cannot be given together/],
    [{ jwt: "x" }, /jwt needs the seed/],
  ] as const) {
    const starting = startWith(new NatsBroker({ url: "nats://localhost:1", ...options }));
    await expect(starting).rejects.toThrow(DeclarationError);
    await expect(starting).rejects.toThrow(text);
  }
});

const tls = (more = "") =>
  `tls { cert_file: "${files.serverCert}", key_file: "${files.serverKey}", ca_file: "${files.ca}" ${more} }`;

test("TLS: the server is known by its authority, and not taken without", async () => {
  await using server = await startNatsServer(tls());
  const url = server.url;
  await works({ url, tls: { ca: client.ca } });
  await works({ url, tls: { caFile: files.ca } });
  for (const options of [{ url }, { url, tls: {} }])
    expect(await refusal(options)).toMatch(/ConnectError: TLS with NATS .* failed .*tls.ca/);
  await using plain = await startNatsServer();
  expect(await refusal({ url: plain.url, tls: {} })).toMatch(/whether the server has TLS/);
});

test("TLS: the server asks for a certificate, and knows its user by it", async () => {
  await using server = await startNatsServer(
    `${tls(", verify_and_map: true")}\nauthorization { users = [ { user: "CN=millrace" } ] }`,
  );
  const { url } = server;
  const lines = await works({ url, tls: client });
  expect(lines.join("\n")).not.toContain("PRIVATE KEY");
  const text = await refusal({ url, tls: { ca: client.ca }, connectTimeout: 500 });
  expect(text).toMatch(/ConnectError: .*may ask for a certificate: tls.cert, tls.key/);
});

test("TLS before the server's first line, where the server can", async () => {
  await using plain = await startNatsServer();
  const [, minor = 0] = plain.version.split(".").map(Number);
  if (minor < 11) {
    // An older server speaks first: a client that waits for TLS hears something else.
    const text = await refusal({
      url: plain.url,
      tls: { handshakeFirst: true },
      connectTimeout: 500,
    });
    expect(text).toMatch(/ConnectError/);
    return;
  }
  // `auto`, so that the test can read who it is: after 50 ms the server speaks to those who wait for it.
  await using server = await startNatsServer(tls(", handshake_first: auto"));
  await works({ url: server.url, tls: { ca: client.ca, handshakeFirst: true } });
});
