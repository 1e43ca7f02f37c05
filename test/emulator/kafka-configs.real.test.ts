/** The same spec on Apache Kafka. */
import { startKafka } from "../real/brokers.ts";
import { kafkaConfigPromises, lines } from "./kafka-configs.spec.ts";

kafkaConfigPromises(async () => {
  const config = Object.entries(lines).map((line) => line.join("="));
  return { ...(await startKafka({ config: config.join("\n") })), id: 1 };
});
