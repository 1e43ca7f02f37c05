/**
 * The same random scripts on the emulator and on Apache Kafka: what every line is answered must be equal. A failure shows
 * the shortest script that still differs. Holds for Kafka 3.9.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type RealKafka, startKafka } from "../../real/brokers.ts";
import { anyOf } from "./grammar.ts";
import { families, words } from "./kafka-families.ts";
import { KafkaPlayer } from "./kafka-player.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealKafka;
let emulator: Emulator;

beforeAll(async () => {
  // The group coordinator that is the only one since 4.0.
  const coordinator = "group.coordinator.rebalance.protocols=classic,consumer";
  // As many as there are by default: groups and transactions are found by them.
  real = await startKafka({ config: `${coordinator}\noffsets.topic.num.partitions=50` });
  emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

let scripts = 0;

test.each(families)("$name", async (family) => {
  await using reference = await KafkaPlayer.connect(real.url);
  await using ours = await KafkaPlayer.connect(emulator.servers[0]?.url ?? "");
  const lines = fc.array(anyOf(family.lines, words), {
    minLength: 1,
    maxLength: 25,
    size: "medium",
  });
  const before = (family.before ?? []).map((line) => line.split(" "));
  await sameAnswers(lines, 15, (script) => {
    const root = `s${String(++scripts).padStart(5, "0")}`;
    const all = [...before, ...script];
    return Promise.all([reference.play(root, all), ours.play(root, all)]);
  });
});
