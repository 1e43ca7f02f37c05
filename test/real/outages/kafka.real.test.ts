import { startKafka } from "../brokers.ts";
import { survives } from "./outages.ts";

// Kafka commits up to the lowest unfinished record: those done above it come again as well, and those done while a commit is under way.
survives(() => startKafka({ partitions: 3 }), {
  mode: "kafka",
  keepsOrder: true,
  inFlight: 10,
  outages: 1,
});
