/** What transactions promise to who reads, transforms and writes, and is killed in the middle of it: KIP-98, with kafkajs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel } from "kafkajs";
import { expect, onTestFinished, test } from "vitest";

export interface StartedKafka extends AsyncDisposable {
  /** `host:port` */
  readonly url: string;
  /** Lets the broker's clock run ahead where it can be moved: a member that was killed is missed after six seconds. */
  advance?(ms: number): Promise<void>;
}

const transformer = fileURLToPath(new URL("kafka-transformer.js", import.meta.url));
const wanted = ["0", "1", "2", "3", "4", "5"];

export function transactionPromises(start: () => Promise<StartedKafka>): void {
  test("a transformer that is killed again and again passes each message on exactly once", async () => {
    await using broker = await start();
    const kafka = new Kafka({ brokers: [broker.url], logLevel: logLevel.NOTHING });
    await fill(kafka);
    for (const stage of ["written", "read", "committed"]) {
      await killAt(broker, stage);
      await broker.advance?.(6000);
    }
    const last = transform(broker, "never");
    await using committed = await reader(kafka, { readUncommitted: false });
    await expect.poll(() => committed.got.toSorted(), { timeout: 60_000 }).toEqual(wanted);
    last.kill("SIGKILL");
    // Twice one was killed with a message that it had written and not committed.
    await using all = await reader(kafka, { readUncommitted: true });
    await expect.poll(() => all.got.length).toBe(wanted.length + 2);
    expect(committed.got.toSorted()).toEqual(wanted);
    expect(await offsetOf(kafka)).toBe(String(wanted.length));
  }, 120_000);
}

async function fill(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: ["in", "out"].map((topic) => ({ topic })) });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: "in", messages: wanted.map((value) => ({ value })) });
  await producer.disconnect();
}

function transform({ url }: StartedKafka, stage: string) {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, [transformer, url, stage], { stdio });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function killAt(broker: StartedKafka, stage: string): Promise<void> {
  const child = transform(broker, stage);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString()).toBe(`${stage}\n`);
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Reads `out` from its beginning. */
async function reader(kafka: Kafka, options: { readUncommitted: boolean }) {
  const groupId = `readers-${options.readUncommitted}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, ...options });
  await consumer.connect();
  await consumer.subscribe({ topic: "out", fromBeginning: true });
  const got: string[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void got.push(String(message.value)) });
  return { got, [Symbol.asyncDispose]: () => consumer.disconnect() };
}

async function offsetOf(kafka: Kafka): Promise<string | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  const [topic] = await admin.fetchOffsets({ groupId: "transformers", topics: ["in"] });
  await admin.disconnect();
  return topic?.partitions[0]?.offset;
}
