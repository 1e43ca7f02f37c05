/** The MQTT spec on the emulator. */
import { startEmulator } from "@millrace/emulator";
import { mqttLimits } from "./mqtt-limits.spec.ts";
import { mqttPromises, type MqttServerConfig, type StartedServer } from "./mqtt.spec.ts";

mqttPromises(start);
mqttLimits(() => start({}));

async function start(config: MqttServerConfig): Promise<StartedServer> {
  const emulator = await startEmulator({
    only: ["mqtt"],
    ports: { mqtt: 0 },
    maxPayload: 2 * 1024 * 1024,
    ...config,
  });
  return { url: emulator.servers[0]!.url, [Symbol.asyncDispose]: () => emulator.close() };
}
