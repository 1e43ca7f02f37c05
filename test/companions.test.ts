/** The runtime declares what it needs of workbench and emulator; the real ones fit. */
import * as emulator from "@millrace/emulator";
import * as workbench from "@millrace/workbench/server";
import { type EmulatorCompanion, testBroker, type WorkbenchCompanion } from "millrace";
import { MqttBroker } from "millrace/mqtt";
import { NatsBroker } from "millrace/nats";
import { RedisBroker } from "millrace/redis";
import { expect, expectTypeOf, test } from "vitest";

test("the workbench is one", () => {
  expectTypeOf(workbench).toExtend<WorkbenchCompanion>();
  expect(workbench.runWorkbench).toBeTypeOf("function");
});

test("the emulator is one", () => {
  expectTypeOf(emulator).toExtend<EmulatorCompanion>();
  expect(emulator.startEmulator).toBeTypeOf("function");
});

test("the runtime finds it by its name", async () => {
  const nats = new NatsBroker();
  const redis = new RedisBroker();
  const mqtt = new MqttBroker();
  const heard = [
    nats.subscriber("news", {}, async (text: string) => text.length),
    redis.subscriber("news", {}, async (text: string) => text.length),
    mqtt.subscriber("news", {}, async (text: string) => text.length),
  ];
  await using onNats = await testBroker(nats, { on: "emulator" });
  await using onRedis = await testBroker(redis, { on: "emulator" });
  await using onMqtt = await testBroker(mqtt, { on: "emulator" });
  await Promise.all([
    onNats.publish("news", "hello"),
    onRedis.publish("news", "bonjour"),
    onMqtt.publish("news", "salve"),
  ]);
  expect(heard.map((subscriber) => subscriber.results)).toEqual([[5], [7], [5]]);
});
