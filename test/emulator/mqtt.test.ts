/** The MQTT spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { connectAsync } from "mqtt";
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

test.each([4, 5] as const)(
  "version %i: a shared subscription is refused, not taken for an ordinary topic",
  async (protocolVersion) => {
    await using emulator = await startEmulator({ only: ["mqtt"], ports: { mqtt: 0 } });
    const client = await connectAsync(emulator.servers[0]!.url, { protocolVersion });
    await expect(client.subscribeAsync("$share/group/topic")).rejects.toThrow("Subscribe error");
    await client.endAsync();
  },
);
