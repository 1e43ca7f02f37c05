import { startMosquitto } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import { mqttFacts, openMqtt, qos0, qos2 } from "./worlds.ts";

driverPromises("mqtt 5 on mosquitto", async () => openMqtt(await startMosquitto()), mqttFacts);
driverPromises("mqtt 5 on mosquitto, QoS 2", async () => openMqtt(await startMosquitto()), {
  ...mqttFacts,
  ...qos2,
});
driverPromises("mqtt 5 on mosquitto, QoS 0", async () => openMqtt(await startMosquitto()), {
  ...mqttFacts,
  ...qos0,
});
driverPromises(
  "mqtt 3.1.1 on mosquitto",
  async () => openMqtt(await startMosquitto(), { protocol: "3.1.1" }),
  {
    ...mqttFacts,
    headers: false,
    requests: "no",
  },
);
