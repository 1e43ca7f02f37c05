/**
 * Whom a broker sends what: one of a group, no more than a client can take, with all identifiers. Run on the emulator by
 * mqtt.test.ts and on mosquitto by mqtt.real.test.ts: both must agree. Holds from mosquitto 2.0 on.
 */
import { ok, strictEqual } from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { packet, text } from "./mqtt-bytes.ts";
import { collect, connected, mqtt } from "./mqtt-clients.ts";
import type { StartedServer } from "./mqtt.spec.ts";
import { RawClient } from "./raw.ts";

/** Rejects where the broker at `url` does not keep it. */
type Promised = (url: string) => Promise<void>;

export function mqttLimits(start: () => Promise<StartedServer>): void {
  describe("whom it sends what", () => {
    test.each(Object.entries(limits))("%s", async (_, promised) => {
      await using server = await start();
      await expect(promised(server.url)).resolves.toBeUndefined();
    });
  });
}

const limits: Readonly<Record<string, Promised>> = {
  "shared subscriptions ($share), MQTT 3.1.1": (url) => sharesMessages(url, 4),
  "shared subscriptions ($share), MQTT 5": (url) => sharesMessages(url, 5),

  /** MQTT 5 §3.2.2.3.8. */
  "topic aliases from clients": async (url) => {
    await using client = await connected(url, 5, {});
    ok((client.connack.properties?.topicAliasMaximum ?? 0) > 0, "the broker takes no topic alias");
  },

  /** MQTT 5 §3.1.2.11.3: no more unacknowledged messages than the client can take. */
  "the client's receive maximum": async (url) => {
    await using client = await limited(url, [0x21, 0, 1], "limit/receive/#");
    await using sender = await mqtt(url, 5);
    await sender.publishAsync("limit/receive/1", "x", { qos: 1 });
    await sender.publishAsync("limit/receive/2", "x", { qos: 1 });
    await sender.publishAsync("limit/receive/end", "x", { qos: 0 });
    const received = await client.until((bytes) => bytes.includes("limit/receive/end"));
    strictEqual(received.includes("limit/receive/2"), false);
  },

  /** MQTT 5 §3.1.2.11.4: what is larger than the client can take is not sent to it. */
  "the client's maximum packet size": async (url) => {
    await using client = await limited(url, [0x27, 0, 0, 0, 100], "limit/size/#");
    await using sender = await mqtt(url, 5);
    await sender.publishAsync("limit/size/large", Buffer.alloc(200), { qos: 1 });
    await sender.publishAsync("limit/size/small", "x", { qos: 1 });
    const received = await client.until((bytes) => bytes.includes("limit/size/small"));
    strictEqual(received.includes("limit/size/large"), false);
  },

  /** [MQTT-3.3.4-4] */
  "the identifiers of all subscriptions that overlap": async (url) => {
    await using client = await mqtt(url, 5);
    const found = new Set<number>();
    const inbox = collect(client);
    await client.subscribeAsync("limit/ids/+", {
      qos: 0,
      properties: { subscriptionIdentifier: 1 },
    });
    await client.subscribeAsync("limit/ids/#", {
      qos: 0,
      properties: { subscriptionIdentifier: 2 },
    });
    await client.subscribeAsync("limit/end", { qos: 0 });
    await client.publishAsync("limit/ids/x", "x");
    await client.publishAsync("limit/end", "x");
    for (
      let [message] = await inbox.take(1);
      message?.topic !== "limit/end";
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
            if (topic === `limit/share/${version}`) shared++;
            else resolve();
          });
        }),
    );
    for (const member of members) {
      await member.subscribeAsync(`$share/members/limit/share/${version}`, { qos: 1 });
      await member.subscribeAsync("limit/share/end", { qos: 1 });
    }
    for (let index = 0; index < 20; index++)
      await members[0]!.publishAsync(`limit/share/${version}`, "x", { qos: 1 });
    await members[0]!.publishAsync("limit/share/end", "x", { qos: 1 });
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
