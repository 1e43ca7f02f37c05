/** The same promises on the emulator: the real clients, over the real protocols, on loopback. */
import { startEmulator, type ProtocolName } from "@millrace/emulator";
import { driverPromises } from "./promises.ts";
import { jetstreamFacts, openJetStream, orderedFacts } from "./worlds-nats.ts";
import {
  channelFacts,
  groupFacts,
  onGroup,
  onList,
  onStream,
  openRedis,
  streamFacts,
} from "./worlds-redis.ts";
import { mqttFacts, natsFacts, openMqtt, openNats, qos0, qos2, version3Facts } from "./worlds.ts";

async function server(protocol: ProtocolName) {
  const emulator = await startEmulator({ only: [protocol], ports: { [protocol]: 0 } });
  return { url: emulator.servers[0]?.url ?? "", stop: () => emulator.close() };
}

driverPromises("nats on the emulator", async () => openNats(await server("nats")), natsFacts);

const five = async () => openMqtt(await server("mqtt"));
const three = async () => openMqtt(await server("mqtt"), { protocol: "3.1.1" });
driverPromises("mqtt 5 on the emulator", five, mqttFacts);
driverPromises("mqtt 5 on the emulator, QoS 2", five, { ...mqttFacts, ...qos2 });
driverPromises("mqtt 5 on the emulator, QoS 0", five, { ...mqttFacts, ...qos0 });
driverPromises("mqtt 3.1.1 on the emulator", three, version3Facts);
driverPromises("mqtt 3.1.1 on the emulator, QoS 2", three, { ...version3Facts, ...qos2 });

const nats = () => server("nats");
driverPromises(
  "nats jetstream on the emulator",
  async () => openJetStream(await nats()),
  jetstreamFacts,
);
driverPromises(
  "nats jetstream on the emulator, pushed",
  async () => openJetStream(await nats(), "push"),
  jetstreamFacts,
);
driverPromises(
  "nats jetstream on the emulator, ordered",
  async () => openJetStream(await nats(), "ordered"),
  orderedFacts,
);

const redis = () => server("redis");
driverPromises(
  "redis channels on the emulator",
  async () => openRedis(await redis()),
  channelFacts,
);
driverPromises(
  "redis streams on the emulator",
  async () => openRedis(await redis(), onStream),
  streamFacts,
);
driverPromises(
  "redis streams with a group on the emulator",
  async () => openRedis(await redis(), onGroup),
  groupFacts,
);
driverPromises(
  "redis reliable lists on the emulator",
  async () => openRedis(await redis(), onList),
  groupFacts,
);
