import { startNatsServer } from "../real/brokers.ts";
import { driverPromises } from "./promises.ts";
import { jetstreamFacts, openJetStream, orderedFacts } from "./worlds-nats.ts";

const server = () => startNatsServer("jetstream {}");

driverPromises(
  "nats jetstream on nats-server",
  async () => openJetStream(await server()),
  jetstreamFacts,
);
driverPromises(
  "nats jetstream on nats-server, pushed",
  async () => openJetStream(await server(), "push"),
  jetstreamFacts,
);
driverPromises(
  "nats jetstream on nats-server, ordered",
  async () => openJetStream(await server(), "ordered"),
  orderedFacts,
);
