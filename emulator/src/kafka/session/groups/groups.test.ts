/** Groups, request by request: what versions of requests add, and who is asked. */
import { expect, test } from "vitest";
import { type Bench, openBench, type WireClient } from "../../kafka-bench.ts";
import { createTopics } from "../../wire/apis/create-topics.ts";
import { findCoordinator } from "../../wire/apis/find-coordinator.ts";
import { joinGroup } from "../../wire/apis/join-group.ts";
import { heartbeat } from "../../wire/apis/heartbeat.ts";
import { leaveGroup } from "../../wire/apis/leave-group.ts";
import { listGroups } from "../../wire/apis/list-groups.ts";
import { offsetCommit } from "../../wire/apis/offset-commit.ts";
import { offsetFetch } from "../../wire/apis/offset-fetch.ts";
import { syncGroup } from "../../wire/apis/sync-group.ts";
import { errorCodes } from "../../wire/error-codes.ts";

const nobody = { memberId: "", groupInstanceId: null };

async function withTopic(options?: Parameters<typeof openBench>[0]): Promise<Bench> {
  const bench = await openBench(options);
  const topic = { name: "orders", replicationFactor: 1, assignments: [], configs: [] };
  const topics = [{ ...topic, numPartitions: 2 }];
  await bench.connect().ask(createTopics, 4, { topics, timeoutMs: 1000, validateOnly: false });
  return bench;
}

function commit(client: WireClient, committedOffset: number, more = {}, version = 7) {
  const partition = { partitionIndex: 0, committedOffset, committedMetadata: null };
  const topics = [{ name: "orders", partitions: [partition] }];
  return client.ask(offsetCommit, version, { groupId: "g", topics, ...more });
}

function fetched(client: WireClient, groupId: string, version: number, all = false) {
  const topics = all ? null : [{ name: "orders", partitionIndexes: [0, 1] }];
  return client.ask(offsetFetch, version, { groupId, topics, groups: [{ groupId, topics }] });
}

function join(client: WireClient, version: number, more = {}) {
  return client.ask(joinGroup, version, {
    ...{ groupId: "g", ...nobody, protocolType: "consumer", sessionTimeoutMs: 10_000 },
    protocols: [{ name: "range", metadata: Buffer.from("m") }],
    ...more,
  });
}

test("nothing committed is -1 and no metadata, without an error, in every version", async () => {
  const client = (await withTopic()).connect();
  const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode: 0 };
  for (const version of [1, 5, 7]) {
    const { topics, errorCode } = (await fetched(client, "nobody", version))!;
    expect(errorCode).toBe(0);
    expect(topics[0]?.partitions).toMatchObject([nothing, nothing]);
  }
  const { groups } = (await fetched(client, "nobody", 9))!;
  expect(groups).toMatchObject([{ errorCode: 0, topics: [{ partitions: [nothing, nothing] }] }]);
  expect((await fetched(client, "nobody", 9, true))?.groups).toMatchObject([{ topics: [] }]);
});

test("who has no group keeps offsets by name; the time that the request gives them ends them", async () => {
  const bench = await withTopic();
  const client = bench.connect();
  await commit(client, 5, { retentionTimeMs: 60_000 }, 3);
  const all = (await fetched(client, "g", 8, true))!.groups[0]!.topics;
  expect(all).toMatchObject([
    { name: "orders", partitions: [{ committedOffset: 5, metadata: "" }] },
  ]);
  expect((await client.ask(listGroups, 5, { statesFilter: ["EMPTY"] }))?.groups).toEqual([
    { groupId: "g", protocolType: "", groupState: "Empty", groupType: "classic" },
  ]);
  bench.clock.advance(3_600_000);
  expect((await client.ask(listGroups, 0, {}))?.groups).toEqual([]);
});

test("the oldest members join at once under an id that they are told, and leave with their own error", async () => {
  const client = (await withTopic()).connect("shop");
  const joined = (await join(client, 0))!;
  expect(joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: "range" });
  expect(joined.memberId).toMatch(/^shop-[0-9a-f-]{36}$/);
  const { memberId, generationId } = joined;
  expect(
    await client.ask(syncGroup, 0, { groupId: "g", memberId, generationId, assignments: [] }),
  ).toMatchObject({ errorCode: 0 });
  const leave = (member: string) => client.ask(leaveGroup, 1, { groupId: "g", memberId: member });
  expect((await leave("other"))?.errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  expect((await leave(memberId))?.errorCode).toBe(0);
  expect((await leave(memberId))?.errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
});

test("a member that joins while its connection ends is waited for until its session does", async () => {
  const bench = await withTopic();
  const [first, second, third] = ["a", "b", "c"].map((id) => bench.connect(id));
  const { memberId, generationId } = (await join(first!, 3))!;
  await first!.ask(syncGroup, 3, {
    groupId: "g",
    ...nobody,
    memberId,
    generationId,
    assignments: [],
  });
  const lost = join(second!, 3);
  second!.session.closed();
  expect(
    (await first!.ask(heartbeat, 3, { groupId: "g", ...nobody, memberId, generationId }))
      ?.errorCode,
  ).toBe(errorCodes.REBALANCE_IN_PROGRESS);
  const again = (await join(first!, 3, { memberId }))!;
  expect([again.generationId, again.members.length]).toEqual([2, 2]);
  bench.clock.advance(10_000);
  expect((await join(third!, 3))?.members).toHaveLength(1);
  void lost;
});

test("only the group's coordinator answers for it", async () => {
  const bench = await withTopic({ kafkaBrokers: 3 });
  const request = { key: "g", keyType: 0, coordinatorKeys: [] };
  const { nodeId } = (await bench.connect().ask(findCoordinator, 3, request))!;
  const asked = [0, 1, 2].map(async (node) => {
    const answer = await commit(bench.connect("c", node), 1);
    return answer?.topics[0]?.partitions[0]?.errorCode;
  });
  const others = errorCodes.NOT_COORDINATOR;
  expect(await Promise.all(asked)).toEqual([0, 1, 2].map((id) => (id === nodeId ? 0 : others)));
});
