/**
 * The same random scripts of several clients, some of them tracked, on the emulator and on redis-server. A failure shows the
 * shortest script that still differs.
 */
import { type Emulator, startEmulator } from "@millrace/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealBroker, startRedis } from "../../real/brokers.ts";
import { playTracking, trackingScript } from "./redis-tracking.ts";
import { runs } from "./runs.ts";

let real: RealBroker;
let emulator: Emulator;

beforeAll(async () => {
  real = await startRedis({ config: "appendonly no" });
  emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
});
afterAll(() => Promise.all([real?.stop(), emulator?.close()]));

test.each([2, 3])("tracking, RESP%i", async (version) => {
  await fc.assert(
    fc.asyncProperty(trackingScript, async (script) => {
      const [expected, seen] = await Promise.all([
        playTracking(real.url, script, version),
        playTracking(emulator.servers[0]?.url ?? "", script, version),
      ]);
      expect(seen).toEqual(expected);
    }),
    runs(40),
  );
});
