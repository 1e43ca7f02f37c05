/** Which bytes are written when, on a client that only takes notes. Packets as MQTT.js parses them. */
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { takeOver, type Held } from "./acknowledger.ts";
import type { MqttClient, MqttPacket } from "./driver.ts";

function opened(wanted: (topic: string) => boolean = () => true) {
  const written: string[] = [];
  const newStream = () => ({
    destroyed: false,
    write: (bytes: Buffer) => void written.push(`${name(bytes)} ${bytes.readUInt16BE(2)}`),
  });
  const client = Object.assign(new EventEmitter(), { stream: newStream() });
  const held: (Held | undefined)[] = [];
  const stop = takeOver(client as unknown as MqttClient, wanted, (_, each) => held.push(each));
  return {
    written,
    held,
    stop,
    /** Returns the packet as the client then sees it. */
    publish(messageId: number, qos: 0 | 1 | 2 = 1, payload = `message ${messageId}`): MqttPacket {
      const packet: MqttPacket = {
        cmd: "publish",
        topic: "t",
        payload: Buffer.from(payload),
        qos,
        dup: false,
        retain: false,
        messageId,
      };
      client.emit("packetreceive", packet);
      return packet;
    },
    pubrel: (messageId: number) => client.emit("packetreceive", { cmd: "pubrel", messageId }),
    reconnect(sessionPresent: boolean) {
      client.stream.destroyed = true;
      client.stream = newStream();
      client.emit("packetreceive", { cmd: "connack", sessionPresent });
    },
  };
}

const name = (bytes: Buffer) => ({ 0x40: "PUBACK", 0x50: "PUBREC" })[bytes[0] ?? 0];

test("the client is shown QoS 0, and nothing is written until the message is confirmed", () => {
  const t = opened();
  expect(t.publish(1, 1).qos).toBe(0);
  expect(t.publish(2, 2).qos).toBe(0);
  expect(t.written).toEqual([]);
  t.held[0]?.confirm();
  t.held[1]?.confirm();
  expect(t.written).toEqual(["PUBACK 1", "PUBREC 2"]);
});

test("QoS 0 is not held, and what others subscribed to is left to the client", () => {
  const t = opened((topic) => topic !== "t");
  expect(t.publish(1, 1).qos).toBe(1);
  expect(t.held).toEqual([]);
  const all = opened();
  all.publish(0, 0);
  expect(all.held).toEqual([undefined]);
});

test("confirmations go out in the order of arrival [MQTT-4.6.0-2]", () => {
  const t = opened();
  for (const id of [1, 2, 3]) t.publish(id);
  t.held[2]?.confirm();
  t.held[1]?.confirm();
  expect(t.written).toEqual([]);
  t.held[0]?.confirm();
  expect(t.written).toEqual(["PUBACK 1", "PUBACK 2", "PUBACK 3"]);
});

test("one that was sent back does not hold up those behind it", () => {
  const t = opened();
  for (const id of [1, 2]) t.publish(id);
  t.held[1]?.confirm();
  t.held[0]?.stepAside();
  expect(t.written).toEqual(["PUBACK 2"]);
  t.held[0]?.confirm();
  expect(t.written).toEqual(["PUBACK 2", "PUBACK 1"]);
});

test("what a kept session sends again is not delivered twice, and is confirmed on the new connection", () => {
  const t = opened();
  for (const id of [1, 2]) t.publish(id);
  t.reconnect(true);
  t.held[0]?.confirm();
  expect(t.written).toEqual([]);
  for (const id of [1, 2]) t.publish(id);
  expect(t.held).toHaveLength(2);
  expect(t.written).toEqual(["PUBACK 1"]);
  t.held[1]?.confirm();
  expect(t.written).toEqual(["PUBACK 1", "PUBACK 2"]);
});

test("a session that was forgotten gives old numbers to new messages", () => {
  const t = opened();
  t.publish(1);
  t.reconnect(false);
  t.publish(1, 1, "another");
  expect(t.held).toHaveLength(2);
  t.held[0]?.confirm();
  expect(t.written).toEqual([]);
  t.held[1]?.confirm();
  expect(t.written).toEqual(["PUBACK 1"]);
});

test("a broker that gives a number to another message of the same session loses nothing", () => {
  const t = opened();
  t.publish(1);
  t.reconnect(true);
  t.publish(1, 1, "another");
  expect(t.held).toHaveLength(2);
});

test("QoS 2: asked again before PUBREL, PUBREC is repeated and nothing delivered; after it the number is free", () => {
  const t = opened();
  t.publish(1, 2);
  t.held[0]?.confirm();
  t.reconnect(true);
  t.publish(1, 2);
  expect(t.held).toHaveLength(1);
  expect(t.written).toEqual(["PUBREC 1", "PUBREC 1"]);
  t.pubrel(1);
  t.publish(1, 2);
  expect(t.held).toHaveLength(2);
});

test("after the end the client is on its own", () => {
  const t = opened();
  t.stop();
  expect(t.publish(1).qos).toBe(1);
});
