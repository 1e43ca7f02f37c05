/**
 * The same random scripts of several clients, some of them tracked, on the emulator and on redis-server. A failure shows the
 * shortest script that still differs.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import { afterAll, beforeAll, test } from "vitest";
import { type RealBroker, startRedis } from "../../real/brokers.ts";
import { playTracking, trackingScript } from "./redis-tracking.ts";
import { sameAnswers } from "./same-answers.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  real = await startRedis({ config: "appendonly no" });
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

test.each([2, 3])("tracking, RESP%i", async (version) => {
  await sameAnswers(trackingScript, 40, (script) =>
    Promise.all([
      playTracking(real.url, script, version),
      playTracking(emulator.servers[0]?.url ?? "", script, version),
    ]),
  );
});
