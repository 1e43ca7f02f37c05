/** The same on Apache Kafka. */
import { startKafka } from "../real/brokers.ts";
import { transactionPromises } from "./kafka-transactions.spec.ts";

transactionPromises(() => startKafka());
