/** One connection, message by message, where the clock or the order decides: no client library shows that. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Bench, frameOf, openBench, type WireClient } from "../kafka-bench.ts";
import { alterPartitionReassignments } from "../wire/apis/alter-partition-reassignments.ts";
import { apiVersions } from "../wire/apis/api-versions.ts";
import { createTopics } from "../wire/apis/create-topics.ts";
import { deleteTopics } from "../wire/apis/delete-topics.ts";
import { fetch } from "../wire/apis/fetch.ts";
import { metadata } from "../wire/apis/metadata.ts";
import { produce } from "../wire/apis/produce.ts";
import { decodeRecords, encodeBatch } from "../wire/records.ts";
import { readBatches } from "../wire/record-batch.ts";

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const NOT_LEADER_OR_FOLLOWER = 6;

// Time stands still but where the clock is moved.
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

async function withTopic(
  numPartitions = 1,
  options: Parameters<typeof openBench>[0] = {},
): Promise<Bench> {
  const bench = await openBench(options);
  const topic = {
    name: "orders",
    numPartitions,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  };
  const request = { topics: [topic], timeoutMs: 1000, validateOnly: false };
  await bench.connect().ask(createTopics, 4, request);
  return bench;
}

function batchOf(...values: readonly string[]): Buffer {
  const records = values.map((value) => ({
    timestamp: 1000,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }));
  return encodeBatch(records).bytes;
}

function publish(
  client: WireClient,
  value: string,
  { acks = -1, index = 0, name = "orders" } = {},
) {
  const partitionData = [{ index, records: batchOf(value) }];
  return client.ask(produce, 7, { acks, timeoutMs: 1000, topicData: [{ name, partitionData }] });
}

/** From these offsets on, by partition; with a session where one is given. */
function read(
  client: WireClient,
  offsets: Readonly<Record<number, number>>,
  {
    maxWaitMs = 500,
    minBytes = 1,
    sessionId = 0,
    sessionEpoch = -1,
    forgotten = [] as number[],
  } = {},
) {
  const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
    ...{ partition: Number(partition), fetchOffset, partitionMaxBytes: 1_000_000 },
  }));
  const topics = partitions.length === 0 ? [] : [{ topic: "orders", partitions }];
  const forgottenTopicsData =
    forgotten.length === 0 ? [] : [{ topic: "orders", partitions: forgotten }];
  return client.ask(fetch, 11, {
    ...{ maxWaitMs, minBytes, isolationLevel: 0, sessionId, sessionEpoch },
    ...{ topics, forgottenTopicsData, rackId: "" },
  });
}

/** What came, as `partition: values`. */
function told(answer: Awaited<ReturnType<typeof read>>): Record<number, string[] | number> {
  const partitions = answer?.responses.flatMap((topic) => topic.partitions) ?? [];
  return Object.fromEntries(
    partitions.map(({ partitionIndex, errorCode, records }) => [
      partitionIndex,
      errorCode === 0
        ? readBatches(records ?? Buffer.alloc(0))
            .flatMap(decodeRecords)
            .map(({ value }) => String(value))
        : errorCode,
    ]),
  );
}

test("a fetch waits until somebody publishes, and no longer than it says", async () => {
  const bench = await withTopic();
  const [reader, writer] = [bench.connect(), bench.connect()];
  const woken = read(reader, { 0: 0 });
  await publish(writer, "first");
  expect(told(await woken)).toEqual({ 0: ["first"] });

  const late = read(reader, { 0: 1 });
  bench.clock.advance(499);
  expect(reader.order).toEqual([1]);
  bench.clock.advance(1);
  expect(told(await late)).toEqual({ 0: [] });
});

test("a fetch that waits is told at once that another node leads, or that the topic is gone", async () => {
  const bench = await withTopic(1, { kafkaBrokers: 2 });
  const admin = bench.connect();
  const described = await admin.ask(metadata, 4, { topics: [{ name: "orders" }] });
  const { leaderId } = described!.topics![0]!.partitions[0]!;
  const other = 1 - leaderId;
  const waiting = read(bench.connect("", leaderId), { 0: 0 }, { maxWaitMs: 60_000 });
  const partitions = [{ partitionIndex: 0, replicas: [other] }];
  const topics = [{ name: "orders", partitions }];
  await admin.ask(alterPartitionReassignments, 0, { topics });
  bench.clock.advance(30_000);
  expect(told(await waiting)).toEqual({ 0: NOT_LEADER_OR_FOLLOWER });

  const late = read(bench.connect("", other), { 0: 0 }, { maxWaitMs: 60_000 });
  await admin.ask(deleteTopics, 1, { topicNames: ["orders"], timeoutMs: 1000 });
  expect(told(await late)).toEqual({ 0: UNKNOWN_TOPIC_OR_PARTITION });
});

test("a fetch waits for as many bytes as it wants", async () => {
  const bench = await withTopic();
  const [reader, writer] = [bench.connect(), bench.connect()];
  const waiting = read(reader, { 0: 0 }, { minBytes: batchOf("1").length + 1 });
  await publish(writer, "1");
  expect(reader.order).toEqual([]);
  await publish(writer, "2");
  expect(told(await waiting)).toEqual({ 0: ["1", "2"] });
});

test("one request is worked on at a time: what comes behind a fetch that waits is answered behind it", async () => {
  const bench = await withTopic();
  const [reader, writer] = [bench.connect(), bench.connect()];
  const answers = [
    read(reader, { 0: 0 }),
    reader.ask(metadata, 1, { topics: [] }),
    read(reader, { 0: 0 }),
  ];
  expect(reader.order).toEqual([]);
  await publish(writer, "1");
  await Promise.all(answers);
  expect(reader.order).toEqual([1, 2, 3]);
});

test("of a session only what has changed is answered, and every epoch is answered once", async () => {
  const bench = await withTopic(2);
  const [reader, writer] = [bench.connect(), bench.connect()];
  const first = await read(reader, { 0: 0, 1: 0 }, { maxWaitMs: 0, sessionEpoch: 0 });
  expect(told(first)).toEqual({ 0: [], 1: [] });
  const sessionId = first?.sessionId ?? 0;
  expect(sessionId).toBeGreaterThan(0);

  await publish(writer, "1", { index: 1 });
  const second = await read(reader, {}, { sessionId, sessionEpoch: 1 });
  expect(told(second)).toEqual({ 1: ["1"] });
  const third = await read(reader, { 1: 1 }, { sessionId, sessionEpoch: 2, maxWaitMs: 0 });
  expect(third?.responses).toEqual([]);

  const again = await read(reader, {}, { sessionId, sessionEpoch: 2 });
  expect([again?.errorCode, again?.sessionId]).toEqual([71, 0]);
  const unknown = await read(reader, {}, { sessionId: 4711, sessionEpoch: 1 });
  expect(unknown?.errorCode).toBe(70);

  const forgotten = await read(reader, {}, { sessionId, sessionEpoch: 3, forgotten: [0, 1] });
  expect(forgotten?.sessionId).toBe(0);
});

test("what cannot be read or found is answered for its partition, at once", async () => {
  const bench = await withTopic(1, { kafkaBrokers: 2 });
  const leader = (
    await bench.connect().ask(metadata, 4, { topics: null, allowAutoTopicCreation: false })
  )?.topics[0]?.partitions[0]?.leaderId;
  const [there, elsewhere] = [
    bench.connect("there", leader),
    bench.connect("elsewhere", 1 - (leader ?? 0)),
  ];
  expect(told(await read(there, { 0: 7, 5: 0 }))).toEqual({ 0: 1, 5: 3 });
  expect(told(await read(elsewhere, { 0: 0 }))).toEqual({ 0: 6 });
  const refused = await publish(elsewhere, "1");
  expect(refused?.responses[0]?.partitionResponses[0]).toMatchObject({
    errorCode: 6,
    baseOffset: -1,
  });
});

test("with acks 0 nothing is answered; where it fails the connection is closed", async () => {
  const bench = await withTopic();
  const client = bench.connect();
  void publish(client, "1", { acks: 0 });
  await read(client, { 0: 0 });
  expect(client.order).toEqual([2]);
  expect(await publish(client, "2", { acks: 0, name: "nowhere" })).toBe(null);
  expect(client.isClosed).toBe(true);
});

test("a version of ApiVersions that nobody knows is answered in version 0, with those there are", async () => {
  const bench = await openBench();
  const client = bench.connect();
  const future = frameOf(apiVersions, 4, 1, "", {
    clientSoftwareName: "x",
    clientSoftwareVersion: "1",
  });
  future.writeInt16BE(99, 6);
  const answer = client.ask(apiVersions, 0, {});
  client.session.receive(future);
  expect((await answer)?.errorCode).toBe(0);
  expect(client.order).toEqual([1, 1]);
});

test("whoever asks for what is not there, or for too much, is cut off", async () => {
  const bench = await openBench();
  const unknown = frameOf(apiVersions, 0, 1, "", {});
  unknown.writeInt16BE(4711, 4);
  const huge = Buffer.alloc(4);
  huge.writeInt32BE(100 * 1024 * 1024 + 1);
  const negative = Buffer.from([255, 255, 255, 255]);
  const cut = Buffer.from([0, 0, 0, 2, 0, 3]);
  for (const bytes of [unknown, huge, negative, cut]) {
    const client = bench.connect();
    client.session.receive(bytes);
    expect(client.isClosed).toBe(true);
  }
});

test("a client that does not read its answers is not heard until it does", async () => {
  const bench = await withTopic();
  const client = bench.connect();
  client.waiting = 2 * 1024 * 1024;
  const answers = [
    client.ask(metadata, 1, { topics: [] }),
    client.ask(metadata, 1, { topics: [] }),
  ];
  expect(client.order).toEqual([1]);
  client.waiting = 0;
  client.catchUp();
  await Promise.all(answers);
  expect(client.order).toEqual([1, 2]);
});

test("a reader that has gone waits no longer", async () => {
  const bench = await withTopic();
  const reader = bench.connect();
  const waiting = read(reader, { 0: 0 });
  reader.leave();
  expect(await waiting).toBe(null);
  await publish(bench.connect(), "1");
  expect(bench.journal.since(0).map(({ kind }) => kind)).toEqual(["published"]);
});
