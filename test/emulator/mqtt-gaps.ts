/**
 * What mosquitto does and the emulator does not yet: the open gaps, by name. Each promise is kept on mosquitto
 * (mqtt.real.test.ts) and broken on the emulator (mqtt.test.ts), so that one which is closed must leave this table.
 */
import { ok, strictEqual } from "node:assert/strict";
import { packet, text } from "./mqtt-bytes.ts";
import { collect, connected, mqtt } from "./mqtt.spec.ts";
import { RawClient } from "./raw.ts";

/** Rejects where the broker at `url` does not keep it. */
type Promised = (url: string) => Promise<void>;

export const mqttGaps: Readonly<Record<string, Promised>> = {
  "shared subscriptions ($share), MQTT 3.1.1": (url) => sharesMessages(url, 4),
  "shared subscriptions ($share), MQTT 5": (url) => sharesMessages(url, 5),

  /** MQTT 5 §3.2.2.3.8. */
  "topic aliases from clients": async (url) => {
    await using client = await connected(url, 5, {});
    ok((client.connack.properties?.topicAliasMaximum ?? 0) > 0, "the broker takes no topic alias");
  },

  /** MQTT 5 §3.1.2.11.3: no more unacknowledged messages than the client can take. */
  "the client's receive maximum": async (url) => {
    await using client = await limited(url, [0x21, 0, 1], "gap/receive/#");
    await using sender = await mqtt(url, 5);
    await sender.publishAsync("gap/receive/1", "x", { qos: 1 });
    await sender.publishAsync("gap/receive/2", "x", { qos: 1 });
    await sender.publishAsync("gap/receive/end", "x", { qos: 0 });
    const received = await client.until((bytes) => bytes.includes("gap/receive/end"));
    strictEqual(received.includes("gap/receive/2"), false);
  },

  /** MQTT 5 §3.1.2.11.4: what is larger than the client can take is not sent to it. */
  "the client's maximum packet size": async (url) => {
    await using client = await limited(url, [0x27, 0, 0, 0, 100], "gap/size/#");
    await using sender = await mqtt(url, 5);
    await sender.publishAsync("gap/size/large", Buffer.alloc(200), { qos: 1 });
    await sender.publishAsync("gap/size/small", "x", { qos: 1 });
    const received = await client.until((bytes) => bytes.includes("gap/size/small"));
    strictEqual(received.includes("gap/size/large"), false);
  },

  /** [MQTT-3.3.4-4] */
  "the identifiers of all subscriptions that overlap": async (url) => {
    await using client = await mqtt(url, 5);
    const found = new Set<number>();
    const inbox = collect(client);
    await client.subscribeAsync("gap/ids/+", { qos: 0, properties: { subscriptionIdentifier: 1 } });
    await client.subscribeAsync("gap/ids/#", { qos: 0, properties: { subscriptionIdentifier: 2 } });
    await client.subscribeAsync("gap/end", { qos: 0 });
    await client.publishAsync("gap/ids/x", "x");
    await client.publishAsync("gap/end", "x");
    for (
      let [message] = await inbox.take(1);
      message?.topic !== "gap/end";
      [message] = await inbox.take(1)
    ) {
      for (const id of [message?.properties?.subscriptionIdentifier ?? []].flat()) found.add(id);
    }
    strictEqual([...found].sort((a, b) => a - b).join(), "1,2");
  },
};

/** MQTT 5 §4.8.2; mosquitto has it for 3.1.1 too. */
async function sharesMessages(url: string, version: 4 | 5): Promise<void> {
  const members = [await mqtt(url, version), await mqtt(url, version)];
  try {
    let shared = 0;
    const ends = members.map(
      (member) =>
        new Promise<void>((resolve) => {
          member.on("message", (topic) => {
            if (topic === `gap/share/${version}`) shared++;
            else resolve();
          });
        }),
    );
    for (const member of members) {
      await member.subscribeAsync(`$share/members/gap/share/${version}`, { qos: 1 });
      await member.subscribeAsync("gap/share/end", { qos: 1 });
    }
    for (let index = 0; index < 20; index++)
      await members[0]!.publishAsync(`gap/share/${version}`, "x", { qos: 1 });
    await members[0]!.publishAsync("gap/share/end", "x", { qos: 1 });
    await Promise.all(ends);
    strictEqual(shared, 20);
  } finally {
    for (const member of members) await member.endAsync(true);
  }
}

/** A bare MQTT 5 client with this property in its CONNECT, subscribed with QoS 1. It acknowledges nothing. */
async function limited(
  url: string,
  property: readonly number[],
  filter: string,
): Promise<RawClient> {
  const client = await RawClient.connect(url);
  client.send(
    packet(0x10, text("MQTT"), [5, 2, 0, 60, property.length], property, text("limited")),
  );
  client.send(packet(0x82, [0, 1, 0], text(filter), [1]));
  const suback = Buffer.from([0x90, 4, 0, 1, 0, 1]);
  await client.until((bytes) => bytes.includes(suback));
  return client;
}
