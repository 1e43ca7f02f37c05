import { connectConfluents } from "../real/brokers/confluent.ts";
import { driverPromises } from "./promises.ts";
import { kafkaFacts, openKafkaBy } from "./worlds-kafka.ts";

driverPromises("kafka by Confluent's client", async () => openKafkaBy(connectConfluents()), {
  ...kafkaFacts,
  sharers: 1,
});
driverPromises(
  "kafka by Confluent's client, three partitions",
  async () => openKafkaBy(connectConfluents(), 3),
  kafkaFacts,
);
