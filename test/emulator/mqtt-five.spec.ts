/** What MQTT 5 adds: properties, options of a subscription, reasons, expiry. */
import { describe, expect, test } from "vitest";
import { packet, text } from "./mqtt-bytes.ts";
import { collect, connected, mqtt, session, subscribed, unique } from "./mqtt-clients.ts";
import { RawClient } from "./raw.ts";

export function mqttFive(url: () => string): void {
  describe("what MQTT 5 adds", () => {
    test("carries user properties, in order, and the content type", async () => {
      await using client = await mqtt(url(), 5);
      const inbox = await subscribed(client, "five/properties", 1);
      const properties = {
        userProperties: { traceparent: "00-1-2-01", many: ["one", "two"] },
        contentType: "application/json",
        responseTopic: "five/answers",
        correlationData: Buffer.from([1, 2, 3]),
      };
      await client.publishAsync("five/properties", "{}", { qos: 1, properties });
      expect((await inbox.take(1))[0]?.properties).toMatchObject(properties);
    });

    test("passes properties on in the order they came, a will's too, after those of the subscription", async () => {
      await using client = await mqtt(url(), 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/order", {
        qos: 1,
        properties: { subscriptionIdentifier: 3 },
      });
      const properties = {
        correlationData: Buffer.from([1]),
        responseTopic: "five/answers",
        contentType: "text/plain",
        payloadFormatIndicator: true,
      };
      const order = ["subscriptionIdentifier", ...Object.keys(properties)];
      const expiring = { messageExpiryInterval: 60, ...properties };
      await client.publishAsync("five/order", "x", { qos: 1, properties: expiring });
      const will = {
        topic: "five/order",
        payload: Buffer.from("x"),
        qos: 1,
        retain: false,
      } as const;
      const lost = await mqtt(url(), 5, { will: { ...will, properties } });
      lost.stream.destroy();
      expect((await inbox.take(2)).map((message) => Object.keys(message.properties ?? {}))).toEqual(
        [[...order, "messageExpiryInterval"], order],
      );
    });

    test("leaves user properties between the others that they came between", async () => {
      const user = (name: string) => Buffer.concat([Buffer.from([0x26]), text(name), text("x")]);
      const responseTopic = Buffer.concat([Buffer.from([0x08]), text("five/answers")]);
      const properties = Buffer.concat([user("a"), user("b"), responseTopic, user("c")]);
      const published = packet(
        0x30,
        text("five/between"),
        [properties.length],
        properties,
        Buffer.from("!"),
      );
      await using client = await RawClient.connect(url());
      client.send(packet(0x10, text("MQTT"), [5, 2, 0, 60, 0], text("between")));
      client.send(packet(0x82, [0, 1, 0], text("five/between"), [0]));
      client.send(published);
      const received = await client.until(
        (bytes) => bytes.includes("five/between") && bytes.at(-1) === 0x21,
      );
      expect(received.subarray(-published.length).toString("hex")).toBe(published.toString("hex"));
    });

    test("keeps user properties for an absent client", async () => {
      const lasting = session(5, unique("properties"));
      const first = await mqtt(url(), 5, lasting);
      await first.subscribeAsync("five/kept", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(url(), 5);
      await sender.publishAsync("five/kept", "x", {
        qos: 1,
        properties: { userProperties: { a: "b" } },
      });
      await using again = await connected(url(), 5, lasting);
      expect((await again.inbox.take(1))[0]?.properties?.userProperties).toEqual({ a: "b" });
    });

    test("leaves them out for a 3.1.1 client", async () => {
      await using old = await mqtt(url(), 4);
      await using young = await mqtt(url(), 5);
      const inbox = await subscribed(old, "five/mixed", 1);
      await young.publishAsync("five/mixed", "x", {
        qos: 1,
        properties: { userProperties: { a: "b" } },
      });
      expect((await inbox.take(1))[0]).toMatchObject({
        topic: "five/mixed",
        payload: Buffer.from("x"),
      });
    });

    test("gives a name to a client that has none", async () => {
      await using client = await connected(url(), 5, { clientId: "" });
      expect(client.connack.properties?.assignedClientIdentifier).toMatch(/./);
    });

    test("keeps a client's own messages from it by no-local", async () => {
      await using client = await mqtt(url(), 5);
      await using other = await mqtt(url(), 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/local", { qos: 1, nl: true });
      await client.publishAsync("five/local", "own", { qos: 1 });
      await other.publishAsync("five/local", "other's", { qos: 1 });
      expect(String((await inbox.take(1))[0]?.payload)).toBe("other's");
    });

    test("keeps the retain flag by retain-as-published", async () => {
      await using client = await mqtt(url(), 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/rap", { qos: 1, rap: true });
      await client.publishAsync("five/rap", "x", { qos: 1, retain: true });
      expect((await inbox.take(1))[0]?.retain).toBe(true);
      await client.publishAsync("five/rap", "", { qos: 1, retain: true });
    });

    test("sends retained messages as retain handling says", async () => {
      await using client = await mqtt(url(), 5);
      await client.publishAsync("five/rh", "kept", { qos: 1, retain: true });
      const inbox = collect(client);
      await client.subscribeAsync("five/rh", { qos: 1, rh: 2 });
      await client.subscribeAsync("five/rh", { qos: 1, rh: 1 });
      await client.publishAsync("five/rh", "live", { qos: 1 });
      await client.subscribeAsync("five/rh", { qos: 1, rh: 0 });
      expect((await inbox.take(2)).map(({ payload, retain }) => [String(payload), retain])).toEqual(
        [
          ["live", false],
          ["kept", true],
        ],
      );
      await client.publishAsync("five/rh", "", { qos: 1, retain: true });
    });

    test("says by which subscription a message came", async () => {
      await using client = await mqtt(url(), 5);
      const inbox = collect(client);
      await client.subscribeAsync("five/id/+", {
        qos: 1,
        properties: { subscriptionIdentifier: 42 },
      });
      await client.publishAsync("five/id/x", "x", { qos: 1 });
      expect((await inbox.take(1))[0]?.properties?.subscriptionIdentifier).toBe(42);
    });

    test("tells that there was no subscription to end", async () => {
      await using client = await mqtt(url(), 5);
      const reasons = new Promise((resolve) => {
        client.on("packetreceive", (received) => {
          if (received.cmd === "unsuback") resolve((received as { granted?: number[] }).granted);
        });
      });
      await client.unsubscribeAsync("five/never").catch(() => {});
      // MQTT 5 §3.11.3
      expect(await reasons).toEqual([0x11]);
    });

    test("ends a session with its connection where no expiry is asked", async () => {
      const clientId = unique("short");
      const first = await mqtt(url(), 5, { clientId, clean: false });
      await first.subscribeAsync("five/short", { qos: 1 });
      await first.endAsync();
      await using again = await connected(url(), 5, { clientId, clean: false });
      expect(again.sessionPresent).toBe(false);
    });

    test("drops what expired while its client was away", async () => {
      const lasting = session(5, unique("expiring"));
      const first = await mqtt(url(), 5, lasting);
      await first.subscribeAsync("five/expiry/#", { qos: 1 });
      await first.endAsync();
      await using sender = await mqtt(url(), 5);
      const expiring = { qos: 1, properties: { messageExpiryInterval: 1 } } as const;
      await sender.publishAsync("five/expiry/short", "x", expiring);
      await sender.publishAsync("five/expiry/long", "x", {
        qos: 1,
        properties: { messageExpiryInterval: 100 },
      });
      // A retained message of the same life says when the second is over; two are more than one.
      await new Promise((resolve) => setTimeout(resolve, 2100));
      await using again = await connected(url(), 5, lasting);
      const [message] = await again.inbox.take(1);
      // The first one's packet id was given when it came, not when it would have been sent.
      expect([message?.topic, message?.messageId]).toEqual(["five/expiry/long", 2]);
    });
  });
}
