/** The memory rung of a Kafka broker: routed as its kind says. */
import { KafkaBroker, partitions, pattern } from "millrace/kafka";
import { MemorySpace } from "millrace/memory";
import { App, createLogger } from "millrace";
import { expect, test } from "vitest";
import type { World } from "./bench.ts";
import { Inbox } from "./inbox.ts";
import { driverPromises } from "./promises.ts";
import { kafkaFacts } from "./worlds-kafka.ts";

async function openHosted(): Promise<World> {
  const space = new MemorySpace();
  return { broker: () => space.host(new KafkaBroker()), close: async () => {} };
}

driverPromises("memory as kafka", openHosted, {
  ...kafkaFacts,
  requests: "yes",
  keeps: false,
  cuttable: false,
});

test("memory as kafka: patterns and partitions are given their messages", async () => {
  const kafka = new MemorySpace().host(new KafkaBroker());
  const seen = new Inbox<string>();
  kafka.subscriber(pattern(/^orders\.(?<country>..)$/), {}, (value: string, { params }) =>
    seen.push(`pattern ${value} ${JSON.stringify(params)}`),
  );
  kafka.subscriber(partitions("orders.de", [1]), {}, (value: string) =>
    seen.push(`partition ${value}`),
  );
  await using app = new App(kafka, { logger: createLogger({ level: "silent" }) });
  await app.start();
  await kafka.publish("orders.de", "a", { partition: 1 });
  await kafka.publish("orders.de", "b", { partition: 2 });
  await kafka.publish("orders.deu", "c");
  await kafka.publish("orders.fr", "d");
  expect((await seen.first(4)).toSorted()).toEqual([
    "partition a",
    'pattern a {"country":"de"}',
    'pattern b {"country":"de"}',
    'pattern d {"country":"fr"}',
  ]);
});
