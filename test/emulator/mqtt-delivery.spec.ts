/** What of a message arrives at an MQTT subscriber, how often and in which order. */
import { describe, expect, test } from "vitest";
import { mqtt, session, subscribed, unique } from "./mqtt-clients.ts";
import { acknowledgePacket, connectPacket, publishPacket, PUBREL } from "./mqtt-bytes.ts";
import { RawClient } from "./raw.ts";

export function mqttDelivery(url: () => string): void {
  describe.each([4, 5] as const)("delivery, protocol version %d", (version) => {
    test.each([0, 1, 2] as const)("carries any bytes with QoS %d", async (qos) => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, "bytes", 2);
      const payload = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      await client.publishAsync("bytes", payload, { qos });
      const [message] = await inbox.take(1);
      expect(message?.payload).toEqual(payload);
      expect(message?.qos).toBe(qos);
    });

    test("carries a large payload", async () => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, "large", 1);
      const payload = Buffer.alloc(1024 * 1024, 7);
      await client.publishAsync("large", payload, { qos: 1 });
      const [message] = await inbox.take(1);
      expect(Buffer.compare(payload, Buffer.from(message!.payload))).toBe(0);
    });

    test("delivers with the lower of both QoS", async () => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, "low", 1);
      for (const qos of [0, 1, 2] as const) await client.publishAsync("low", String(qos), { qos });
      const messages = await inbox.take(3);
      expect(
        Object.fromEntries(messages.map(({ payload, qos }) => [String(payload), qos])),
      ).toEqual({ 0: 0, 1: 1, 2: 1 });
    });

    test.each([0, 1, 2] as const)("keeps the order with QoS %d", async (qos) => {
      await using client = await mqtt(url(), version);
      await using sender = await mqtt(url(), version);
      const inbox = await subscribed(client, "order/#", qos);
      // mosquitto has at most 20 messages of QoS 2 on their way.
      const count = qos === 2 ? 15 : 200;
      for (let index = 0; index < count; index++)
        sender.publish(`order/${index % 7}`, String(index), { qos });
      expect((await inbox.take(count)).map(({ payload }) => Number(payload))).toEqual(
        Array.from({ length: count }, (_, index) => index),
      );
    });

    test("stops delivering after UNSUBSCRIBE", async () => {
      await using client = await mqtt(url(), version);
      const inbox = await subscribed(client, "un/a", 1);
      await client.subscribeAsync("un/b", { qos: 1 });
      await client.unsubscribeAsync("un/a");
      await client.publishAsync("un/a", "x", { qos: 1 });
      await client.publishAsync("un/b", "x", { qos: 1 });
      expect((await inbox.take(1))[0]?.topic).toBe("un/b");
    });

    test("loses nothing between many publishers of every QoS", async () => {
      await using subscriber = await mqtt(url(), version);
      await using lasting = await mqtt(url(), version, session(version, unique("mixed")));
      const inboxes = [
        await subscribed(subscriber, `mixed/${version}/+`, 2),
        await subscribed(lasting, `mixed/${version}/#`, 2),
      ];
      const publishers = await Promise.all(Array.from({ length: 6 }, () => mqtt(url(), version)));
      const sent: string[] = [];
      await Promise.all(
        publishers.map(async (publisher, index) => {
          for (let number = 0; number < 60; number++) {
            const payload = `${index} ${number}`;
            sent.push(payload);
            const qos = ((index + number) % 3) as 0 | 1 | 2;
            await publisher.publishAsync(`mixed/${version}/${index}`, payload, { qos });
          }
        }),
      );
      for (const inbox of inboxes) {
        const received = (await inbox.take(sent.length)).map(({ payload }) => String(payload));
        expect(received.toSorted()).toEqual(sent.toSorted());
      }
      await Promise.all(publishers.map((publisher) => publisher.endAsync()));
    });

    test("serves many clients at once", async () => {
      const clients = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const client = await mqtt(url(), version);
          return { client, inbox: await subscribed(client, `many/${version}/+`, 1) };
        }),
      );
      await Promise.all(
        clients.map(({ client }, index) =>
          client.publishAsync(`many/${version}/${index}`, "x", { qos: 1 }),
        ),
      );
      for (const { inbox } of clients) {
        const topics = (await inbox.take(20)).map(({ topic }) => topic);
        expect(new Set(topics).size).toBe(20);
      }
      await Promise.all(clients.map(({ client }) => client.endAsync()));
    });
  });

  test("delivers a QoS 2 message once, however often it is sent", async () => {
    await using client = await mqtt(url(), 4);
    const inbox = await subscribed(client, "raw/once", 2);
    await using raw = await RawClient.connect(url());
    raw.send(connectPacket({ clientId: "twice" }));
    await raw.until((bytes) => bytes.length >= 4);
    const message = { topic: "raw/once", payload: "x", qos: 2, packetId: 3 };
    raw.send(publishPacket(message));
    await raw.until((bytes) => bytes.length >= 8);
    raw.send(publishPacket({ ...message, duplicate: true }));
    await raw.until((bytes) => bytes.length >= 12);
    raw.send(acknowledgePacket(PUBREL, 3));
    await raw.until((bytes) => bytes.length >= 16);
    await client.publishAsync("raw/once", "end", { qos: 2 });
    expect((await inbox.take(2)).map(({ payload }) => String(payload))).toEqual(["x", "end"]);
  });
}
