/** The same spec on Apache Kafka, where time has to be waited for. */
import { setTimeout as pass } from "node:timers/promises";
import { startKafka } from "../real/brokers.ts";
import { kafkaSessionPromises, users } from "./kafka-sessions.spec.ts";

/** ms; long enough for what is done within a session, on a busy machine too. */
const lifetime = 5000;

kafkaSessionPromises(async () => {
  const config = `connections.max.reauth.ms=${lifetime}`;
  const kafka = await startKafka({ users, config });
  return {
    ...kafka,
    url: kafka.sasl!.url,
    lifetime,
    now: async () => Date.now(),
    pass: (ms) => pass(ms),
  };
});
