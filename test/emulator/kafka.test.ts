/** The spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { kafkaPromises } from "./kafka.spec.ts";

kafkaPromises(async () => {
  const emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
});
