/** The spec on the emulator, where time passes by moving the clock. */
import { startEmulator } from "@millrace/emulator";
import { kafkaSessionPromises, users } from "./kafka-sessions.spec.ts";

const lifetime = 600_000;

kafkaSessionPromises(async () => {
  const emulator = await startEmulator({
    only: ["kafka"],
    ports: { kafka: 0 },
    kafkaUsers: Object.entries(users).map(([user, password]) => ({ user, password })),
    kafkaConfigs: { "connections.max.reauth.ms": String(lifetime) },
  });
  return {
    url: emulator.servers[0]!.url,
    lifetime,
    now: async () => (await emulator.snapshot()).time,
    pass: (ms) => emulator.advance(ms),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
});
