/** The same spec on Apache Kafka. */
import { startKafka } from "../real/brokers.ts";
import { kafkaPromises } from "./kafka.spec.ts";

kafkaPromises(() => startKafka());
