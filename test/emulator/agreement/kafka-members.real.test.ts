/** Members of a classic group, on the emulator and on Apache Kafka: answered alike, in whatever order they ask. */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type RealKafka, startKafka } from "../../real/brokers.ts";
import { anyOf } from "./grammar.ts";
import { KafkaMembers, MEMBERS, playBoth } from "./kafka-members.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealKafka;
let emulator: Emulator;

beforeAll(async () => {
  // The group coordinator that is the only one since 4.0; and requests of several connections in their order.
  const lines = [
    "group.coordinator.rebalance.protocols=classic,consumer",
    "num.network.threads=1",
    "num.io.threads=1",
  ];
  real = await startKafka({ config: lines.join("\n") });
  emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

// Where two members prefer different protocols, Kafka decides by the order of a map: no line asks for that.
const lines = [
  "join <member> (range|range sticky|sticky) [static]",
  "join <member> range",
  "join <member> range static [anew]",
  "sync <member> [stale|unknown|before]",
  "sync <member>",
  "heartbeat <member> [stale|unknown|before]",
  "leave <member> [unknown|before]",
];

let scripts = 0;

test("members that join, are assigned, and leave", async () => {
  await using reference = await KafkaMembers.connect(real.url);
  await using ours = await KafkaMembers.connect(emulator.servers[0]?.url ?? "");
  const script = fc.array(anyOf(lines, { member: fc.constantFrom(...MEMBERS) }), {
    ...{ minLength: 1, maxLength: 20, size: "medium" },
  });
  await sameAnswers(script, 15, (said) => playBoth(`group${++scripts}`, said, reference, ours));
});
