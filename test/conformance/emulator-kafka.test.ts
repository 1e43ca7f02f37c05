/** Kafka's promises on the emulator. */
import { driverPromises } from "./promises.ts";
import { kafkaFacts, openEmulatedKafka } from "./worlds-kafka.ts";

driverPromises(
  "kafka on the emulator, with no later APIs than 2.1 has",
  () => openEmulatedKafka({}, { kafkaAsVersion: "2.1" }),
  { ...kafkaFacts, sharers: 1 },
);
driverPromises(
  "kafka on the emulator, three partitions",
  () => openEmulatedKafka({ topics: { create: true, partitions: 3 } }),
  kafkaFacts,
);
