/**
 * Sessions that end (KIP-368): brokers with connections.max.reauth.ms, where one logs in again on the same connection. Run on
 * the emulator by kafka-sessions.test.ts and on Apache Kafka by kafka-sessions.real.test.ts: both must agree.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fields, KafkaWire } from "./kafka-wire.ts";

export interface GuardedBroker extends AsyncDisposable {
  /** `host:port` where one has to log in. */
  readonly url: string;
  /** Of a session, ms: its connections.max.reauth.ms. */
  readonly lifetime: number;
  /** Of the broker's clock, ms since 1970. */
  now(): Promise<number>;
  /** Resolves when so much time has passed there. */
  pass(ms: number): Promise<void>;
}

export const users = { alice: "secret", bob: "builder" } as const;

/** ms; the broker begins to count later than the client asked. */
const SLACK = 200;
const ILLEGAL_STATE = 34;
const FAILED = 58;
const SASL_AUTHENTICATE = 36;

export function kafkaSessionPromises(start: () => Promise<GuardedBroker>): void {
  let broker: GuardedBroker;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker?.[Symbol.asyncDispose]());

  /** Who has logged in. */
  async function enter(): Promise<KafkaWire> {
    const wire = await KafkaWire.connect(broker.url);
    expect(await handshake(wire)).toBe(0);
    expect(await authenticate(wire)).toMatchObject({ errorCode: 0 });
    return wire;
  }

  /** Of somebody, for so many seconds. */
  async function token(sub: string, seconds: number): Promise<Buffer> {
    const exp = (await broker.now()) / 1000 + seconds;
    const parts = [{ alg: "none" }, { sub, exp }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    return Buffer.from(`n,,\u0001auth=Bearer ${parts.join(".")}.\u0001\u0001`);
  }

  test("tells how long a session lasts: as long as the broker allows, at most as its token", async () => {
    await using wire = await KafkaWire.connect(broker.url);
    await handshake(wire);
    expect(await authenticate(wire)).toEqual({
      errorCode: 0,
      errorMessage: "",
      authBytes: Buffer.alloc(0),
      sessionLifetimeMs: broker.lifetime,
    });
    for (const [seconds, isShorter] of [
      [3, true],
      [1000, false],
    ] as const) {
      await using other = await KafkaWire.connect(broker.url);
      await handshake(other, "OAUTHBEARER");
      const answer = await authenticate(other, await token("alice", seconds));
      const lifetime = Number(answer?.["sessionLifetimeMs"]);
      expect(lifetime > 0 && lifetime < broker.lifetime).toBe(isShorter);
    }
  });

  test("hangs up at the first request behind the end, whoever asks for whatever", async () => {
    await using idle = await enter();
    await using late = await enter();
    await using old = await KafkaWire.connect(broker.url);
    await handshake(old);
    const size = Buffer.alloc(4);
    size.writeInt32BE(plain("alice").length);
    // Version 0 does not tell how long.
    await old.askRaw(SASL_AUTHENTICATE, 0, false, Buffer.concat([size, plain("alice")]));
    const all = [idle, late, old];
    expect(await Promise.all(all.map(isLetIn))).toEqual([true, true, true]);
    await broker.pass(broker.lifetime + SLACK);
    expect(await isLetIn(idle)).toBe(false);
    expect(await authenticate(late)).toBeNull();
    expect(await isLetIn(old)).toBe(false);
  });

  test("lets in anew who logs in again, behind the end too, and for as long as before", async () => {
    await using wire = await enter();
    await broker.pass(broker.lifetime + SLACK);
    expect(await handshake(wire)).toBe(0);
    expect(await authenticate(wire)).toMatchObject({
      errorCode: 0,
      sessionLifetimeMs: broker.lifetime,
    });
    expect(await isLetIn(wire)).toBe(true);
    await broker.pass(broker.lifetime + SLACK);
    expect(await isLetIn(wire)).toBe(false);
  });

  test("lets nobody log in again twice within a second, and leaves the session as it is", async () => {
    await using wire = await enter();
    await handshake(wire);
    await authenticate(wire);
    expect(await handshake(wire)).toBe(ILLEGAL_STATE);
    expect(await authenticate(wire)).toMatchObject({
      errorCode: ILLEGAL_STATE,
      errorMessage: "SaslAuthenticate request received after successful authentication",
    });
    expect(await isLetIn(wire)).toBe(true);
  });

  test.each([
    [
      "bob",
      "builder",
      "Cannot change principals during re-authentication from User.alice: User.bob",
    ],
    ["alice", "guess", "Authentication failed: Invalid username or password"],
  ])("refuses %s with the password %s in alice's session", async (user, password, reason) => {
    await using wire = await enter();
    expect(await handshake(wire)).toBe(0);
    const answer = await authenticate(wire, plain(user, password));
    expect(answer).toMatchObject({ errorCode: FAILED, errorMessage: reason, sessionLifetimeMs: 0 });
    expect(await isLetIn(wire)).toBe(false);
  });

  test("hangs up on another mechanism: on one that it has behind the handshake", async () => {
    await using other = await enter();
    expect(await handshake(other, "OAUTHBEARER")).toBe(0);
    expect(await authenticate(other, await token("alice", 1000))).toBeNull();
    await using unknown = await enter();
    expect(await handshake(unknown, "GSSAPI")).toBeUndefined();
  });

  test("takes nothing but the login once that has begun again", async () => {
    for (const request of ["apiVersions", "saslHandshake"] as const) {
      await using wire = await enter();
      await handshake(wire);
      expect(await wire.ask(request)).toMatchObject({ errorCode: ILLEGAL_STATE });
      expect(await isLetIn(wire)).toBe(false);
    }
  });
}

/** The error code; undefined where the broker hung up. */
async function handshake(wire: KafkaWire, mechanism = "PLAIN") {
  return (await wire.ask("saslHandshake", { mechanism }))?.["errorCode"];
}

function authenticate(wire: KafkaWire, authBytes = plain("alice")): Promise<Fields | null> {
  return wire.ask("saslAuthenticate", { authBytes });
}

function plain(user: string, password: string = users.alice): Buffer {
  return Buffer.from(`\0${user}\0${password}`);
}

async function isLetIn(wire: KafkaWire): Promise<boolean> {
  return (await wire.ask("metadata", { topics: [] })) !== null;
}
