/** What is special about Confluent's client; what all promise is in ../conformance/kafka-confluent.real.test.ts. */
import { ConnectError } from "millrace";
import { KafkaBroker } from "millrace/kafka";
import { expect, test } from "vitest";
import { Inbox } from "../conformance/inbox.ts";
import { start } from "./app.ts";
import { startKafka } from "./brokers.ts";
import { connectConfluents } from "./brokers/confluent.ts";

test("its members share a group with kafkajs' members", async () => {
  const client = connectConfluents();
  await using server = await startKafka({ partitions: 4 });
  const seen = new Inbox<[by: string, job: number]>();
  const workers = {
    confluent: new KafkaBroker({ client: client(server.url, "confluent") }),
    kafkajs: new KafkaBroker({ url: server.url }),
  };
  for (const [name, worker] of Object.entries(workers))
    worker.subscriber("jobs", { group: "mixed" }, async (job: number) => seen.push([name, job]));
  await using _first = await start(workers.confluent);
  await using _second = await start(workers.kafkajs);
  const jobs = Array.from({ length: 40 }, (_, job) => job);
  await Promise.all(
    jobs.map((job) => workers.confluent.publish("jobs", job, { partition: job % 4 })),
  );
  await seen.first(40);
  expect(seen.items.map(([, job]) => job).sort((a, b) => a - b)).toEqual(jobs);
  expect(new Set(seen.items.map(([by]) => by)).size).toBe(2);
});

test("refused credentials and a broker that is not there are told apart", async () => {
  const client = connectConfluents();
  await using guarded = await startKafka({ users: { anna: "s3cret" } });
  const login = (password: string) =>
    new KafkaBroker({
      client: client(guarded.sasl?.url ?? "", "anna", {
        sasl: { mechanism: "scram-sha-256", username: "anna", password },
      }),
    });
  await using _app = await start(login("s3cret"));
  const refused = await start(login("wr0ng")).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConnectError);
  expect(String(refused)).toMatch(/refused the credentials/);
  expect(String(refused)).not.toContain("wr0ng");
  const absent = new KafkaBroker({ client: client("127.0.0.1:1", "anna"), connectTimeout: 500 });
  await expect(start(absent)).rejects.toThrow(/does not answer/);
});
