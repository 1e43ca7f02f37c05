/** Transactions on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { transactionPromises } from "./kafka-transactions.spec.ts";

transactionPromises(async () => {
  const emulator = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
  return {
    url: emulator.servers[0]!.url,
    advance: (ms) => emulator.advance(ms),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
});
