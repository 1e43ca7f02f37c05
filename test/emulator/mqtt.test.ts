/** The MQTT spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { describe, expect, test } from "vitest";
import { mqttGaps } from "./mqtt-gaps.ts";
import { mqttPromises } from "./mqtt.spec.ts";

mqttPromises(async (config) => {
  const emulator = await startEmulator({
    only: ["mqtt"],
    ports: { mqtt: 0 },
    maxPayload: 2 * 1024 * 1024,
    ...config,
  });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
});

/** What is not promised yet, and is not there yet. */
describe("open gaps", () => {
  test.each(Object.entries(mqttGaps))("%s", async (_, promised) => {
    await using emulator = await startEmulator({ only: ["mqtt"], ports: { mqtt: 0 } });
    await expect(promised(emulator.servers[0]!.url)).rejects.toThrow(/./);
  });
});
