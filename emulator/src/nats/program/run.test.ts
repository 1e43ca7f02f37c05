/** The server of a configuration file, through real clients. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connect,
  type ConnectionOptions,
  type NatsConnection,
  nkeyAuthenticator,
  nkeys,
  StringCodec,
} from "nats";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { readSetup } from "../config/read.ts";
import type { Setup } from "../config/setup.ts";
import { parseConf } from "../config/syntax.ts";
import { type Running, runServer } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-nats-server-"));
const opened: { close(): Promise<unknown> | void }[] = [];
const text = StringCodec();

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

function setupOf(conf: string): Setup {
  const whole = `port: -1\nhttp: "127.0.0.1:-1"\nlogfile: "${join(folder, "log")}"\n${conf}`;
  const sources = { include: () => ({ file: "", text: "" }), environment: {} };
  return readSetup(parseConf(whole, "test.conf", sources), "test.conf", () => "");
}

async function serve(conf: string): Promise<Running> {
  mkdirSync(folder, { recursive: true });
  const running = await runServer(setupOf(conf));
  opened.push(running);
  return running;
}

async function client(
  { ports }: Running,
  options: ConnectionOptions & { as?: string } = {},
): Promise<NatsConnection> {
  const { as, ...rest } = options;
  const connection = await connect({
    servers: `127.0.0.1:${ports.nats}`,
    reconnect: false,
    timeout: 10_000,
    ...(as === undefined ? {} : { user: as, pass: "pw" }),
    ...rest,
  });
  opened.push(connection);
  return connection;
}

/** What the server refuses on a connection from now on, in order. */
function refused(connection: NatsConnection): string[] {
  const said: string[] = [];
  void (async () => {
    for await (const status of connection.status())
      if (status.permissionContext !== undefined)
        said.push(`${status.permissionContext.operation} ${status.permissionContext.subject}`);
  })();
  return said;
}

async function heard(
  connection: NatsConnection,
  subject: string,
  queue?: string,
): Promise<string[]> {
  const got: string[] = [];
  connection.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (error, message) =>
      void got.push(error?.message ?? `${message.subject} ${message.string()}`),
  });
  await connection.flush();
  return got;
}

test("a user may do what its permissions say, and stays connected when refused", async () => {
  const running = await serve(`authorization {
    users [
      { user: shop, password: pw, permissions {
        publish { allow: ["orders.>"], deny: "orders.secret" }
        subscribe { allow: ["orders.>", "jobs workers.*"], deny: "orders.hidden.>" }
      } }
      { user: all, password: pw }
    ]
  }`);
  const shop = await client(running, { as: "shop" });
  const all = await client(running, { as: "all" });
  const said = refused(shop);
  const got = await heard(shop, "orders.>");
  await heard(shop, "jobs", "workers.eu");
  const everything = await heard(all, ">");
  shop.publish("orders.new", "1");
  shop.publish("orders.secret", "2");
  shop.publish("bills", "3");
  await shop.flush();
  for (const subject of ["orders.seen", "orders.hidden.a", "jobs"]) all.publish(subject, "4");
  await all.flush();
  await heard(shop, "jobs");
  await heard(shop, "bills");
  await shop.flush();
  expect(everything).toEqual(["orders.new 1", "orders.seen 4", "orders.hidden.a 4", "jobs 4"]);
  expect(got.slice(0, 2)).toEqual(["orders.new 1", "orders.seen 4"]);
  await expect
    .poll(() => said)
    .toEqual(["publish orders.secret", "publish bills", "subscription jobs", "subscription bills"]);
  expect(shop.isClosed()).toBe(false);
});

test("who may only answer may publish to where it was asked, once", async () => {
  const running = await serve(`authorization { users [
    { user: asks, password: pw }
    { user: answers, password: pw, permissions { subscribe: "help", allow_responses: true } }
  ] }`);
  const asks = await client(running, { as: "asks" });
  const answers = await client(running, { as: "answers" });
  const said = refused(answers);
  answers.subscribe("help", {
    callback: (_, message) => {
      message.respond("one");
      message.respond("two");
    },
  });
  await answers.flush();
  const got = await heard(asks, "inbox");
  asks.publish("help", "?", { reply: "inbox" });
  await expect.poll(() => said).toEqual(["publish inbox"]);
  await asks.flush();
  expect(got).toEqual(["inbox one"]);
});

test("accounts hear of each other only what they import", async () => {
  const running = await serve(`accounts {
    SHOP { users [{ user: shop, password: pw }]
      exports [{ stream: "orders.*" }, { service: "prices.*", accounts: [TILL] }] }
    TILL { users [{ user: till, password: pw }]
      imports [
        { stream { account: SHOP, subject: "orders.*" }, prefix: "shop" }
        { service { account: SHOP, subject: "prices.*" }, to: "price.of.*" }
      ] }
    NONE { users [{ user: none, password: pw }] }
  }
  no_auth_user: none`);
  const shop = await client(running, { as: "shop" });
  const till = await client(running, { as: "till" });
  const none = await client(running);
  await expect(none.request("prices.tea", "", { timeout: 10_000 })).rejects.toThrow("503");
  const outside = await heard(none, ">");
  const got = await heard(till, ">");
  shop.subscribe("prices.*", {
    callback: (_, message) => void message.respond(`${message.subject} 5`),
  });
  shop.publish("orders.new", "1");
  shop.publish("bills.new", "2");
  await shop.flush();
  const answer = await till.request("price.of.tea", "", { timeout: 10_000 });
  expect(answer.string()).toBe("prices.tea 5");
  await till.flush();
  expect(got[0]).toBe("shop.orders.new 1");
  expect(got.filter((each) => each.includes("bills"))).toEqual([]);
  await none.flush();
  expect(outside).toEqual([]);
});

test("an import that is not exported ends the start", () => {
  const conf = `accounts { A { }, B { imports [{ stream { account: A, subject: "x" } }] } }`;
  return expect(runServer(setupOf(conf))).rejects.toThrow(
    'Error adding stream import "x": stream import not authorized',
  );
});

test("mappings lead subjects elsewhere", async () => {
  const running = await serve(`mappings { "old.*.*": "new.$2.$1" }`);
  const connection = await client(running);
  const got = await heard(connection, ">");
  connection.publish("old.a.b", "1");
  await connection.flush();
  expect(got).toEqual(["new.b.a 1"]);
});

test("a key lets in who can sign with it", async () => {
  const [mine, other] = [nkeys.createUser(), nkeys.createUser()];
  const running = await serve(`authorization { users [{ nkey: ${mine.getPublicKey()} }] }`);
  const connection = await client(running, { authenticator: nkeyAuthenticator(mine.getSeed()) });
  await connection.flush();
  await expect(
    client(running, { authenticator: nkeyAuthenticator(other.getSeed()) }),
  ).rejects.toThrow("Authorization Violation");
});

test("a token of a trusted account lets in its user, until it expires or is revoked", async () => {
  const [operator, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const other = nkeys.createUser();
  const now = Math.floor(Date.now() / 1000);
  const conf = `operator: ${token(operator, operator, {})}
    resolver: MEMORY
    resolver_preload { ${account.getPublicKey()}: ${token(operator, account, {
      type: "account",
      revocations: { [other.getPublicKey()]: now + 10 },
    })} }`;
  const running = await serve(conf);
  const enter = (who: typeof user, claims: object, expires?: number) => {
    const jwt = token(account, who, { type: "user", ...claims }, expires);
    const authenticator = (nonce?: string) => ({
      jwt,
      nkey: who.getPublicKey(),
      sig: Buffer.from(who.sign(Buffer.from(nonce ?? ""))).toString("base64url"),
    });
    return client(running, { authenticator });
  };
  const connection = await enter(user, { pub: { allow: ["a"] } });
  const said = refused(connection);
  connection.publish("b");
  await expect.poll(() => said).toEqual(["publish b"]);
  await expect(enter(user, {}, now - 5)).rejects.toThrow("Authorization Violation");
  await expect(enter(other, {})).rejects.toThrow("Authorization Violation");
});

/** A JWT as the tools of NATS make it. */
function token(
  signer: ReturnType<typeof nkeys.createUser>,
  whose: ReturnType<typeof nkeys.createUser>,
  nats: object,
  exp?: number,
): string {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const claims = {
    sub: whose.getPublicKey(),
    iss: signer.getPublicKey(),
    iat: Math.floor(Date.now() / 1000),
    nats: { version: 2, ...nats },
    ...(exp === undefined ? {} : { exp }),
  };
  const signed = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(claims)}`;
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString("base64url")}`;
}

test("a reload puts out who is not known any more, and says the new limits to the others", async () => {
  const users = (names: string[]) =>
    `authorization { users [${names.map((name) => `{ user: ${name}, password: pw }`).join(" ")}] }`;
  const running = await serve(users(["old", "new"]));
  const old = await client(running, { as: "old" });
  const kept = await client(running, { as: "new" });
  running.reload(setupOf(`${users(["new"])}\nmax_payload: 1kb`));
  await expect(old.closed()).resolves.toMatchObject({ message: "'Authorization Violation'" });
  await kept.flush();
  expect(kept.info?.max_payload).toBe(1024);
});

test("a lame duck tells its clients, then lets them go", async () => {
  const running = await serve("lame_duck_duration: 1s\nlame_duck_grace_period: 50ms");
  const connection = await client(running);
  const said: string[] = [];
  void (async () => {
    for await (const status of connection.status()) said.push(status.type);
  })();
  await running.lameDuck();
  opened.shift();
  await connection.closed();
  expect(said).toContain("ldm");
});

test("the monitoring answers this machine, and no page of another", async () => {
  const running = await serve("server_name: observed\njetstream: enabled");
  const connection = await client(running, { name: "shop" });
  await heard(connection, "orders.*");
  const { monitoring: port } = running.ports;
  const asked = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path, headers }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on("error", reject)
        .end();
    });
  const json = async (path: string) => JSON.parse((await asked(path)).body) as unknown;
  expect(await json("/varz")).toMatchObject({ server_name: "observed", connections: 1 });
  expect(await json("/connz?subs=1")).toMatchObject({
    num_connections: 1,
    connections: [{ name: "shop", subscriptions: 1, subscriptions_list: ["orders.*"] }],
  });
  expect(await json("/jsz")).toMatchObject({ streams: 0 });
  expect(await json("/healthz?js-enabled-only=true")).toEqual({ status: "ok" });
  for (const path of ["/routez", "/gatewayz", "/leafz", "/subsz", "/accountz", "/accstatz", "/"])
    expect((await asked(path)).status, path).toBe(200);
  expect((await asked("/varz", { host: "evil.example:80" })).status).toBe(403);
  expect((await asked("/varz", { origin: "http://evil.example" })).status).toBe(403);
  expect((await asked("/nope")).status).toBe(404);
});

test("WebSocket carries the same session, for pages that are allowed", async () => {
  const running = await serve(
    'websocket { port: -1, no_tls: true, allowed_origins: ["http://good.example"] }',
  );
  const url = `ws://127.0.0.1:${running.ports.websocket}`;
  const socket = new WebSocket(url, { origin: "http://good.example" });
  opened.push({ close: () => socket.terminate() });
  let said = "";
  socket.on("message", (data: Buffer) => (said += data.toString()));
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send('CONNECT {"verbose":false}\r\nSUB a 1\r\nPUB a 2\r\n');
  socket.send("hi\r\n");
  await expect.poll(() => said).toContain("MSG a 1 2\r\nhi\r\n");
  const evil = new WebSocket(url, { origin: "http://evil.example" });
  const error = await new Promise<Error>((resolve) => evil.once("error", resolve));
  expect(error.message).toContain("403");
});

test("file streams outlive the server, and the ports file does not", async () => {
  const conf = `jetstream { store_dir: "${join(folder, "store")}" }\nports_file_dir: "${folder}"`;
  const first = await serve(conf);
  const file = join(folder, `nats-server_${process.pid}.ports`);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    nats: [`nats://127.0.0.1:${first.ports.nats}`],
    monitoring: [`http://127.0.0.1:${first.ports.monitoring}`],
  });
  const before = await client(first);
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: "orders", subjects: ["orders.>"] });
  await before.jetstream().publish("orders.new", "kept");
  for (const each of opened.splice(0).toReversed()) await each.close();
  expect(() => readFileSync(file)).toThrow("ENOENT");
  const second = await client(await serve(conf));
  const stored = await (await second.jetstreamManager()).streams.getMessage("orders", { seq: 1 });
  expect(text.decode(stored.data)).toBe("kept");
});
