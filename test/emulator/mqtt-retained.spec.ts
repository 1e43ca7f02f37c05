/** What an MQTT broker keeps for later: the last retained message of a topic, and the will of a client. */
import { describe, expect, test } from "vitest";
import { mqtt, subscribed } from "./mqtt-clients.ts";

export function mqttRetained(url: () => string): void {
  describe.each([4, 5] as const)("retained messages and wills, protocol version %d", (version) => {
    test("keeps the last retained message for who comes later, until an empty one takes it away", async () => {
      const topic = `retained/${version}`;
      await using client = await mqtt(url(), version);
      const live = await subscribed(client, topic, 1);
      await client.publishAsync(topic, "old", { qos: 1, retain: true });
      await client.publishAsync(topic, "new", { qos: 1, retain: true });
      expect((await live.take(2)).map(({ payload, retain }) => [String(payload), retain])).toEqual([
        ["old", false],
        ["new", false],
      ]);
      await using later = await mqtt(url(), version);
      const stored = await subscribed(later, `retained/+`, 1);
      expect(
        (await stored.take(1)).map((message) => [
          message.topic,
          String(message.payload),
          message.retain,
        ]),
      ).toEqual([[topic, "new", true]]);

      await client.publishAsync(topic, "", { qos: 1, retain: true });
      await using last = await mqtt(url(), version);
      const none = await subscribed(last, "retained/#", 1);
      await client.publishAsync("retained/end", "end", { qos: 1 });
      expect((await none.take(1))[0]?.topic).toBe("retained/end");
    });

    test("publishes the will of a client that is lost", async () => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, `will/${version}/#`, 1);
      const lost = await mqtt(url(), version, {
        will: {
          topic: `will/${version}/lost`,
          payload: Buffer.from("gone"),
          qos: 1,
          retain: false,
        },
      });
      lost.stream.destroy();
      const [message] = await inbox.take(1);
      expect([message?.topic, String(message?.payload)]).toEqual([`will/${version}/lost`, "gone"]);
    });

    test("publishes no will of a client that says goodbye", async () => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, `bye/${version}/#`, 1);
      const polite = await mqtt(url(), version, {
        will: { topic: `bye/${version}/will`, payload: Buffer.from("gone"), qos: 1, retain: false },
      });
      await polite.endAsync();
      await client.publishAsync(`bye/${version}/end`, "end", { qos: 1 });
      expect((await inbox.take(1))[0]?.topic).toBe(`bye/${version}/end`);
    });
  });
}
