import { driverPromises } from "./promises.ts";
import { kafkaFacts, openKafka } from "./worlds-kafka.ts";

driverPromises("kafka on Apache Kafka", () => openKafka(), { ...kafkaFacts, sharers: 1 });
driverPromises("kafka on Apache Kafka, three partitions", () => openKafka(3), kafkaFacts);
