/** What a session is over its connections: what waits, what comes again, who takes over, what is left behind. */
import { expect, test } from "vitest";
import type { Packet } from "../wire/packet.ts";
import {
  answerPacket,
  createWorld,
  payloads,
  publishPacket,
  subscribePacket,
} from "./client-of-lists.ts";

const lasting = { properties: { sessionExpiryInterval: 100 } };
const types = (packets: readonly Packet[]) => packets.map(({ type }) => type);

test("a session waits for its client as long as was agreed, on the emulator's clock", async () => {
  const { connect, clock } = await createWorld();
  const sender = connect("sender");
  for (const [wait, present] of [
    [99_000, true],
    [101_000, false],
  ] as const) {
    const first = connect("away", lasting);
    first.say(subscribePacket("a"));
    first.lose();
    sender.say(publishPacket("a", "x", { qos: 1 }));
    clock.advance(wait);
    const second = connect("away", lasting);
    const [connack, ...rest] = second.heard();
    expect(connack).toMatchObject({ type: "connack", sessionPresent: present });
    expect(payloads(rest)).toEqual(present ? ["x"] : []);
    second.say({ type: "disconnect", code: 0, properties: { sessionExpiryInterval: 0 } });
  }
});

test("what is on its way is bounded by what the client takes, and comes again in order", async () => {
  const { connect } = await createWorld();
  const sender = connect("sender");
  const limits = { properties: { ...lasting.properties, receiveMaximum: 2 } };
  const first = connect("slow", limits);
  first.say(subscribePacket("a", { qos: 2 }));
  for (const payload of ["1", "2", "3", "4"])
    sender.say(publishPacket("a", payload, { qos: 2, packetId: 7 }), answerPacket("pubrel", 7));
  sender.say(publishPacket("a", "free", { qos: 0 }));
  const sent = first.heard();
  expect(payloads(sent)).toEqual(["1", "2", "free"]);

  first.say(answerPacket("pubrec", 1));
  expect(types(first.heard())).toEqual(["pubrel"]);
  first.lose();
  const second = connect("slow", limits);
  // The first was released: only PUBREL comes again.
  expect(types(second.heard())).toEqual(["connack", "pubrel", "publish"]);
  second.say(answerPacket("pubcomp", 1));
  expect(payloads(second.heard())).toEqual(["3"]);
  second.say(answerPacket("pubrec", 2, 0x83));
  expect(payloads(second.heard())).toEqual(["4"]);
});

test("an older connection is told that it is taken over; its will waits for nobody who is back", async () => {
  const { connect, clock } = await createWorld();
  const watcher = connect("watcher");
  watcher.say(subscribePacket("will/#"));
  const will = (delay: number) => ({
    ...lasting,
    will: {
      topic: `will/${delay}`,
      payload: Buffer.from("gone"),
      qos: 0 as const,
      retain: false,
      properties: { willDelayInterval: delay },
    },
  });
  const old = connect("same", will(10));
  const young = connect("same", will(200));
  expect(old.heard().at(-1)).toMatchObject({ type: "disconnect", code: 0x8e });
  expect(old.ended).toBe("end");
  old.lose();
  clock.advance(20_000);
  expect(payloads(watcher.heard())).toEqual([]);

  // A will comes at the end of its session at the latest.
  young.lose();
  clock.advance(99_000);
  expect(payloads(watcher.heard())).toEqual([]);
  clock.advance(2_000);
  expect(watcher.heard()).toMatchObject([{ topic: "will/200" }]);
});

test("a will is forgotten on DISCONNECT, unless it is asked for", async () => {
  const { connect } = await createWorld();
  const watcher = connect("watcher");
  watcher.say(subscribePacket("will"));
  const will = {
    topic: "will",
    payload: Buffer.from("gone"),
    qos: 0 as const,
    retain: false,
    properties: {},
  };
  for (const [code, comes] of [
    [0, []],
    [4, ["gone"]],
  ] as const) {
    connect("leaving", { will }).say({ type: "disconnect", code, properties: {} });
    expect(payloads(watcher.heard().slice(-1))).toEqual(comes);
  }
});

test("who is silent for half as long again as it promised is told so", async () => {
  const { connect, clock } = await createWorld();
  const client = connect("silent", { keepAlive: 10 });
  clock.advance(14_000);
  client.say({ type: "pingreq" });
  clock.advance(14_000);
  expect(types(client.heard())).toEqual(["connack", "pingresp"]);
  clock.advance(2_000);
  expect(client.heard()).toMatchObject([{ type: "disconnect", code: 0x8d }]);
  expect(client.ended).toBe("end");
});

test("who says nothing at all is closed", async () => {
  const { open, clock } = await createWorld();
  const client = open();
  clock.advance(91_000);
  expect(client.ended).toBe("end");
});

test("messages expire while they wait; what is left of their time is told", async () => {
  const { connect, clock, journal } = await createWorld();
  const sender = connect("sender");
  const first = connect("away", lasting);
  first.say(subscribePacket("a"));
  first.lose();
  const expiring = (seconds: number) => ({
    qos: 1 as const,
    properties: { messageExpiryInterval: seconds },
  });
  sender.say(
    publishPacket("a", "short", expiring(10)),
    publishPacket("a", "long", expiring(60)),
    publishPacket("kept", "retained", { ...expiring(30), retain: true }),
  );
  clock.advance(20_000);
  const [, received] = connect("away", lasting).heard();
  expect(received).toMatchObject({ properties: { messageExpiryInterval: 40 } });
  expect(String((received as { payload: Buffer }).payload)).toBe("long");
  clock.advance(20_000);
  const expired = journal.since(0).filter(({ kind }) => kind === "expired");
  expect(expired.map(({ payload }) => String(payload))).toEqual(["short", "retained"]);
});

test("no more waits for a client that is away than mosquitto keeps", async () => {
  const { connect, journal } = await createWorld();
  const sender = connect("sender");
  const first = connect("away", lasting);
  first.say(subscribePacket("a"));
  first.lose();
  for (let count = 0; count < 1003; count++) sender.say(publishPacket("a", "x", { qos: 1 }));
  const dropped = journal
    .since(0)
    .filter(({ client, kind }) => client?.name === "away" && kind === "dropped");
  expect(dropped.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 3 }, () => "queue is full: the client is away or too slow"),
  );
});

test("a snapshot keeps sessions, retained messages and wills, with the time that was left", async () => {
  const before = await createWorld();
  const sender = before.connect("sender");
  const first = before.connect("away", { properties: { sessionExpiryInterval: 100 } });
  first.say(subscribePacket("a", { qos: 2 }, 5));
  sender.say(
    publishPacket("a", "sent", { qos: 1 }),
    publishPacket("kept", "retained", {
      retain: true,
      properties: { correlationData: Buffer.from([1]), messageExpiryInterval: 50 },
    }),
  );
  first.lose();
  sender.say(publishPacket("a", "waiting", { qos: 2, packetId: 3 }));
  before.clock.advance(10_000);
  const time = before.clock.now();
  const snapshot = structuredClone(before.protocol.snapshot!());
  sender.say(answerPacket("pubrel", 3));

  const after = await createWorld();
  after.connect("other").say(publishPacket("gone", "x", { retain: true }));
  after.clock.advance(1_000_000);
  expect(() => after.protocol.restore!({ kind: "mqtt", sessions: [{}] }, time)).toThrow(
    "no snapshot",
  );
  void after.protocol.restore!(snapshot, time);
  after.clock.advance(39_000);
  const second = after.connect("away", lasting);
  second.say(subscribePacket("#"));
  const [connack, again, suback, retained] = second.heard();
  expect(connack).toMatchObject({ sessionPresent: true });
  expect(again).toMatchObject({ dup: true, properties: { subscriptionIdentifiers: [5] } });
  expect(suback).toMatchObject({ type: "suback" });
  expect(retained).toMatchObject({
    topic: "kept",
    retain: true,
    properties: { messageExpiryInterval: 1, correlationData: Buffer.from([1]) },
  });
  expect(second.heard()).toEqual([]);
  await Promise.all([before.protocol.close(), after.protocol.close()]);
});

test("who is connected when a snapshot comes keeps its subscriptions and gets what waited", async () => {
  const world = await createWorld();
  const sender = world.connect("sender");
  const first = world.connect("me", lasting);
  first.say(subscribePacket("a"));
  first.lose();
  sender.say(publishPacket("a", "waited", { qos: 1 }));
  const snapshot = structuredClone(world.protocol.snapshot!());
  const second = world.connect("me", { ...lasting, clean: true });
  second.say(subscribePacket("b"));
  second.heard();
  void world.protocol.restore!(snapshot, world.clock.now());
  expect(payloads(second.heard())).toEqual(["waited"]);
  sender.say(publishPacket("a", "1"), publishPacket("b", "2"));
  expect(payloads(second.heard())).toEqual(["1", "2"]);
});
