/** The spec on the emulator, which is one node for cluster clients as for others. */
import { startEmulator } from "@millrace/emulator";
import { redisClusterPromises } from "./redis-cluster.spec.ts";

redisClusterPromises(async () => {
  const emulator = await startEmulator({ only: ["redis"], ports: { redis: 0 } });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
});
