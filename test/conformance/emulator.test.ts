/** The same promises on the emulator: the real clients, over the real protocols, on loopback. */
import { startEmulator, type ProtocolName } from "@millrace/emulator";
import { openGaps } from "./gaps.ts";
import { driverPromises } from "./promises.ts";
import { mqttFacts, natsFacts, openMqtt, openNats, qos0, version3Facts } from "./worlds.ts";

async function server(protocol: ProtocolName) {
  const emulator = await startEmulator({ only: [protocol], ports: { [protocol]: 0 } });
  return { url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() };
}

const shared = openGaps["$share is refused"];
const gaps5 = {
  ...shared,
  ...openGaps["MQTT 5: PUBACK does not tell that nobody listens (reason code 0x10)"],
};

driverPromises("nats on the emulator", async () => openNats(await server("nats")), natsFacts);
driverPromises(
  "mqtt 3.1.1 on the emulator",
  async () => openMqtt(await server("mqtt"), { protocol: "3.1.1" }),
  { ...version3Facts, ...shared },
);
driverPromises("mqtt 5 on the emulator", async () => openMqtt(await server("mqtt")), {
  ...mqttFacts,
  ...gaps5,
});
driverPromises("mqtt 5 on the emulator, QoS 0", async () => openMqtt(await server("mqtt")), {
  ...mqttFacts,
  ...qos0,
  ...gaps5,
});
