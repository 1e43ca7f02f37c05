/**
 * Passes messages on from `in` to `out`, each in a transaction with the offset it was read at; stands still for good
 * where it is told to: with its second message, at `stage`.
 *
 *   node kafka-transformer.js HOST:PORT STAGE
 */
import { Kafka, logLevel } from "kafkajs";

const [broker = "", stage] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ transactionalId: "transformer", maxInFlightRequests: 1 });
const groupId = "transformers";
const consumer = kafka.consumer({ groupId, sessionTimeout: 6000, maxWaitTimeInMs: 50 });
let messages = 0;

/** @param {string} reached */
async function pass(reached) {
  if (reached !== stage || messages < 2) return;
  process.stdout.write(`${reached}\n`);
  await new Promise(() => {});
}

await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topic: "in", fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message: { key, value, offset } }) => {
    messages++;
    const transaction = await producer.transaction();
    await transaction.send({ topic: "out", messages: [{ key, value }] });
    await pass("written");
    const next = { partition, offset: String(Number(offset) + 1) };
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [next] }],
    });
    await pass("read");
    await transaction.commit();
    await pass("committed");
  },
});
