/** Transactions message by message: what each version of a request is told, and what markers look like to who reads. */
import { expect, test } from "vitest";
import { type Bench, openBench, type WireClient } from "../../kafka-bench.ts";
import { addOffsetsToTxn } from "../../wire/apis/add-offsets-to-txn.ts";
import { addPartitionsToTxn } from "../../wire/apis/add-partitions-to-txn.ts";
import { createTopics } from "../../wire/apis/create-topics.ts";
import { endTxn } from "../../wire/apis/end-txn.ts";
import { fetch } from "../../wire/apis/fetch.ts";
import { findCoordinator } from "../../wire/apis/find-coordinator.ts";
import { initProducerId } from "../../wire/apis/init-producer-id.ts";
import { metadata } from "../../wire/apis/metadata.ts";
import { offsetFetch } from "../../wire/apis/offset-fetch.ts";
import { produce } from "../../wire/apis/produce.ts";
import { txnOffsetCommit } from "../../wire/apis/txn-offset-commit.ts";
import { writeTxnMarkers } from "../../wire/apis/write-txn-markers.ts";
import { errorCodes } from "../../wire/error-codes.ts";
import { BATCH_HEADER, headOf, readBatches, writeBatch } from "../../wire/record-batch.ts";
import { encodeBatch } from "../../wire/records.ts";

interface Producer {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

const topic = "orders";
const names = new Map<number, string>(
  Object.entries(errorCodes).map(([name, code]) => [code, name]),
);

async function withTopic(bench?: Bench): Promise<WireClient> {
  const client = (bench ?? (await openBench())).connect();
  const wanted = {
    name: topic,
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  };
  await client.ask(createTopics, 4, { topics: [wanted], timeoutMs: 1000, validateOnly: false });
  return client;
}

/** As a client does that is told to ask again. */
async function start(client: WireClient, transactionalId = "shop"): Promise<Producer> {
  const request = { transactionalId, transactionTimeoutMs: 60_000 };
  const told = await client.ask(initProducerId, 4, request);
  if (told?.errorCode === errorCodes.CONCURRENT_TRANSACTIONS) return start(client, transactionalId);
  const { producerId, producerEpoch } = told!;
  return { transactionalId, producerId, producerEpoch };
}

async function add(client: WireClient, producer: Producer, version = 3, name = topic) {
  const answer = await client.ask(addPartitionsToTxn, version, {
    v3AndBelowTransactionalId: producer.transactionalId,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: [{ name, partitions: [0] }],
  });
  return names.get(answer!.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode);
}

async function end(client: WireClient, producer: Producer, committed: boolean, version = 3) {
  return names.get((await client.ask(endTxn, version, { ...producer, committed }))!.errorCode);
}

async function write(client: WireClient, producer: Producer, baseSequence: number, version = 9) {
  const value = Buffer.from("4711");
  const batch = encodeBatch([{ timestamp: 1000, key: null, value, headers: [] }]);
  const head = { ...headOf(batch), ...producer, baseSequence, isTransactional: true };
  const records = writeBatch(head, batch.bytes.subarray(BATCH_HEADER)).bytes;
  const { transactionalId } = producer;
  const answer = await client.ask(produce, version, {
    ...{ transactionalId, acks: -1, timeoutMs: 1000 },
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  return names.get(answer!.responses[0]!.partitionResponses[0]!.errorCode);
}

async function read(client: WireClient, isolationLevel = 1) {
  const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 };
  const answer = await client.ask(fetch, 11, {
    ...{ replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000, isolationLevel },
    ...{ topics: [{ topic, partitions: [partition] }], forgottenTopicsData: [] },
  });
  const { records, ...rest } = answer!.responses[0]!.partitions[0]!;
  return { ...rest, batches: readBatches(records ?? Buffer.alloc(0)) };
}

test("who is fenced is told so in words that its version knows", async () => {
  const client = await withTopic();
  const first = await start(client);
  await start(client);
  const goOn = async (version: number) => {
    const request = { ...first, transactionTimeoutMs: 60_000 };
    return names.get((await client.ask(initProducerId, version, request))!.errorCode);
  };
  const addGroup = async (version: number) => {
    const request = { ...first, groupId: "billing" };
    return names.get((await client.ask(addOffsetsToTxn, version, request))!.errorCode);
  };
  expect([await goOn(3), await goOn(4)]).toEqual(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"]);
  for (const ask of [
    addGroup,
    (version: number) => add(client, first, version),
    (version: number) => end(client, first, true, version),
  ])
    expect([await ask(1), await ask(2)]).toEqual(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED"]);
  expect(await write(client, first, 0)).toBe("INVALID_PRODUCER_EPOCH");
});

test("what was refused comes before what has a higher sequence", async () => {
  const client = await withTopic();
  const producer = await start(client);
  expect(await write(client, producer, 5)).toBe("INVALID_TXN_STATE");
  expect(await add(client, producer)).toBe("NONE");
  expect(await write(client, producer, 6)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  expect(await write(client, producer, 5)).toBe("NONE");
  expect(await write(client, producer, 6)).toBe("NONE");
});

test("nobody writes where the transaction does not know of it", async () => {
  const client = await withTopic();
  const producer = await start(client);
  const commit = async (version: number) => {
    const offset = { partitionIndex: 0, committedOffset: 1, committedMetadata: null };
    const request = {
      ...producer,
      groupId: "billing",
      topics: [{ name: topic, partitions: [offset] }],
    };
    const answer = await client.ask(txnOffsetCommit, version, request);
    return names.get(answer!.topics[0]!.partitions[0]!.errorCode);
  };
  expect(await write(client, producer, 0, 9)).toBe("INVALID_TXN_STATE");
  expect(await write(client, producer, 0, 11)).toBe("TRANSACTION_ABORTABLE");
  expect([await commit(3), await commit(4)]).toEqual([
    "INVALID_TXN_STATE",
    "TRANSACTION_ABORTABLE",
  ]);
  await client.ask(addOffsetsToTxn, 3, { ...producer, groupId: "billing" });
  expect([await commit(3), await commit(4)]).toEqual(["NONE", "NONE"]);
});

test("readers of what is committed wait for the end, and get markers that are records", async () => {
  const client = await withTopic();
  const producer = await start(client);
  await add(client, producer);
  await write(client, producer, 0);
  expect(await read(client)).toMatchObject({ lastStableOffset: 0, highWatermark: 1, batches: [] });
  expect((await read(client, 0)).batches).toHaveLength(1);
  await end(client, producer, true);
  await add(client, producer);
  await write(client, producer, 1);
  await end(client, producer, false);

  const { producerId } = producer;
  const { batches, ...rest } = await read(client);
  expect(rest).toMatchObject({
    lastStableOffset: 4,
    abortedTransactions: [{ producerId, firstOffset: 2 }],
  });
  const marked = { isControl: true, isTransactional: true, count: 1, baseSequence: -1 };
  expect(batches).toMatchObject([
    { baseOffset: 0, isControl: false },
    { baseOffset: 1, ...marked },
    { baseOffset: 2, isControl: false },
    { baseOffset: 3, ...marked },
  ]);
  const markers = batches.filter(({ isControl }) => isControl);
  // Key: version 0 and the type, 1 for a commit. Value: version 0 and the coordinator's epoch.
  expect(markers.map(({ bytes }) => bytes.subarray(BATCH_HEADER).toString("hex"))).toEqual([
    "2000000008000000010c00000000000000",
    "2000000008000000000c00000000000000",
  ]);
});

test("all partitions are added or none", async () => {
  const client = await withTopic();
  const producer = await start(client);
  const verify = (verifyOnly: boolean, partitions: readonly number[]) =>
    client.ask(addPartitionsToTxn, 4, {
      transactions: [{ ...producer, verifyOnly, topics: [{ name: topic, partitions }] }],
    });
  const codesOf = (answer: Awaited<ReturnType<typeof verify>>) =>
    answer!.resultsByTransaction[0]!.topicResults[0]!.resultsByPartition.map(
      ({ partitionErrorCode }) => names.get(partitionErrorCode),
    );
  expect(codesOf(await verify(false, [0, 7]))).toEqual([
    "OPERATION_NOT_ATTEMPTED",
    "UNKNOWN_TOPIC_OR_PARTITION",
  ]);
  expect(codesOf(await verify(true, [0]))).toEqual(["TRANSACTION_ABORTABLE"]);
  expect(codesOf(await verify(false, [0]))).toEqual(["NONE"]);
  expect(codesOf(await verify(true, [0, 1]))).toEqual(["NONE", "TRANSACTION_ABORTABLE"]);
});

test("an operator ends what was left hanging in a partition", async () => {
  const client = await withTopic();
  const producer = await start(client);
  await add(client, producer);
  await write(client, producer, 0);
  const abort = async (coordinatorEpoch: number) => {
    const topics = [{ name: topic, partitionIndexes: [0, 9] }];
    const marker = { ...producer, transactionResult: false, topics, coordinatorEpoch };
    const answer = await client.ask(writeTxnMarkers, 1, { markers: [marker] });
    return answer!.markers[0]!.topics[0]!.partitions.map(({ errorCode }) => names.get(errorCode));
  };
  expect(await abort(0)).toEqual(["NONE", "UNKNOWN_TOPIC_OR_PARTITION"]);
  expect(await abort(-1)).toEqual(["TRANSACTION_COORDINATOR_FENCED", "UNKNOWN_TOPIC_OR_PARTITION"]);
  expect(await read(client)).toMatchObject({ lastStableOffset: 2 });
});

test("coordinators have their topics once somebody has looked for one, and nobody writes to these", async () => {
  const client = await withTopic();
  const producer = await start(client);
  const topics = async () => {
    const answer = await client.ask(metadata, 9, { topics: null, allowAutoTopicCreation: false });
    return answer!.topics.map(({ name, isInternal, partitions }) => [
      name,
      isInternal,
      partitions.length,
    ]);
  };
  expect(await topics()).toEqual([[topic, false, 2]]);
  await client.ask(findCoordinator, 3, { key: "billing", keyType: 0 });
  await client.ask(findCoordinator, 3, { key: "shop", keyType: 1 });
  expect(await topics()).toEqual([
    ["__consumer_offsets", true, 50],
    ["__transaction_state", true, 50],
    [topic, false, 2],
  ]);
  expect(await add(client, producer, 3, "__consumer_offsets")).toBe("TOPIC_AUTHORIZATION_FAILED");
});

test("what is open goes on after a snapshot: records, offsets and who may end it", async () => {
  const bench = await openBench();
  const before = await withTopic(bench);
  const producer = await start(before);
  await add(before, producer);
  await write(before, producer, 0);
  await before.ask(addOffsetsToTxn, 3, { ...producer, groupId: "billing" });
  const offset = { partitionIndex: 0, committedOffset: 7, committedMetadata: null };
  const topics = [{ name: topic, partitions: [offset] }];
  await before.ask(txnOffsetCommit, 3, { ...producer, groupId: "billing", topics });

  const snapshot = structuredClone(bench.protocol.snapshot?.());
  const other = await openBench();
  await other.protocol.restore?.(snapshot, bench.clock.now());
  const client = other.connect();
  const committed = async () => {
    const asked = [{ name: topic, partitionIndexes: [0] }];
    const request = { groupId: "billing", topics: asked, requireStable: true };
    const [found] = (await client.ask(offsetFetch, 7, request))!.topics[0]!.partitions;
    return [names.get(found!.errorCode), found!.committedOffset];
  };
  expect(await read(client)).toMatchObject({ lastStableOffset: 0, highWatermark: 1 });
  expect(await committed()).toEqual(["UNSTABLE_OFFSET_COMMIT", -1]);
  expect(await write(client, producer, 1)).toBe("NONE");
  expect(await end(client, producer, true)).toBe("NONE");
  expect(await read(client)).toMatchObject({ lastStableOffset: 3, highWatermark: 3 });
  expect(await committed()).toEqual(["NONE", 7]);
});
