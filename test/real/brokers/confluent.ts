/** Confluent's client for Kafka. It is in no package.json here: it is native, and its binary lies on GitHub. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { KafkaClient } from "millrace/kafka";
import { confluentFolder } from "./install-confluent.js";
import { NotAvailable } from "./server.ts";

interface Confluents {
  readonly Kafka: new (config: object) => KafkaClient;
}

/** Clients of the package that install-confluent.js has left, or that is in the folder that TEST_CONFLUENT names. */
export function connectConfluents(): (url: string, name: string, more?: object) => KafkaClient {
  const { Kafka } = load();
  return (url, clientId, more = {}) =>
    new Kafka({ kafkaJS: { brokers: [url], clientId, logLevel: 0, ...more } });
}

function load(): Confluents {
  const folder = process.env["TEST_CONFLUENT"] ?? confluentFolder();
  try {
    const from = createRequire(join(folder, "package.json"));
    return (from("@confluentinc/kafka-javascript") as { KafkaJS: Confluents }).KafkaJS;
  } catch (cause) {
    if ((cause as { code?: string }).code !== "MODULE_NOT_FOUND") throw cause;
    // Without GitHub it takes minutes to build: CI goes without, too.
    throw new NotAvailable(
      "Confluent's client for Kafka is not installed: node test/real/brokers/install-confluent.js",
      { cause, optional: true },
    );
  }
}
