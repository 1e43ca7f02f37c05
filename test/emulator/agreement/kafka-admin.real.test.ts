/**
 * The same administration of the emulator and of Apache Kafka, with kafkajs: what each step was answered, and which topics,
 * configs and offsets there are in the end. Holds for Kafka 3.9 in KRaft mode.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import { afterAll, beforeAll, test } from "vitest";
import { type RealKafka, startKafka } from "../../real/brokers.ts";
import { adminScript } from "./kafka-admin-script.ts";
import { Administrator } from "./kafka-administrator.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealKafka;
let emulator: Emulator;
let reference: Administrator;
let ours: Administrator;

beforeAll(async () => {
  real = await startKafka();
  emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
  reference = await Administrator.connect(real.url);
  ours = await Administrator.connect(emulator.servers[0]!.url);
}, 60_000);
afterAll(async () => {
  await Promise.all([reference?.[Symbol.asyncDispose](), ours?.[Symbol.asyncDispose]()]);
  await Promise.all([real?.stop(), emulator?.close()]);
});

test("random administration", async () => {
  await sameAnswers(adminScript, 10, (script) =>
    Promise.all([reference.play(script), ours.play(script)]),
  );
}, 300_000);
