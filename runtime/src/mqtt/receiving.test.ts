import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { parseAddress, TOPICS } from "../address.ts";
import type { MqttClient, MqttPacket } from "./driver.ts";
import { receiveFrom } from "./receiving.ts";

test("what comes after the subscriber has drained is not acknowledged: the client is shown QoS 0 until the connection has ended", async () => {
  const client = new EventEmitter();
  const handled: string[] = [];
  const receiver = receiveFrom(
    client as unknown as MqttClient,
    {
      address: parseAddress("jobs", TOPICS),
      concurrency: 1,
      options: {},
      async deliver({ payload }) {
        handled.push(Buffer.from(payload).toString());
      },
    },
    {
      redelivers: true,
      logger: { info() {}, warn() {}, error() {} },
      respond: () => undefined,
      ignores: () => false,
    },
  );
  const arrive = (job: string, messageId: number): number => {
    const packet = { cmd: "publish", topic: "jobs", payload: Buffer.from(job), qos: 1, messageId };
    client.emit("packetreceive", packet as MqttPacket);
    return packet.qos;
  };
  expect(arrive("first", 1)).toBe(0);
  await receiver.drain();
  expect(arrive("second", 2)).toBe(0);
  receiver.stop();
  expect(arrive("third", 3)).toBe(1);
  expect(handled).toEqual(["first"]);
});
