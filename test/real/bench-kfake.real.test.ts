/** `npm run bench -- --kfake`: an emulator of its own stands where a kfake would. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmulator } from "@millrace/emulator";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { NotAvailable } from "./brokers/server.ts";

const script = join(import.meta.dirname, "..", "..", "bench", "run.js");
const peer = await startEmulator({ only: ["kafka"], ports: { kafka: 0 } });
const address = `127.0.0.1:${peer.servers[0]?.port}`;

afterAll(() => peer.close());

test("a figure of Kafka has a second ratio, and no topic is left behind", async () => {
  expect(await benchFirst()).toMatch(
    /^kafka-first +[\d.]+ \[.+?\] {2}[\d,]+ to [\d,]+, [\d.]+ \[.+?\] to kfake's [\d,]+ {2}Kafka, /m,
  );

  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  expect(await admin.listTopics()).toEqual(["__consumer_offsets"]);
  await admin.disconnect();
});

test.each(["CreateTopics", "Fetch"])(
  "a kfake that refuses %s is said to, and the figure stands without it",
  async (operation) => {
    const fault = await peer.inject({
      match: { protocol: "kafka", operation },
      effect: { kind: "error", text: "refused" },
      times: Number.POSITIVE_INFINITY,
    });
    onTestFinished(() => fault.clear());
    expect(await benchFirst()).toMatch(
      /^kafka-first +[\d.]+ \[.+?\] {2}[\d,]+ to [\d,]+, kfake failed: \S.+ {2}Kafka, /m,
    );
  },
);

async function benchFirst(): Promise<string> {
  const args = [script, "kafka-first", "--rounds", "1", "--kfake", address];
  // What it says of a failure is on stdout, too.
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  const skipped = /^skipped: .*$/m.exec(stdout);
  if (skipped) throw new NotAvailable(skipped[0]);
  expect(stdout).toMatch(/^1 passed, 0 failed$/m);
  return stdout;
}
