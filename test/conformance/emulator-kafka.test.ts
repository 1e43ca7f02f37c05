/** Kafka's promises on the emulator. */
import { driverPromises } from "./promises.ts";
import { kafkaFacts, openEmulatedKafka } from "./worlds-kafka.ts";

driverPromises("kafka on the emulator", () => openEmulatedKafka(), { ...kafkaFacts, sharers: 1 });
driverPromises(
  "kafka on the emulator, three partitions",
  () => openEmulatedKafka({ topics: { create: true, partitions: 3 } }),
  kafkaFacts,
);
