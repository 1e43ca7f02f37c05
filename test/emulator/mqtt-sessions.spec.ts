/** MQTT sessions that outlive their connection: what they keep, and what comes again. */
import { describe, expect, test } from "vitest";
import {
  acknowledgePacket,
  connectPacket,
  PINGREQ,
  PINGRESP,
  PUBACK,
  subscribePacket,
} from "./mqtt-bytes.ts";
import { connected, mqtt, session, unique } from "./mqtt-clients.ts";
import { RawClient } from "./raw.ts";

export function mqttSessions(url: () => string): void {
  describe.each([4, 5] as const)("sessions, protocol version %d", (version) => {
    test("keeps a session that is to last: subscriptions, and messages in order", async () => {
      const lasting = session(version, unique("lasting"));
      const first = await mqtt(url(), version, lasting);
      await first.subscribeAsync("kept/#", { qos: 2 });
      await first.endAsync();

      await using sender = await mqtt(url(), version);
      const sent = Array.from({ length: 20 }, (_, index) => `kept/${index}`);
      for (const [index, topic] of sent.entries())
        await sender.publishAsync(topic, "x", { qos: index < 10 ? 1 : 2 });

      await using again = await connected(url(), version, lasting);
      expect(again.sessionPresent).toBe(true);
      expect((await again.inbox.take(20)).map(({ topic }) => topic)).toEqual(sent);

      await sender.publishAsync("kept/live", "x", { qos: 1 });
      expect((await again.inbox.take(1))[0]?.topic).toBe("kept/live");
    });

    test("begins a clean session without what was before", async () => {
      const clientId = unique("clean");
      const first = await mqtt(url(), version, session(version, clientId));
      await first.subscribeAsync("cleaned", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(url(), version);
      await sender.publishAsync("cleaned", "x", { qos: 1 });

      await using again = await connected(url(), version, { clientId, clean: true });
      expect(again.sessionPresent).toBe(false);
      await again.client.subscribeAsync("cleaned/end", { qos: 1 });
      await sender.publishAsync("cleaned", "x", { qos: 1 });
      await sender.publishAsync("cleaned/end", "x", { qos: 1 });
      expect((await again.inbox.take(1))[0]?.topic).toBe("cleaned/end");
    });

    test("gives a killed subscriber its message again", async () => {
      const lasting = session(version, unique("killed"));
      const doomed = await mqtt(url(), version, lasting);
      const handled = new Promise<void>((resolve) => {
        // Never calls back: the message is with the handler when the process dies.
        doomed.handleMessage = () => resolve();
      });
      await doomed.subscribeAsync("killed", { qos: 1 });
      await using sender = await mqtt(url(), version);
      await sender.publishAsync("killed", "precious", { qos: 1 });
      await handled;
      doomed.stream.destroy();
      doomed.end(true);

      await using again = await connected(url(), version, lasting);
      const [message] = await again.inbox.take(1);
      expect([String(message?.payload), message?.dup]).toEqual(["precious", true]);
    });
  });

  describe("sessions on a bare socket", () => {
    test("delivers again, marked so and in order, what a lost client had not acknowledged", async () => {
      const clientId = unique("lost");
      await using sender = await mqtt(url(), 4);
      {
        await using lost = await RawClient.connect(url());
        lost.send(connectPacket({ clientId, clean: false }), subscribePacket(1, ["raw/again", 1]));
        await lost.until((bytes) => bytes.length >= 9);
        await sender.publishAsync("raw/again", "one", { qos: 1 });
        await sender.publishAsync("raw/again", "two", { qos: 1 });
        const received = await lost.until((bytes) => bytes.includes("two"));
        expect(publishes(received.subarray(9)).map(({ first }) => first)).toEqual([0x32, 0x32]);
      }
      await using back = await RawClient.connect(url());
      back.send(connectPacket({ clientId, clean: false }));
      const received = await back.until((bytes) => bytes.includes("two"));
      expect(received.subarray(0, 4).toString("hex")).toBe("20020100");
      expect(publishes(received.subarray(4)).map(({ first, payload }) => [first, payload])).toEqual(
        [
          [0x3a, "one"],
          [0x3a, "two"],
        ],
      );
      back.send(connectPacket({ clientId }));
      await back.untilClosed();
      await using clean = await mqtt(url(), 4, { clientId });
      expect(clean.connected).toBe(true);
    });

    test("forgets a message when it is acknowledged, and no other", async () => {
      const clientId = unique("half");
      await using sender = await mqtt(url(), 4);
      {
        await using lost = await RawClient.connect(url());
        lost.send(connectPacket({ clientId, clean: false }), subscribePacket(1, ["raw/half", 1]));
        await lost.until((bytes) => bytes.length >= 9);
        await sender.publishAsync("raw/half", "one", { qos: 1 });
        await sender.publishAsync("raw/half", "two", { qos: 1 });
        const received = await lost.until((bytes) => bytes.includes("two"));
        lost.send(acknowledgePacket(PUBACK, publishes(received.subarray(9))[0]!.packetId), PINGREQ);
        await lost.until((bytes) => bytes.includes(PINGRESP));
      }
      await using back = await RawClient.connect(url());
      back.send(connectPacket({ clientId, clean: false }));
      const received = await back.until((bytes) => bytes.includes("two"));
      expect(publishes(received.subarray(4)).map(({ payload }) => payload)).toEqual(["two"]);
    });
  });
}

/** The QoS 1 PUBLISH packets in a row of small ones. */
function publishes(bytes: Buffer): { first: number; packetId: number; payload: string }[] {
  const found = [];
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    const topicEnd = at + 4 + bytes.readUInt16BE(at + 2);
    const payload = bytes.subarray(topicEnd + 2, at + 2 + (bytes[at + 1] ?? 0)).toString();
    found.push({ first: bytes[at] ?? 0, packetId: bytes.readUInt16BE(topicEnd), payload });
  }
  return found;
}
