/** Who gets a message: overlapping subscriptions, shared groups, retained messages, users, faults, the workbench. */
import { expect, test } from "vitest";
import { WORKBENCH } from "../../protocol.ts";
import type { Packet } from "../wire/packet.ts";
import {
  answerPacket,
  createWorld,
  payloads,
  publishPacket,
  subscribePacket,
} from "./client-of-lists.ts";

const lasting = { properties: { sessionExpiryInterval: 100 } };
const published = (packets: readonly Packet[]) =>
  packets.filter((packet) => packet.type === "publish");

test("subscriptions that overlap: each says its own in version 5, before that the highest QoS counts", async () => {
  const { connect } = await createWorld();
  const five = connect("five");
  five.say(subscribePacket("a/#", { qos: 2 }, 1), subscribePacket("a/+", { qos: 0 }, 2));
  const four = connect("four", { version: 4 });
  four.say(subscribePacket("a/#", { qos: 2 }), subscribePacket("a/+", { qos: 0 }));
  connect("sender").say(publishPacket("a/b", "x", { qos: 1 }));
  expect(published(five.heard())).toMatchObject([
    { qos: 0, properties: { subscriptionIdentifiers: [2] } },
    { qos: 1, properties: { subscriptionIdentifiers: [1] } },
  ]);
  expect(published(four.heard())).toMatchObject([{ qos: 1 }]);
});

test("a publisher is told whether anybody is subscribed", async () => {
  const { connect } = await createWorld();
  const sender = connect("sender");
  sender.heard();
  sender.say(publishPacket("a", "x", { qos: 1 }), subscribePacket("a", { noLocal: true }));
  sender.say(publishPacket("a", "x", { qos: 1 }));
  expect(sender.heard()).toMatchObject([
    { type: "puback", code: 0x10 },
    { type: "suback" },
    { type: "puback", code: 0 },
  ]);
});

test.each([4, 5] as const)(
  "version %i: a group's members take turns while they are there, and one's messages go on when it leaves",
  async (version) => {
    const { connect, journal } = await createWorld();
    const [sender, whole] = [connect("sender"), connect("whole")];
    const member = (name: string) => {
      const client = connect(name, version === 5 ? { ...lasting } : { version });
      client.say(subscribePacket("$share/g/a/+"));
      client.heard();
      return client;
    };
    const [first, second, third] = [member("first"), member("second"), member("third")];
    whole.say(subscribePacket("a/+"));
    third.lose();
    const send = (payload: string) => sender.say(publishPacket("a/b", payload, { qos: 1 }));
    for (const payload of ["1", "2", "3", "4"]) send(payload);
    const held = first.heard();
    expect(payloads(held)).toEqual(["1", "3"]);
    first.say(answerPacket("puback", 1));
    expect(payloads(second.heard())).toEqual(["2", "4"]);
    first.lose();
    const taken = published(second.heard());
    expect(payloads(taken)).toEqual(["3"]);
    // All are gone: the next waits for one of them.
    second.lose();
    send("5");
    const back = connect("third", version === 5 ? { ...lasting } : { version });
    expect(payloads(back.heard())).toEqual(["5"]);
    // Its session ends.
    connect("second", { version, clean: true });
    expect(payloads(back.heard())).toEqual(["2", "4", "3"]);
    expect(payloads(whole.heard())).toEqual(["1", "2", "3", "4", "5"]);
    const shared = journal.since(0).find(({ client }) => client?.name === "first");
    expect(shared?.subscription).toEqual({ pattern: "a/+", group: "g" });
  },
);

test("retained messages keep their place, and go with an empty one", async () => {
  const { connect } = await createWorld();
  const sender = connect("sender");
  const keep = (topic: string, payload: string) =>
    sender.say(publishPacket(topic, payload, { retain: true }));
  for (const [topic, payload] of [
    ["a/1", "old"],
    ["b", "2"],
    ["a", "3"],
    ["a/2", "4"],
    ["a/1", "new"],
    ["b", ""],
  ] as const)
    keep(topic, payload);
  const client = connect("client");
  const asked = (filter: string, rest = {}) => {
    client.heard();
    client.say(subscribePacket(filter, rest));
    return payloads(client.heard());
  };
  expect(asked("a/#")).toEqual(["new", "4", "3"]);
  expect(asked("#")).toEqual(["3", "new", "4"]);
  expect(asked("+")).toEqual(["3"]);
  expect(asked("a/2")).toEqual(["4"]);
  expect(asked("a/2", { retainHandling: 1 })).toEqual([]);
  expect(asked("b")).toEqual([]);
  expect(asked("$share/g/a/2")).toEqual([]);
});

test("the server's own topics say what is", async () => {
  const { connect, clock, journal } = await createWorld();
  const client = connect("client");
  client.say(subscribePacket("$SYS/broker/clients/#"), subscribePacket("#"));
  const told = (packets: readonly Packet[]) =>
    published(packets).map(
      ({ topic, payload }) => `${topic.slice("$SYS/broker/".length)}=${String(payload)}`,
    );
  expect(told(client.heard())).toContain("clients/connected=1");
  connect("other");
  clock.advance(10_000);
  expect(told(client.heard())).toEqual([
    "clients/total=2",
    "clients/maximum=2",
    "clients/active=2",
    "clients/connected=2",
  ]);
  expect(journal.since(0)).toEqual([]);
});

test("users read and publish what they may", async () => {
  const { connect, journal } = await createWorld({
    mqttUsers: [
      { user: "reader", password: "r", publish: [], subscribe: ["public/#", "own/%c/%u"] },
      { user: "writer", password: "w" },
    ],
  });
  const as = (user: string, password = user[0] ?? "") =>
    connect(`${user}-1`, { user, password: Buffer.from(password) });
  expect(as("reader", "wrong").heard()).toMatchObject([{ type: "connack", code: 0x87 }]);
  expect(connect("nobody").heard()).toMatchObject([{ type: "connack", code: 0x87 }]);
  const [reader, writer] = [as("reader"), as("writer")];
  reader.say(subscribePacket("#"));
  reader.heard();
  for (const topic of ["public/1", "secret", "own/reader-1/reader", "own/other/reader"])
    writer.say(publishPacket(topic, topic));
  expect(payloads(reader.heard())).toEqual(["public/1", "own/reader-1/reader"]);
  reader.say(publishPacket("public/1", "x", { qos: 1 }), publishPacket("a", "x", { qos: 2 }));
  expect(reader.heard()).toMatchObject([
    { type: "puback", code: 0x87 },
    { type: "pubrec", code: 0x87 },
  ]);
  expect(journal.since(0).filter(({ client }) => client?.name === "reader-1")).toHaveLength(2);
});

test("a fault's error is the packet's own refusal, where it has one", async () => {
  const { connect, faults } = await createWorld();
  faults.inject({
    match: { protocol: "mqtt", client: "doomed" },
    effect: { kind: "error", text: "no luck" },
    times: 6,
  });
  const refusals = [connect("doomed").heard(), connect("doomed", { version: 4 }).heard()];
  expect(refusals).toMatchObject([
    [{ type: "connack", code: 0x88, properties: { reasonString: "no luck" } }],
    [{ type: "connack", code: 3 }],
  ]);
  const world = await createWorld();
  const client = world.connect("doomed");
  client.heard();
  world.faults.inject({
    match: { client: "doomed" },
    effect: { kind: "error", text: "no luck" },
    times: 4,
  });
  client.say(
    publishPacket("a", "x", { qos: 1 }),
    publishPacket("a", "x", { qos: 2 }),
    subscribePacket("a"),
    publishPacket("a", "x"),
  );
  const properties = { reasonString: "no luck" };
  expect(client.heard()).toMatchObject([
    { type: "puback", code: 0x80, properties },
    { type: "pubrec", code: 0x80, properties },
    { type: "suback", codes: [0x80], properties },
    { type: "disconnect", code: 0x80 },
  ]);
  expect(client.ended).toBe("end");
});

test("an acknowledgement that a fault takes is none: the message comes again", async () => {
  const { connect, faults, protocol } = await createWorld();
  const first = connect("me", lasting);
  first.say(subscribePacket("a"));
  faults.inject({ match: { operation: "acknowledge", channel: "a" }, effect: { kind: "drop" } });
  await protocol.publish({ channel: "a", payload: Buffer.from("x") });
  first.say(answerPacket("puback", 1));
  first.lose();
  expect(payloads(connect("me", lasting).heard())).toEqual(["x again"]);
});

test("the workbench asks, and its answer is recorded", async () => {
  const { connect, protocol, journal } = await createWorld();
  const server = connect("server");
  server.say(subscribePacket("ask"));
  await protocol.publish({
    channel: "ask",
    payload: Buffer.from("?"),
    headers: { "content-type": "text/plain", trace: "1" },
    answer: true,
  });
  const [asked] = published(server.heard());
  expect(asked?.properties).toMatchObject({
    contentType: "text/plain",
    userProperties: [["trace", "1"]],
  });
  const { responseTopic = "" } = asked?.properties ?? {};
  server.say(publishPacket(responseTopic, "!"), publishPacket(responseTopic, "!!"));
  const answers = journal.since(0).filter(({ channel }) => channel === responseTopic);
  expect(answers.map(({ kind, client, payload }) => [kind, client, String(payload)])).toEqual([
    ["published", expect.objectContaining({ name: "server" }), "!"],
    ["delivered", WORKBENCH, "!"],
    ["published", expect.objectContaining({ name: "server" }), "!!"],
    ["dropped", null, "!!"],
  ]);
});
