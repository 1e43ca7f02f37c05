/**
 * The same administration of the emulator and of Apache Kafka, with kafkajs: what each step was answered, and which topics,
 * configs and offsets there are in the end. Holds for Kafka 3.9 in KRaft mode.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealKafka, startKafka } from "../../real/brokers.ts";
import { adminScript } from "./kafka-admin-script.ts";
import { Administrator } from "./kafka-administrator.ts";
import { runs } from "./runs.ts";

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
  await fc.assert(
    fc.asyncProperty(adminScript, async (script) => {
      const [expected, seen] = await Promise.all([reference.play(script), ours.play(script)]);
      expect(seen).toEqual(expected);
    }),
    runs(10),
  );
}, 300_000);
