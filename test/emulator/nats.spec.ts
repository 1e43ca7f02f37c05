/**
 * What a NATS server does, as clients see it. Run on the emulator by nats.test.ts and on nats-server by nats.real.test.ts:
 * both must agree. Holds from nats-server 2.9 on.
 */
import { connect, type ConnectionOptions, headers, type Msg, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { RawClient } from "./raw.ts";

export interface NatsServerConfig {
  readonly auth?: { readonly user: string; readonly password: string } | { readonly token: string };
  readonly maxPayload?: number;
}

export interface StartedServer extends AsyncDisposable {
  readonly url: string;
}

const CONNECT = 'CONNECT {"verbose":false,"pedantic":false}\r\n';
const WITH_HEADERS = 'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n';
const NO_RESPONDERS =
  'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n';
const NO_HEADER_BLOCK = "NATS/1.0\r\n\r\n";

/** To a request for this subject, whose reply subject is `in.1` and subscribed by 7. nats-server names it since 2.12. */
const nobodyResponds = (subject: string) => (version: string) => {
  const [major, minor] = version.split(".").map(Number) as [number, number];
  const named = major > 2 || (major === 2 && minor >= 12) ? `Nats-Subject: ${subject}\r\n` : "";
  const head = `NATS/1.0 503\r\n${named}\r\n`;
  return `HMSG in.1 7 ${head.length} ${head.length}\r\n${head}\r\n`;
};

/** What is sent, and what exactly comes back after INFO, by the server's version where it matters; the connection stays open. */
const answers: Record<
  string,
  readonly [sent: string, answer: string | ((version: string) => string)]
> = {
  "answers PING": ["PING\r\n", "PONG\r\n"],
  "is verbose until told otherwise": [
    "SUB a 1\r\nPUB a 1\r\nx\r\nUNSUB 1\r\nUNSUB 9\r\n",
    "+OK\r\n+OK\r\nMSG a 1 1\r\nx\r\n+OK\r\n+OK\r\n",
  ],
  "is verbose and pedantic after an empty CONNECT": [
    "CONNECT {}\r\nPUB a.* 1\r\nx\r\n",
    "+OK\r\n-ERR 'Invalid Publish Subject'\r\n+OK\r\n",
  ],
  "delivers to a subscription of the same connection": [
    `${CONNECT}SUB a 1\r\nPUB a 2\r\nhi\r\n`,
    "MSG a 1 2\r\nhi\r\n",
  ],
  "keeps its own messages from a client that wants no echo": [
    'CONNECT {"verbose":false,"echo":false}\r\nSUB a 1\r\nPUB a 2\r\nhi\r\n',
    "",
  ],
  "reads verbs in any case, tabs and many blanks": [
    'connect {"verbose":false}\r\nsub\ta  \t1 \r\nPuB  a\t1 \r\nx\r\n',
    "MSG a 1 1\r\nx\r\n",
  ],
  "ends lines by LF alone": [
    'CONNECT {"verbose":false}\nSUB a 1\nPUB a 1\nx\r\n',
    "MSG a 1 1\r\nx\r\n",
  ],
  "reads CONNECT without a blank": [
    'CONNECT{"verbose":false}\r\nSUB a 1\r\nPUB a 1\r\nx\r\n',
    "MSG a 1 1\r\nx\r\n",
  ],
  "takes no offence at what follows PING on its line": [`${CONNECT}PING now\r\n`, "PONG\r\n"],
  "carries empty payloads": [`${CONNECT}SUB a 1\r\nPUB a 0\r\n\r\n`, "MSG a 1 0\r\n\r\n"],
  "carries payloads that look like commands": [
    `${CONNECT}SUB a 1\r\nPUB a 8\r\nPING\r\n\r\n\r\n`,
    "MSG a 1 8\r\nPING\r\n\r\n\r\n",
  ],
  "hands on the reply subject": [
    `${CONNECT}SUB a 1\r\nPUB a r.1 2\r\nhi\r\n`,
    "MSG a 1 r.1 2\r\nhi\r\n",
  ],
  "matches one token by *": [
    `${CONNECT}SUB a.* 1\r\nPUB a.b 1\r\n1\r\nPUB a 1\r\n2\r\nPUB a.b.c 1\r\n3\r\n`,
    "MSG a.b 1 1\r\n1\r\n",
  ],
  "matches the rest, but not nothing, by >": [
    `${CONNECT}SUB a.> 1\r\nPUB a.b 1\r\n1\r\nPUB a 1\r\n2\r\nPUB a.b.c 1\r\n3\r\n`,
    "MSG a.b 1 1\r\n1\r\nMSG a.b.c 1 1\r\n3\r\n",
  ],
  "takes a star in a longer token for a letter": [
    `${CONNECT}SUB a* 1\r\nPUB ab 1\r\n1\r\nPUB a* 1\r\n2\r\n`,
    "MSG a* 1 1\r\n2\r\n",
  ],
  "lets a client that is not pedantic publish to wildcards, as plain tokens": [
    `${CONNECT}SUB a.* 1\r\nPUB a.* 1\r\nx\r\nPUB a.> 1\r\ny\r\n`,
    "MSG a.* 1 1\r\nx\r\nMSG a.> 1 1\r\ny\r\n",
  ],
  "tells a pedantic client, and delivers all the same": [
    'CONNECT {"verbose":false,"pedantic":true}\r\nSUB a.* 1\r\nPUB a.* 1\r\nx\r\n',
    "-ERR 'Invalid Publish Subject'\r\nMSG a.* 1 1\r\nx\r\n",
  ],
  "delivers no subject with an empty token": [
    `${CONNECT}SUB > 1\r\nPUB a..b 1\r\nx\r\nPUB .a 1\r\nx\r\nPUB a. 1\r\nx\r\nPUB a 1\r\nx\r\n`,
    "MSG a 1 1\r\nx\r\n",
  ],
  "refuses invalid subscriptions and goes on": [
    `${CONNECT}SUB a..b 1\r\nSUB .a 2\r\nSUB a. 3\r\nSUB a.>.b 4\r\nSUB a.b 5\r\nPUB a.b 1\r\nx\r\n`,
    "-ERR 'Invalid Subject'\r\n".repeat(4) + "MSG a.b 5 1\r\nx\r\n",
  ],
  "keeps the first subscription of a sid": [
    `${CONNECT}SUB a 1\r\nSUB b 1\r\nPUB a 1\r\n1\r\nPUB b 1\r\n2\r\n`,
    "MSG a 1 1\r\n1\r\n",
  ],
  "ends a subscription after so many messages": [
    `${CONNECT}SUB a 1\r\nUNSUB 1 2\r\n${"PUB a 1\r\nx\r\n".repeat(3)}`,
    "MSG a 1 1\r\nx\r\n".repeat(2),
  ],
  "counts what came before UNSUB": [
    `${CONNECT}SUB a 1\r\nPUB a 1\r\nx\r\nPUB a 1\r\nx\r\nUNSUB 1 1\r\nPUB a 1\r\nx\r\n`,
    "MSG a 1 1\r\nx\r\n".repeat(2),
  ],
  "ends a subscription at once by UNSUB 0": [
    `${CONNECT}SUB a 1\r\nUNSUB 1 0\r\nPUB a 1\r\nx\r\n`,
    "",
  ],
  "delivers to the one member of a queue group once": [
    `${CONNECT}SUB a q 1\r\nSUB a q 1\r\nPUB a 1\r\nx\r\n`,
    "MSG a 1 1\r\nx\r\n",
  ],
  "hands on headers": [
    `${WITH_HEADERS}SUB a 1\r\nHPUB a r.1 18 20\r\nNATS/1.0\r\nK: v\r\n\r\nhi\r\n`,
    "HMSG a 1 r.1 18 20\r\nNATS/1.0\r\nK: v\r\n\r\nhi\r\n",
  ],
  "hands on a bare header block": [
    `${WITH_HEADERS}SUB a 1\r\nHPUB a 12 14\r\n${NO_HEADER_BLOCK}hi\r\n`,
    `HMSG a 1 12 14\r\n${NO_HEADER_BLOCK}hi\r\n`,
  ],
  "says that nobody responds": [
    `${NO_RESPONDERS}SUB in.* 7\r\nPUB nobody in.1 2\r\nhi\r\n`,
    nobodyResponds("nobody"),
  ],
  "says so even where only the client itself would, without echo": [
    'CONNECT {"verbose":false,"headers":true,"no_responders":true,"echo":false}\r\nSUB in.* 7\r\nSUB q 1\r\nPUB q in.1 0\r\n\r\n',
    nobodyResponds("q"),
  ],
  "has nobody to tell where the reply subject is not subscribed": [
    `${NO_RESPONDERS}PUB nobody in.1 0\r\n\r\n`,
    "",
  ],
  "refuses replies to subjects of its own": [
    `${CONNECT}PUB a $JS.ACK.x 0\r\n\r\n`,
    `-ERR 'Permissions Violation for Publish with Reply of "$JS.ACK.x"'\r\n`,
  ],
  "takes CONNECT twice": [
    'CONNECT {"verbose":true}\r\nCONNECT {"verbose":true}\r\n',
    "+OK\r\n+OK\r\n",
  ],
  "ignores +OK and INFO": [`${CONNECT}+OK\r\nINFO {}\r\n`, ""],
};
/** What is sent, and the last words before the server closes. */
const ends: Record<string, readonly [sent: string | Uint8Array, lastWords: string]> = {
  "an unknown verb": [`${CONNECT}FOO\r\n`, "-ERR 'Unknown Protocol Operation'\r\n"],
  "a verb that begins well": [`${CONNECT}PUSH\r\n`, "-ERR 'Unknown Protocol Operation'\r\n"],
  "a command of servers": [`${CONNECT}MSG a 1 1\r\nx\r\n`, "-ERR 'Unknown Protocol Operation'\r\n"],
  "an HTTP GET": [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "-ERR 'Unknown Protocol Operation'\r\n",
  ],
  "an HTTP POST with commands": [
    "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nPUB a 1\r\nx\r\n",
    "-ERR 'Unknown Protocol Operation'\r\n",
  ],
  garbage: [Buffer.from([0, 1, 2, 3, 255, 254]), "-ERR 'Unknown Protocol Operation'\r\n"],
  "a TLS hello": [Buffer.from([0x16, 3, 1, 0, 5]), "-ERR 'Unknown Protocol Operation'\r\n"],
  "SUB without a blank": [`${CONNECT}SUB\r\n`, "-ERR 'Unknown Protocol Operation'\r\n"],
  "a payload longer than announced": [
    `${CONNECT}PUB a 1\r\nxx\r\n`,
    "-ERR 'Unknown Protocol Operation'\r\n",
  ],
  "a payload ended by LF alone": [
    `${CONNECT}PUB a 1\r\nx\nPING\r\n`,
    "-ERR 'Unknown Protocol Operation'\r\n",
  ],
  "a payload over the limit, before it has come": [
    `${CONNECT}PUB a 1048577\r\n`,
    "-ERR 'Maximum Payload Violation'\r\n",
  ],
  "headers and payload over the limit": [
    `${WITH_HEADERS}HPUB a 12 1048577\r\n`,
    "-ERR 'Maximum Payload Violation'\r\n",
  ],
  "a line without end": [
    `${CONNECT}PUB ${"a".repeat(5000)}`,
    "-ERR 'maximum control line exceeded'\r\n",
  ],
  "a line over the limit": [
    `${CONNECT}SUB ${"a".repeat(5000)} 1\r\n`,
    "-ERR 'maximum control line exceeded'\r\n",
  ],
  "a client protocol of the future": [
    'CONNECT {"verbose":false,"protocol":5}\r\n',
    "-ERR 'invalid client protocol'\r\n",
  ],
  "no-responders without headers": [
    'CONNECT {"verbose":false,"no_responders":true}\r\n',
    "-ERR 'no responders requires headers support'\r\n",
  ],
  "CONNECT with broken JSON": ["CONNECT {x\r\n", ""],
  "CONNECT without JSON": ["CONNECT\r\n", ""],
  "CONNECT with an option of the wrong type": ['CONNECT {"verbose":"no"}\r\n', ""],
  "PUB without a size": [`${CONNECT}PUB a\r\n`, ""],
  "PUB with a size that is none": [`${CONNECT}PUB a abc\r\n`, ""],
  "PUB with a negative size": [`${CONNECT}PUB a -1\r\n`, ""],
  "PUB with too many words": [`${CONNECT}PUB a b c 1\r\n`, ""],
  "SUB without a sid": [`${CONNECT}SUB a\r\n`, ""],
  "UNSUB with too many words": [`${CONNECT}UNSUB 1 2 3\r\n`, ""],
  "HPUB from a client without headers": [`${CONNECT}HPUB a 12 12\r\n`, ""],
  "HPUB with more headers than bytes": [`${WITH_HEADERS}HPUB a 14 12\r\n`, ""],
  "-ERR from the client": [`${CONNECT}-ERR 'x'\r\n`, ""],
};

/** `start` gives a server of this configuration. */
export function natsPromises(start: (config: NatsServerConfig) => Promise<StartedServer>): void {
  /** One server for all that need nothing special. */
  let plain: StartedServer;
  beforeAll(async () => {
    plain = await start({});
  });
  afterAll(() => plain[Symbol.asyncDispose]());

  describe("on a bare socket", () => {
    test("says in INFO what clients look at", async () => {
      const { info } = await greet(plain.url);
      expect(info).toMatchObject({
        server_id: expect.stringMatching(/^N[A-Z2-7]{55}$/),
        server_name: expect.any(String),
        version: expect.stringMatching(/^2\.\d+\.\d+/),
        proto: 1,
        go: expect.any(String),
        host: "127.0.0.1",
        port: Number(new URL(plain.url).port),
        headers: true,
        max_payload: 1024 * 1024,
        client_id: expect.any(Number),
        client_ip: "127.0.0.1",
      });
      expect(info.auth_required).toBeUndefined();
    });

    test("numbers its clients", async () => {
      const one = await greet(plain.url);
      const other = await greet(plain.url);
      expect(other.info.client_id).toBeGreaterThan(one.info.client_id);
    });

    test.each(Object.entries(answers))("%s", async (_, [sent, expected]) => {
      const { version } = (await greet(plain.url)).info;
      const answer = typeof expected === "string" ? expected : expected(version);
      await using client = await RawClient.connect(plain.url);
      // The PONG to one more PING closes the answer.
      client.send(`${sent}PING\r\n`);
      const received = await client.until((bytes) => afterInfo(bytes).length >= answer.length + 6);
      expect(afterInfo(received)).toBe(`${answer}PONG\r\n`);
      expect(client.isClosed).toBe(false);
    });

    test.each(Object.entries(ends))("ends the connection on %s", async (_, [sent, lastWords]) => {
      await using client = await RawClient.connect(plain.url);
      await client.until((bytes) => bytes.includes("\r\n"));
      client.send(sent);
      expect(afterInfo(await client.untilClosed())).toBe(lastWords);
    });

    test("understands commands that come byte by byte", async () => {
      await using client = await RawClient.connect(plain.url);
      client.send(...`${CONNECT}SUB a 1\r\nPUB a 3\r\nabc\r\nPING\r\n`.split(""));
      const received = await client.until((bytes) => bytes.includes("PONG"));
      expect(afterInfo(received)).toBe("MSG a 1 3\r\nabc\r\nPONG\r\n");
    });

    test("strips headers for a client that takes none", async () => {
      await using receiver = await RawClient.connect(plain.url);
      receiver.send(`${CONNECT}SUB stripped 1\r\nPING\r\n`);
      await receiver.until((bytes) => bytes.includes("PONG"));
      await using sender = await RawClient.connect(plain.url);
      sender.send(`${WITH_HEADERS}HPUB stripped 12 14\r\n${NO_HEADER_BLOCK}hi\r\n`);
      const received = await receiver.until((bytes) => bytes.includes("hi\r\n"));
      expect(afterInfo(received)).toBe("PONG\r\nMSG stripped 1 2\r\nhi\r\n");
    });

    test("closes a connection that says nothing when credentials are asked", async () => {
      await using server = await start({ auth: { token: "secret" } });
      await using client = await RawClient.connect(server.url);
      expect(afterInfo(await client.untilClosed())).toBe("-ERR 'Authentication Timeout'\r\n");
    });

    test.each([
      "PING\r\n",
      "PUB a 1\r\nx\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      'CONNECT {"verbose":false}\r\n',
    ])("wants credentials before anything else: %j", async (sent) => {
      await using server = await start({ auth: { token: "secret" } });
      await using client = await RawClient.connect(server.url);
      client.send(sent);
      const received = await client.untilClosed();
      expect(JSON.parse(received.toString().slice(5, received.indexOf("\r\n")))).toMatchObject({
        auth_required: true,
      });
      expect(afterInfo(received)).toBe("-ERR 'Authorization Violation'\r\n");
    });
  });

  describe("by its client", () => {
    test("carries any bytes", async () => {
      await using nats = await session(plain.url);
      const payload = Uint8Array.from({ length: 256 }, (_, index) => index);
      const { received } = await collect(nats, "bytes", 1);
      nats.connection.publish("bytes", payload);
      expect(Buffer.from((await received)[0]!.data)).toEqual(Buffer.from(payload));
    });

    test("carries a payload as large as allowed", async () => {
      await using nats = await session(plain.url);
      const payload = new Uint8Array(1024 * 1024).fill(7);
      const { received } = await collect(nats, "large", 1);
      nats.connection.publish("large", payload);
      expect(Buffer.compare((await received)[0]?.data ?? new Uint8Array(), payload)).toBe(0);
    });

    test("keeps to a smaller limit", async () => {
      await using server = await start({ maxPayload: 1000 });
      await using nats = await session(server.url);
      expect(nats.connection.info?.max_payload).toBe(1000);
      await using raw = await RawClient.connect(server.url);
      raw.send(`${CONNECT}PUB a 1001\r\n`);
      expect(afterInfo(await raw.untilClosed())).toBe("-ERR 'Maximum Payload Violation'\r\n");
    });

    test("carries headers, several values of one name included", async () => {
      await using nats = await session(plain.url);
      const sent = headers();
      sent.set("correlation_id", "42");
      sent.append("many", "one");
      sent.append("many", "two");
      sent.set("city", "Zürich: Süd");
      const { received } = await collect(nats, "headers", 1);
      nats.connection.publish("headers", "x", { headers: sent });
      const got = (await received)[0]?.headers;
      expect(got?.get("correlation_id")).toBe("42");
      expect(got?.values("many")).toEqual(["one", "two"]);
      expect(got?.get("city")).toBe("Zürich: Süd");
    });

    test("keeps the order of a connection's messages", async () => {
      await using nats = await session(plain.url);
      const { received } = await collect(nats, "order.*", 1000);
      for (let index = 0; index < 1000; index++)
        nats.connection.publish(`order.${index % 7}`, String(index));
      expect((await received).map((message) => Number(message.string()))).toEqual(
        Array.from({ length: 1000 }, (_, index) => index),
      );
    });

    test("gives each message to every plain subscription and to one member of every group", async () => {
      await using nats = await session(plain.url);
      await using other = await session(plain.url);
      const counts = { plain: 0, wild: 0, billing: [0, 0, 0], audit: 0 };
      nats.connection.subscribe("shop.orders", { callback: () => void counts.plain++ });
      other.connection.subscribe("shop.>", { callback: () => void counts.wild++ });
      for (const member of [0, 1, 2]) {
        const { connection } = member === 0 ? nats : other;
        connection.subscribe("shop.*", {
          queue: "billing",
          callback: () => void counts.billing[member]!++,
        });
      }
      other.connection.subscribe("shop.orders", {
        queue: "audit",
        callback: () => void counts.audit++,
      });
      await other.connection.flush();

      for (let index = 0; index < 300; index++)
        nats.connection.publish("shop.orders", String(index));
      await settle(nats, other);
      expect(counts).toMatchObject({ plain: 300, wild: 300, audit: 300 });
      expect(counts.billing.reduce((sum, count) => sum + count)).toBe(300);
      // Chance alone gives a member fewer than 50 of 300 once in 10^10 runs.
      for (const count of counts.billing) expect(count).toBeGreaterThan(50);
    });

    test("answers many requests at once", async () => {
      await using service = await session(plain.url);
      await using nats = await session(plain.url);
      service.connection.subscribe("double", {
        queue: "q",
        callback: (_, message) => void message.respond(String(2 * Number(message.string()))),
      });
      await service.connection.flush();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          nats.connection.request("double", String(index), { timeout: 30_000 }),
        ),
      );
      expect(answers.map((answer) => Number(answer.string()))).toEqual(
        Array.from({ length: 200 }, (_, index) => 2 * index),
      );
    });

    test("says at once that nobody answers", async () => {
      await using nats = await session(plain.url);
      await expect(
        nats.connection.request("nobody.there", "?", { timeout: 30_000 }),
      ).rejects.toMatchObject({ code: "503" });
    });

    test("takes a lost member out of its group", async () => {
      await using nats = await session(plain.url);
      const doomed = await session(plain.url);
      doomed.connection.subscribe("work", { queue: "w", callback: () => {} });
      await doomed.connection.flush();
      await doomed[Symbol.asyncDispose]();
      // A server reads of its end when it gets to it: then nobody is there who could answer.
      const nobody = { code: "503" };
      const ask = () => nats.connection.request("work", "?", { timeout: 1000 });
      await vi.waitFor(() => expect(ask()).rejects.toMatchObject(nobody), 30_000);
      const { received } = await collect(nats, "work", 20, { queue: "w" });
      for (let index = 0; index < 20; index++) nats.connection.publish("work", String(index));
      expect(await received).toHaveLength(20);
    });

    test("drains: what was sent before still arrives", async () => {
      await using nats = await session(plain.url);
      await using other = await session(plain.url);
      const got: string[] = [];
      const subscription = other.connection.subscribe("drained", {
        callback: (_, message) => void got.push(message.string()),
      });
      await other.connection.flush();
      for (let index = 0; index < 100; index++) nats.connection.publish("drained", String(index));
      await nats.connection.flush();
      await subscription.drain();
      nats.connection.publish("drained", "too late");
      await settle(nats, other);
      expect(got).toHaveLength(100);
    });

    test("ends a subscription by count", async () => {
      await using nats = await session(plain.url);
      const got: string[] = [];
      nats.connection.subscribe("three", {
        max: 3,
        callback: (_, message) => void got.push(message.string()),
      });
      for (let index = 0; index < 10; index++) nats.connection.publish("three", String(index));
      await settle(nats);
      expect(got).toEqual(["0", "1", "2"]);
    });

    test.each([
      {
        asked: { user: "anna", password: "s3cret" },
        right: { user: "anna", pass: "s3cret" },
        wrong: { user: "anna", pass: "secret" },
      },
      { asked: { token: "t0ken" }, right: { token: "t0ken" }, wrong: { token: "token" } },
    ])("lets in by $right and nobody else", async ({ asked, right, wrong }) => {
      await using server = await start({ auth: asked });
      await using nats = await session(server.url, right);
      expect(await nats.connection.rtt()).toBeGreaterThanOrEqual(0);
      await expect(connect({ servers: server.url, ...wrong })).rejects.toMatchObject({
        code: "AUTHORIZATION_VIOLATION",
      });
      await expect(connect({ servers: server.url })).rejects.toMatchObject({
        code: "AUTHORIZATION_VIOLATION",
      });
    });

    test("takes credentials where none are asked", async () => {
      await using nats = await session(plain.url, { user: "anna", pass: "s3cret" });
      expect(nats.connection.isClosed()).toBe(false);
    });
  });
}

/** The bytes behind the INFO line, which every server writes differently. */
function afterInfo(received: Buffer): string {
  const text = received.toString("latin1");
  return text.slice(text.indexOf("\r\n") + 2);
}

async function greet(
  url: string,
): Promise<{ info: Record<string, unknown> & { client_id: number; version: string } }> {
  await using client = await RawClient.connect(url);
  const received = await client.until((bytes) => bytes.includes("\r\n"));
  expect(received.toString()).toMatch(/^INFO \{.*\} \r\n$/);
  return {
    info: JSON.parse(received.toString().slice(5)) as Record<string, unknown> & {
      client_id: number;
      version: string;
    },
  };
}

interface Client extends AsyncDisposable {
  readonly connection: NatsConnection;
}

async function session(url: string, options: ConnectionOptions = {}): Promise<Client> {
  const connection = await connect({ servers: url, reconnect: false, ...options });
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

/** Subscribes; `received` resolves with so many messages. */
async function collect(
  { connection }: Client,
  subject: string,
  count: number,
  options: { queue?: string } = {},
): Promise<{ received: Promise<readonly Msg[]> }> {
  const messages: Msg[] = [];
  const received = new Promise<readonly Msg[]>((resolve, reject) => {
    connection.subscribe(subject, {
      ...options,
      callback(error, message) {
        if (error !== null) reject(error);
        else if (messages.push(message) === count) resolve(messages);
      },
    });
  });
  await connection.flush();
  return { received };
}

/** What was published before is with its receivers: the server answers PING behind the messages. */
async function settle(...clients: readonly Client[]): Promise<void> {
  for (const { connection } of clients) await connection.flush();
}
