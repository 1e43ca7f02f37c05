/** Topics and who may have them, message by message: what the brokers say to what is wrong, and what is there afterwards. */
import { expect, test } from "vitest";
import { openBench } from "../../kafka-bench.ts";
import { alterPartitionReassignments } from "../../wire/apis/alter-partition-reassignments.ts";
import { alterUserScramCredentials } from "../../wire/apis/alter-user-scram-credentials.ts";
import { createAcls } from "../../wire/apis/create-acls.ts";
import { createPartitions } from "../../wire/apis/create-partitions.ts";
import { deleteAcls } from "../../wire/apis/delete-acls.ts";
import { deleteRecords } from "../../wire/apis/delete-records.ts";
import { deleteTopics } from "../../wire/apis/delete-topics.ts";
import { describeAcls } from "../../wire/apis/describe-acls.ts";
import { describeTopicPartitions } from "../../wire/apis/describe-topic-partitions.ts";
import { describeUserScramCredentials } from "../../wire/apis/describe-user-scram-credentials.ts";
import { electLeaders } from "../../wire/apis/elect-leaders.ts";
import { listPartitionReassignments } from "../../wire/apis/list-partition-reassignments.ts";
import { produce } from "../../wire/apis/produce.ts";
import { saslAuthenticate } from "../../wire/apis/sasl-authenticate.ts";
import { saslHandshake } from "../../wire/apis/sasl-handshake.ts";
import { encodeBatch } from "../../wire/records.ts";
import { NO_ID, create, partitionsOf, withTopic } from "./admin-bench.ts";

test("each topic of a request is made for itself, and refused in Kafka's words", async () => {
  const client = (await openBench()).connect();
  expect(
    await create(client, [
      ["a.b", { partitions: 3 }],
      ["a b"],
      ["three", { factor: 3 }],
      ["none", { partitions: 0 }],
      ["twice"],
      ["bad", { configs: { "retention.ms": "soon" } }],
      ["odd", { configs: { colour: "red" } }],
      ["null", { configs: { "retention.ms": null } }],
      ["far", { assignment: [[0], [7]] }],
      ["twice"],
    ]),
  ).toEqual([
    "a.b",
    "a b 17 Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
    "three 38 Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.",
    "none 37 Number of partitions was set to an invalid non-positive value.",
    "bad 40 Invalid value soon for configuration retention.ms: Not a number of type LONG",
    "odd 40 Unknown topic config name: colour",
    "null 40 Null value not supported for topic configs: retention.ms",
    "far 39 The manual partition assignment includes broker 7, but no such broker is registered.",
    "twice 42 Duplicate topic name.",
  ]);
  expect(await create(client, [["a.b"], ["a_b"]])).toEqual([
    "a.b 36 Topic 'a.b' already exists.",
    "a_b 17 Topic 'a_b' collides with existing topic: a.b",
  ]);
  expect(await create(client, [["later"]], true)).toEqual(["later"]);
  expect(
    await create(client, [
      ["many", { partitions: 9000 }],
      ["more", { partitions: 1001 }],
    ]),
  ).toEqual([
    "many 44 Excessively large number of partitions per request.",
    "more 44 Excessively large number of partitions per request.",
  ]);
  expect(await partitionsOf(client, "later")).toEqual([]);
});

test("leaders are spread over the nodes, and move with a reassignment, an election", async () => {
  const { bench, client } = await withTopic({ partitions: 3, factor: 2 }, { kafkaBrokers: 3 });
  const before = await partitionsOf(client);
  expect(before.map(({ leader }) => leader).toSorted()).toEqual([0, 1, 2]);
  const away = before[0]!.replicas;
  const other = [0, 1, 2].filter((node) => !away.includes(node));
  const reassign = (replicas: readonly number[] | null) =>
    client.ask(alterPartitionReassignments, 0, {
      timeoutMs: 1000,
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, replicas }] }],
    });
  const inProgress = async () => {
    const answer = await client.ask(listPartitionReassignments, 0, { timeoutMs: 1, topics: null });
    return answer!.topics;
  };
  await reassign(other);
  const both = [...other, ...away.toSorted()];
  // Until the new one is in sync both keep it, and the old one leads.
  expect((await partitionsOf(client))[0]).toEqual({ leader: away[0], replicas: both, epoch: 0 });
  const change = { addingReplicas: other, removingReplicas: away.toSorted() };
  expect(await inProgress()).toEqual([
    { name: "orders", partitions: [{ partitionIndex: 0, replicas: both, ...change }] },
  ]);
  bench.clock.advance(500);
  expect(await inProgress()).toEqual([]);
  expect((await partitionsOf(client))[0]).toEqual({ leader: other[0], replicas: other, epoch: 1 });
  // The leader stays where it keeps a copy, until the preferred one is asked for.
  await reassign([away[0]!, other[0]!]);
  bench.clock.advance(500);
  expect((await partitionsOf(client))[0]).toMatchObject({ leader: other[0], epoch: 1 });
  const elect = () => client.ask(electLeaders, 2, { electionType: 0, topicPartitions: null });
  expect((await elect())!.replicaElectionResults).toEqual([
    { topic: "orders", partitionResult: [{ partitionId: 0, errorCode: 0, errorMessage: null }] },
  ]);
  expect((await partitionsOf(client))[0]).toMatchObject({ leader: away[0], epoch: 2 });
  await reassign(away);
  const cancel = async () => (await reassign(null))!.responses[0]!.partitions[0]!.errorCode;
  expect(await cancel()).toBe(0);
  expect((await partitionsOf(client))[0]!.replicas.toSorted()).toEqual(
    [away[0]!, other[0]!].toSorted(),
  );
  expect(await cancel()).toBe(85);

  await reassign([other[0]!, away[1]!]);
  bench.clock.advance(500);
  await reassign([...away, other[0]!]);
  expect((await elect())!.replicaElectionResults[0]!.partitionResult[0]).toMatchObject({
    errorCode: 80,
    errorMessage: "The preferred leader was not available.",
  });
});

test("partitions only become more", async () => {
  const { client } = await withTopic({ partitions: 2 });
  const grow = async (count: number, validateOnly = false) => {
    const topics = [{ name: "orders", count, assignments: null }];
    const answer = await client.ask(createPartitions, 3, { topics, timeoutMs: 1000, validateOnly });
    return answer!.results[0]!.errorMessage;
  };
  expect(await grow(5, true)).toBeNull();
  expect(await grow(2)).toBe("Topic already has 2 partition(s).");
  expect(await grow(4)).toBeNull();
  expect(await grow(3)).toBe(
    "The topic orders currently has 4 partition(s); 3 would not be an increase.",
  );
  expect(await partitionsOf(client)).toHaveLength(4);
});

test("topics are told by pages, each with where the next begins", async () => {
  const { client } = await withTopic({ partitions: 3 });
  await create(client, [["payments", { partitions: 2 }]]);
  const seen: string[] = [];
  let cursor: { topicName: string; partitionIndex: number } | null = null;
  do {
    const topics: { name: string }[] = [];
    const request = { topics, responsePartitionLimit: 2, cursor };
    const page: NonNullable<Awaited<ReturnType<typeof ask>>> = (await ask(request))!;
    for (const { name, partitions } of page.topics)
      seen.push(`${name} ${partitions.map(({ partitionIndex }) => partitionIndex).join()}`);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(["orders 0,1", "orders 2", "payments 0", "payments 1"]);

  function ask(request: Parameters<typeof client.ask<typeof describeTopicPartitions>>[2]) {
    return client.ask(describeTopicPartitions, 0, request);
  }
});

test("records are deleted up to an offset, -1 for all; not of compacted topics", async () => {
  const { client } = await withTopic();
  await create(client, [["keys", { configs: { "cleanup.policy": "compact" } }]]);
  const records = encodeBatch(
    ["a", "b", "c"].map((value) => ({
      ...{ timestamp: 1000, key: null, value: Buffer.from(value), headers: [] },
    })),
  ).bytes;
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  await client.ask(produce, 7, { acks: -1, timeoutMs: 1000, topicData });
  const remove = async (name: string, offset: number) => {
    const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }];
    const answer = await client.ask(deleteRecords, 2, { topics, timeoutMs: 1000 });
    const { errorCode, lowWatermark } = answer!.topics[0]!.partitions[0]!;
    return [errorCode, lowWatermark];
  };
  expect(await remove("orders", 2)).toEqual([0, 2]);
  expect(await remove("orders", 4)).toEqual([1, -1]);
  expect(await remove("orders", -1)).toEqual([0, 3]);
  expect(await remove("keys", -1)).toEqual([44, -1]);
  expect(await remove("nope", -1)).toEqual([3, -1]);
});

test("a topic is deleted by its name or by its id, once", async () => {
  const { client } = await withTopic();
  const remove = async (topics: readonly { name: string | null; topicId: string }[]) => {
    const answer = await client.ask(deleteTopics, 6, { topics, timeoutMs: 1000 });
    return answer!.responses.map(({ name, errorCode }) => [name, errorCode]);
  };
  const byName = { name: "orders", topicId: NO_ID };
  expect(await remove([byName, byName, { name: null, topicId: NO_ID }])).toEqual([
    ["orders", 42],
    [null, 42],
  ]);
  expect(await remove([byName])).toEqual([["orders", 0]]);
  expect(await remove([byName])).toEqual([["orders", 3]]);
  expect(await remove([{ name: null, topicId: "bWlsbHJhY2UtcmVhbC10ZQ" }])).toEqual([[null, 100]]);
});

test("nobody is refused anything without an authorizer, and ACLs are", async () => {
  const client = (await openBench()).connect();
  const answer = await client.ask(describeAcls, 3, {
    ...{ resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 1 },
    ...{ principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 },
  });
  expect(answer).toMatchObject({
    errorCode: 54,
    errorMessage: "No Authorizer is configured on the broker",
  });
});

test("where there is nothing to say Kafka says mostly null, and of ACLs an empty text", async () => {
  const auth = { user: "admin", password: "secret" };
  const client = (await openBench({ auth })).connect();
  await client.ask(saslHandshake, 1, { mechanism: "PLAIN" });
  await client.ask(saslAuthenticate, 1, { authBytes: Buffer.from("\0admin\0secret") });
  const topic = { resourceType: 2, resourcePatternType: 3 };
  const read = { principal: "User:bob", host: "*", operation: 3, permissionType: 3 };
  const creations = ["orders", ""].map((resourceName) => ({ ...topic, resourceName, ...read }));
  expect((await client.ask(createAcls, 2, { creations }))!.results).toEqual([
    { errorCode: 0, errorMessage: "" },
    { errorCode: 42, errorMessage: "Invalid empty resource name" },
  ]);
  const filter = {
    ...{ resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 1 },
    ...{ principalFilter: null, hostFilter: null, operation: 1, permissionType: 1 },
  };
  const told = await client.ask(describeAcls, 3, filter);
  expect(told).toMatchObject({ errorCode: 0, errorMessage: "" });
  const deleted = await client.ask(deleteAcls, 2, { filters: [filter] });
  expect(deleted!.filterResults[0]).toMatchObject({ errorCode: 0, errorMessage: null });
  const described = await client.ask(describeUserScramCredentials, 0, { users: null });
  expect(described!.results[0]).toMatchObject({ user: "admin", errorMessage: "" });
});

test("a user is altered once in a request, whatever the mechanism", async () => {
  const client = (await openBench()).connect();
  const upsertion = (name: string, mechanism: number, iterations = 4096) => ({
    ...{ name, mechanism, iterations, salt: Buffer.from("salt") },
    saltedPassword: Buffer.from("salted"),
  });
  const answer = await client.ask(alterUserScramCredentials, 0, {
    deletions: [{ name: "nobody", mechanism: 1 }],
    upsertions: [
      upsertion("alice", 1),
      upsertion("bob", 1),
      upsertion("bob", 2),
      upsertion("carol", 1, 100),
    ],
  });
  expect(answer!.results.map(({ user, errorCode }) => [user, errorCode])).toEqual([
    ["nobody", 91],
    ["alice", 0],
    ["bob", 92],
    ["carol", 93],
  ]);
  const described = await client.ask(describeUserScramCredentials, 0, { users: null });
  expect(described!.results).toMatchObject([
    { user: "alice", credentialInfos: [{ mechanism: 1, iterations: 4096 }] },
  ]);
});
