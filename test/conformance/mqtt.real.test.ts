import { startMosquitto } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import { mqttFacts, openMqtt, qos0, qos2, version3Facts } from "./worlds.ts";

const five = async () => openMqtt(await startMosquitto());
const three = async () => openMqtt(await startMosquitto(), { protocol: "3.1.1" });

driverPromises("mqtt 5 on mosquitto", five, mqttFacts);
driverPromises("mqtt 5 on mosquitto, QoS 2", five, { ...mqttFacts, ...qos2 });
driverPromises("mqtt 5 on mosquitto, QoS 0", five, { ...mqttFacts, ...qos0 });
driverPromises("mqtt 3.1.1 on mosquitto", three, version3Facts);
driverPromises("mqtt 3.1.1 on mosquitto, QoS 2", three, { ...version3Facts, ...qos2 });
