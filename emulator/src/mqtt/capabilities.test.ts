/**
 * docs/emulator-mqtt.md is made by asking the code, so that it cannot promise what is not there:
 * `npx vitest run --project unit emulator/src/mqtt/capabilities --update` writes it anew.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { code, section } from "../capabilities-page.ts";
import {
  answerPacket,
  connectPacket,
  createWorld,
  publishPacket,
  subscribePacket,
} from "./session/client-of-lists.ts";
import type { Packet, Properties, Version } from "./wire/packet.ts";
import { propertyTable } from "./wire/property-table.ts";
import { reasons } from "./wire/reason-codes.ts";

type World = Awaited<ReturnType<typeof createWorld>>;

test("the page of what MQTT offers is what is there", async () => {
  const world = await createWorld();
  await expect(page(world)).toMatchFileSnapshot(
    fileURLToPath(new URL("../../../docs/emulator-mqtt.md", import.meta.url)),
  );
  await world.protocol.close();
});

function page(world: World): string {
  return [
    "# What the emulator's MQTT offers",
    "",
    "Made by asking it; a test keeps it so. It behaves as mosquitto 2.0 where the specification leaves a choice.",
    "",
    ...section("Versions", versions(world)),
    ...section("What CONNACK offers", offers(world)),
    ...section("Packets", packets(world)),
    ...section("Properties from clients, version 5", properties()),
    ...section("Reason codes from the server, version 5", codes()),
    ...section("What the server tells of itself", systemTopics(world)),
  ].join("\n");
}

const names: Readonly<Record<Version, string>> = { 3: "3.1", 4: "3.1.1", 5: "5" };

function versions({ connect }: World): string[] {
  const spoken = ([3, 4, 5] as const).filter((version) =>
    connect("versions", { version })
      .heard()
      .some((packet) => packet.type === "connack" && packet.code === 0),
  );
  return [`${spoken.map((version) => names[version]).join(", ")}.`];
}

function offers({ connect }: World): string[] {
  const [connack] = connect("", { clean: true }).heard() as { properties?: Properties }[];
  return Object.entries(connack?.properties ?? {}).map(([name, value]) =>
    typeof value === "number" && name !== "maximumPacketSize"
      ? `- \`${name}\`: ${value}`
      : `- \`${name}\``,
  );
}

/** Each packet that a client may send, in its simplest form. */
const said: readonly Packet[] = [
  connectPacket("again"),
  publishPacket("a", "x"),
  publishPacket("a", "x", { qos: 1 }),
  publishPacket("a", "x", { qos: 2 }),
  answerPacket("puback", 1),
  answerPacket("pubrec", 1),
  answerPacket("pubrel", 1),
  answerPacket("pubcomp", 1),
  subscribePacket("b"),
  subscribePacket("$share/group/b"),
  { type: "unsubscribe", packetId: 1, filters: ["b"], properties: {} },
  { type: "pingreq" },
  { type: "disconnect", code: 0, properties: {} },
  { type: "auth", code: 0x19, properties: {} },
];

function packets({ connect }: World): string[] {
  const rows = said.map((packet) => {
    const client = connect("packets", { clean: true });
    client.heard();
    client.say(packet);
    const answer = client.heard().map(({ type }) => `\`${type.toUpperCase()}\``);
    const closes = client.ended === null ? [] : ["the connection closes"];
    return `| ${worded(packet)} | ${[...answer, ...closes].join(", ")} |`;
  });
  return ["| packet | answer |", "| --- | --- |", ...rows];
}

function worded(packet: Packet): string {
  const name = `\`${packet.type.toUpperCase()}\``;
  if (packet.type === "publish") return `${name}, QoS ${packet.qos}`;
  if (packet.type === "connect") return `${name}, a second`;
  if (packet.type !== "subscribe") return name;
  return packet.subscriptions[0]?.filter.startsWith("$share") === true ? `${name}, shared` : name;
}

function properties(): string[] {
  const carriers = [
    "connect",
    "will",
    "publish",
    "puback",
    "subscribe",
    "unsubscribe",
    "disconnect",
  ] as const;
  return carriers.map((carrier) => {
    const carried = propertyTable.filter(
      ({ in: where, name }) =>
        where.includes(carrier) &&
        !(carrier === "publish" && name === "subscriptionIdentifiers") &&
        !(carrier === "disconnect" && name === "serverReference"),
    );
    return `- \`${carrier}\`: ${code(carried.map(({ name }) => name))}`;
  });
}

/** Those that a source file names. */
function codes(): string[] {
  const sources = ["session", "model", "wire"].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url))
      .filter((file) => !file.includes(".test.") && file !== "reason-codes.ts")
      .map((file) => readFileSync(new URL(`${folder}/${file}`, import.meta.url), "utf8")),
  );
  const named = new Set(
    sources.flatMap((source) => [...source.matchAll(/reasons\.(\w+)/g)].map(([, name]) => name)),
  );
  return (
    Object.entries(reasons)
      // That is the client's.
      .filter(([name]) => named.has(name) && name !== "disconnectWithWill")
      .map(([name, value]) => `- 0x${value.toString(16).padStart(2, "0")} \`${name}\``)
  );
}

function systemTopics({ connect }: World): string[] {
  const client = connect("system");
  client.say(subscribePacket("$SYS/#", { qos: 0 }));
  return client
    .heard()
    .flatMap((packet) => (packet.type === "publish" ? [packet.topic] : []))
    .toSorted()
    .map((topic) => `- \`${topic}\``);
}
