/** The NATS spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { natsPromises } from "./nats.spec.ts";

natsPromises(async (config) => {
  const emulator = await startEmulator({ only: ["nats"], ports: { nats: 0 }, ...config });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
});
