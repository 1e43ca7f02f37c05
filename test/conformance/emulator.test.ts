/** The same promises on the emulator: the real clients, over the real protocols, on loopback. */
import { startEmulator, type ProtocolName } from "@millrace/emulator";
import { driverPromises } from "./promises.ts";
import { mqttFacts, natsFacts, openMqtt, openNats, qos0 } from "./worlds.ts";

async function server(protocol: ProtocolName) {
  const emulator = await startEmulator({ only: [protocol], ports: { [protocol]: 0 } });
  return { url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() };
}

driverPromises("nats on the emulator", async () => openNats(await server("nats")), natsFacts);
driverPromises(
  "mqtt 3.1.1 on the emulator",
  async () => openMqtt(await server("mqtt"), { protocol: "3.1.1" }),
  { ...mqttFacts, headers: false, requests: "no", groups: false },
);
driverPromises("mqtt 5 on the emulator", async () => openMqtt(await server("mqtt")), {
  ...mqttFacts,
  groups: false,
  requests: "timeout",
});
driverPromises("mqtt 5 on the emulator, QoS 0", async () => openMqtt(await server("mqtt")), {
  ...mqttFacts,
  ...qos0,
  groups: false,
  requests: "timeout",
});
