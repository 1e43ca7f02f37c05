/** Faults on requests and deliveries of Kafka, message by message. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createClock } from "../clock.ts";
import type { FaultRule } from "../faults.ts";
import { type Bench, openBench, type WireClient } from "./kafka-bench.ts";
import { createDispatchTable } from "./session/dispatch.ts";
import { errorAnswer } from "./session/refusal.ts";
import { KafkaError } from "./model/errors.ts";
import { addPartitionsToTxn } from "./wire/apis/add-partitions-to-txn.ts";
import { createTopics } from "./wire/apis/create-topics.ts";
import { fetch } from "./wire/apis/fetch.ts";
import { findCoordinator } from "./wire/apis/find-coordinator.ts";
import { metadata } from "./wire/apis/metadata.ts";
import { offsetCommit } from "./wire/apis/offset-commit.ts";
import { produce } from "./wire/apis/produce.ts";
import { readResponse, writeResponse } from "./wire/codec.ts";
import { readBatches } from "./wire/record-batch.ts";
import { decodeRecords, encodeBatch } from "./wire/records.ts";

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

async function withTopics(): Promise<Bench> {
  const bench = await openBench();
  const topics = ["orders", "payments"].map((name) => ({
    name,
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }));
  await bench.connect().ask(createTopics, 4, { topics, timeoutMs: 1000, validateOnly: false });
  return bench;
}

function inject({ faults }: Bench, match: FaultRule["match"], effect: FaultRule["effect"]) {
  return faults.inject({ match: { protocol: "kafka", ...match }, effect });
}

/** To both partitions of both topics. */
async function publish(client: WireClient): Promise<Record<string, number> | null> {
  const value = Buffer.from("1");
  const records = encodeBatch([{ timestamp: 1, key: null, value, headers: [] }]).bytes;
  const partitionData = [0, 1].map((index) => ({ index, records }));
  const topicData = ["orders", "payments"].map((name) => ({ name, partitionData }));
  const answer = await client.ask(produce, 7, { acks: -1, timeoutMs: 1000, topicData });
  return (
    answer &&
    Object.fromEntries(
      answer.responses.flatMap(({ name, partitionResponses }) =>
        partitionResponses.map(({ index, errorCode }) => [`${name}/${index}`, errorCode]),
      ),
    )
  );
}

async function read(client: WireClient): Promise<string[] | null> {
  const asked = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 };
  const topics = [{ topic: "orders", partitions: [asked] }];
  const terms = { maxWaitMs: 100, minBytes: 1, isolationLevel: 0, topics };
  const answer = await client.ask(fetch, 4, terms);
  const records = answer?.responses[0]?.partitions[0]?.records;
  if (answer === null) return null;
  return readBatches(records ?? Buffer.alloc(0))
    .flatMap(decodeRecords)
    .map(({ value }) => String(value));
}

const kinds = ({ journal }: Bench) =>
  journal.since(0).map(({ kind, channel, reason }) => [kind, channel, ...(reason ? [reason] : [])]);

test.each([
  ["orders", { "orders/0": 19, "orders/1": 19, "payments/0": 0, "payments/1": 0 }],
  ["orders/1", { "orders/0": 0, "orders/1": 19, "payments/0": 0, "payments/1": 0 }],
  ["pay*", { "orders/0": 0, "orders/1": 0, "payments/0": 19, "payments/1": 19 }],
  [undefined, { "orders/0": 19, "orders/1": 19, "payments/0": 19, "payments/1": 19 }],
])("an error of Kafka's refuses %s, and the rest is published", async (channel, codes) => {
  const bench = await withTopics();
  const match = { operation: "publish", ...(channel === undefined ? {} : { channel }) };
  inject(bench, match, { kind: "error", text: "NOT_ENOUGH_REPLICAS" });
  expect(await publish(bench.connect())).toEqual(codes);
  const published = Object.values(codes).filter((code) => code === 0);
  expect(kinds(bench)).toHaveLength(published.length);
});

test("any API can be refused by its name; text that names no error is told where there is room", async () => {
  const bench = await withTopics();
  const client = bench.connect();
  inject(
    bench,
    { operation: "FindCoordinator" },
    { kind: "error", text: "COORDINATOR_LOAD_IN_PROGRESS" },
  );
  inject(bench, { operation: "Metadata" }, { kind: "error", text: "out of order" });
  const asked = { key: "g", keyType: 0, coordinatorKeys: ["g", "h"] };
  expect(await client.ask(findCoordinator, 4, asked)).toMatchObject({
    coordinators: [
      { key: "g", errorCode: 14, nodeId: -1 },
      { key: "h", errorCode: 14, nodeId: -1 },
    ],
  });
  expect(await client.ask(metadata, 1, { topics: [{ name: "orders" }] })).toMatchObject({
    topics: [{ name: "orders", errorCode: -1 }],
  });
});

test("what is refused to a group is refused by its topics and partitions", async () => {
  const bench = await withTopics();
  inject(
    bench,
    { operation: "acknowledge", channel: "billing" },
    { kind: "error", text: "REBALANCE_IN_PROGRESS" },
  );
  const partitions = [0, 1].map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 1,
    committedMetadata: "",
  }));
  const topics = [{ name: "orders", partitions }];
  const commit = { groupId: "billing", topics };
  expect((await bench.connect().ask(offsetCommit, 2, commit))?.topics).toMatchObject([
    {
      name: "orders",
      partitions: [
        { partitionIndex: 0, errorCode: 27 },
        { partitionIndex: 1, errorCode: 27 },
      ],
    },
  ]);
});

test("a transaction is refused its partitions by its id, in the codes of each of them", async () => {
  const bench = await withTopics();
  const text = "COORDINATOR_NOT_AVAILABLE";
  inject(bench, { operation: "AddPartitionsToTxn", channel: "shop" }, { kind: "error", text });
  const answer = await bench.connect().ask(addPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: "shop",
    v3AndBelowProducerId: 0,
    v3AndBelowProducerEpoch: 0,
    v3AndBelowTopics: [{ name: "orders", partitions: [0, 1] }],
  });
  const codes = [0, 1].map((partitionIndex) => ({ partitionIndex, partitionErrorCode: 15 }));
  expect(answer).toMatchObject({
    throttleTimeMs: 0,
    resultsByTopicV3AndBelow: [{ name: "orders", resultsByPartition: codes }],
  });
});

test("what is dropped was published and is lost; its client waits in vain", async () => {
  const bench = await withTopics();
  const client = bench.connect();
  const { id } = inject(bench, { operation: "publish" }, { kind: "drop" });
  void publish(client);
  expect(await publish(client)).not.toBe(null);
  expect(client.order).toEqual([2]);
  expect(kinds(bench).slice(0, 2)).toEqual([
    ["published", "orders"],
    ["dropped", "orders", `fault ${id}: drop`],
  ]);
});

test("what comes twice is published twice and answered once", async () => {
  const bench = await withTopics();
  const client = bench.connect();
  inject(bench, { operation: "publish" }, { kind: "duplicate" });
  await publish(client);
  expect(client.order).toEqual([1]);
  expect(kinds(bench)).toHaveLength(8);
});

test("a delivery is delayed, lost, doubled or cut", async () => {
  const bench = await withTopics();
  await publish(bench.connect());
  const match = { operation: "deliver", channel: "orders" };
  inject(bench, match, { kind: "delay", ms: 100 });
  const client = bench.connect();
  const late = read(client);
  bench.clock.advance(99);
  expect(client.order).toEqual([]);
  bench.clock.advance(1);
  expect(await late).toEqual(["1"]);

  inject(bench, match, { kind: "duplicate" });
  expect(await read(client)).toEqual(["1", "1"]);
  const { id } = inject(bench, match, { kind: "disconnect" });
  expect(await read(client)).toBe(null);
  expect(kinds(bench).slice(4)).toEqual([
    ["delivered", "orders"],
    ["delivered", "orders"],
    ["delivered", "orders"],
    ["dropped", "orders", `fault ${id}: disconnect`],
  ]);
});

test("a connection is refused with its first request", async () => {
  const bench = await withTopics();
  inject(bench, { operation: "connect" }, { kind: "disconnect" });
  const client = bench.connect();
  expect(await client.ask(metadata, 1, { topics: [] })).toBe(null);
  expect(await bench.connect().ask(metadata, 1, { topics: [] })).not.toBe(null);
});

test("every API can be refused in every version", () => {
  const error = new KafkaError("UNKNOWN_SERVER_ERROR", "fault injected");
  for (const { api, versions } of createDispatchTable(createClock()).values()) {
    for (let version = versions[0]; version <= versions[1]; version++) {
      const answer = errorAnswer(api, {}, error);
      const bytes = writeResponse(api, version, answer as never);
      expect(readResponse(api, version, bytes)).toBeDefined();
    }
  }
});
