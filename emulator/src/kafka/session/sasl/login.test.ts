/** The login of one connection, message by message; kafkajs goes through its ordinary ways in protocol.test.ts. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Bench, openBench, type WireClient } from "../../kafka-bench.ts";
import { apiVersions } from "../../wire/apis/api-versions.ts";
import { createAcls } from "../../wire/apis/create-acls.ts";
import { metadata } from "../../wire/apis/metadata.ts";
import { saslAuthenticate } from "../../wire/apis/sasl-authenticate.ts";
import { saslHandshake } from "../../wire/apis/sasl-handshake.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const open = (): Promise<Bench> => openBench({ auth: { user: "alice", password: "secret" } });
const plain = (text: string) => Buffer.from(text.replaceAll("|", "\0"));

async function authenticate(client: WireClient, mechanism: string, authBytes: Buffer) {
  await client.ask(saslHandshake, 1, { mechanism });
  return client.ask(saslAuthenticate, 1, { authBytes });
}

async function isLetIn(client: WireClient): Promise<boolean> {
  return (await client.ask(metadata, 1, { topics: [] })) !== null;
}

test.each([
  ["|alice|secret", ""],
  ["alice|alice|secret", ""],
  ["|alice|guess", "Authentication failed: Invalid username or password"],
  ["|bob|secret", "Authentication failed: Invalid username or password"],
  ["||secret", "Authentication failed: username not specified"],
  ["|alice|", "Authentication failed: password not specified"],
  ["|alice", "Invalid SASL/PLAIN response: expected 3 tokens, got 2"],
  [
    "bob|alice|secret",
    "Authentication failed: Client requested an authorization id that is different from username",
  ],
])("PLAIN %j is answered in Kafka's words", async (token, errorMessage) => {
  const client = (await open()).connect();
  const answer = await authenticate(client, "PLAIN", plain(token));
  expect(answer).toMatchObject({ errorCode: errorMessage === "" ? 0 : 58, errorMessage });
  expect(await isLetIn(client)).toBe(errorMessage === "");
});

test("whoever is a user besides logs in, too, and ACLs bind him where the super user is free", async () => {
  const bob = { user: "bob", password: "builder" };
  const { connect } = await openBench({
    auth: { user: "alice", password: "secret" },
    kafkaUsers: [bob],
  });
  const enter = async (token: string) => {
    const client = connect();
    expect((await authenticate(client, "PLAIN", plain(token)))?.errorCode).toBe(0);
    return client;
  };
  const clients = [await enter("|alice|secret"), await enter("|bob|builder")];
  const [resourceName, nobody] = ["orders", "User:nobody"];
  await clients[0]?.ask(createAcls, 1, {
    creations: [
      {
        ...{ resourceType: 2, resourceName, resourcePatternType: 3, principal: nobody },
        ...{ host: "*", operation: 2, permissionType: 3 },
      },
    ],
  });
  const codes = clients.map(async (client) => {
    const answer = await client.ask(metadata, 4, { topics: [{ name: resourceName }] });
    return answer?.topics[0]?.errorCode;
  });
  expect(await Promise.all(codes)).toEqual([0, 29]);

  const { connect: connectAlone } = await openBench({ kafkaUsers: [bob] });
  const [stranger, alone] = [connectAlone(), connectAlone()];
  await authenticate(alone, "PLAIN", plain("|bob|builder"));
  expect([await isLetIn(stranger), await isLetIn(alone)]).toEqual([false, true]);
});

test("before the login only ApiVersions is answered, and once", async () => {
  const { connect } = await open();
  expect(await isLetIn(connect())).toBe(false);
  const client = connect();
  expect((await client.ask(apiVersions, 2, {}))?.errorCode).toBe(0);
  expect(await client.ask(apiVersions, 2, {})).toBe(null);
});

test("a mechanism that is not there ends the connection behind the list of those that are", async () => {
  const client = (await open()).connect();
  const answer = await client.ask(saslHandshake, 1, { mechanism: "GSSAPI" });
  expect(answer).toEqual({
    errorCode: 33,
    mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"],
  });
  expect(client.isClosed).toBe(true);
});

test("behind version 0 of the handshake tokens come as they are", async () => {
  const { connect } = await open();
  for (const [password, letIn] of [
    ["secret", true],
    ["guess", false],
  ] as const) {
    const client = connect();
    await client.ask(saslHandshake, 0, { mechanism: "PLAIN" });
    const token = plain(`|alice|${password}`);
    const size = Buffer.alloc(4);
    size.writeInt32BE(token.length);
    client.session.receive(Buffer.concat([size, token]));
    expect(client.isClosed).toBe(!letIn);
    expect(await isLetIn(client)).toBe(letIn);
  }
});

test.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
  "%s proves both to each other",
  async (mechanism) => {
    const [hash, length] =
      mechanism === "SCRAM-SHA-256" ? (["sha256", 32] as const) : (["sha512", 64] as const);
    const sign = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
    const { connect } = await open();
    for (const password of ["secret", "guess"]) {
      const client = connect();
      const first = await authenticate(client, mechanism, Buffer.from("n,,n=alice,r=abc"));
      const challenge = String(first?.authBytes);
      const [, nonce = "", salt = "", iterations] =
        /^r=(abc.+),s=(.+),i=(\d+)$/.exec(challenge) ?? [];
      const salted = pbkdf2Sync(
        password,
        Buffer.from(salt, "base64"),
        Number(iterations),
        length,
        hash,
      );
      const clientKey = sign(salted, "Client Key");
      const message = `n=alice,r=abc,${challenge},c=biws,r=${nonce}`;
      const signature = sign(createHash(hash).update(clientKey).digest(), message);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
      const final = Buffer.from(`c=biws,r=${nonce},p=${proof.toString("base64")}`);
      const answer = await client.ask(saslAuthenticate, 1, { authBytes: final });
      if (password === "secret") {
        const verifier = sign(sign(salted, "Server Key"), message).toString("base64");
        expect(String(answer?.authBytes)).toBe(`v=${verifier}`);
      } else {
        expect(answer).toMatchObject({
          errorCode: 58,
          errorMessage: `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
        });
      }
      expect(await isLetIn(client)).toBe(password === "secret");
    }
  },
);

test("a token that nobody signed lets in until it expires, and whoever logs in anew stays", async () => {
  const { connect, clock } = await open();
  const seconds = clock.now() / 1000;
  const token = (sub: string, exp: number) =>
    `n,,\u0001auth=Bearer ${[{ alg: "none" }, { sub, exp }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".")}.\u0001\u0001`;
  const [once, again] = [connect(), connect()];
  for (const client of [once, again]) {
    const answer = await authenticate(
      client,
      "OAUTHBEARER",
      Buffer.from(token("alice", seconds + 60)),
    );
    expect(answer).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000 });
  }
  clock.advance(50_000);
  await authenticate(again, "OAUTHBEARER", Buffer.from(token("alice", seconds + 600)));
  clock.advance(20_000);
  expect(await isLetIn(once)).toBe(false);
  expect(await isLetIn(again)).toBe(true);

  const late = connect();
  const expired = Buffer.from(token("alice", seconds));
  expect(String((await authenticate(late, "OAUTHBEARER", expired))?.authBytes)).toBe(
    '{"status":"invalid_token"}',
  );
  const confirmed = await late.ask(saslAuthenticate, 1, { authBytes: Buffer.from([1]) });
  expect(confirmed).toMatchObject({ errorCode: 58, errorMessage: '{"status":"invalid_token"}' });
});

test("a session that ends within a second of its beginning cannot be gone on with", async () => {
  const { connect, clock } = await openBench({
    auth: { user: "alice", password: "secret" },
    kafkaConfigs: { "connections.max.reauth.ms": "500" },
  });
  const client = connect();
  const enter = () => authenticate(client, "PLAIN", plain("|alice|secret"));
  expect(await enter()).toMatchObject({ errorCode: 0, sessionLifetimeMs: 500 });
  clock.advance(501);
  expect(await enter()).toMatchObject({ errorCode: 0, sessionLifetimeMs: 500 });
  clock.advance(500);
  expect(await isLetIn(client)).toBe(true);
  clock.advance(1);
  expect(await client.ask(saslHandshake, 1, { mechanism: "PLAIN" })).toBe(null);
});
