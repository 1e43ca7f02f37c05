/** The spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { kafkaConfigPromises, lines } from "./kafka-configs.spec.ts";

kafkaConfigPromises(async () => {
  const emulator = await startEmulator({
    only: ["kafka"],
    ports: { kafka: 0 },
    kafkaConfigs: lines,
  });
  const close = () => emulator.close();
  return { url: emulator.servers[0]!.url, id: 0, [Symbol.asyncDispose]: close };
});
