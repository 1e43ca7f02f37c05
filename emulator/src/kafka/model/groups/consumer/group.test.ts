import { beforeAll, expect, test } from "vitest";
import { createClock } from "../../../../clock.ts";
import {
  readAssignment,
  writeAssignment,
  writeSubscription,
} from "../../../wire/consumer-protocol.ts";
import { createCluster } from "../../cluster.ts";
import { KafkaError, refusalOf } from "../../errors.ts";
import type { ConsumerHeartbeat } from "../../group-contract.ts";
import { whenPatternsRun } from "./topic-pattern.ts";

const SESSION = 45_000;
const REBALANCE = 20_000;

beforeAll(() => whenPatternsRun() ?? undefined);

/** `{ orders: [0, 1] }` for an assignment. */
type Named = Readonly<Record<string, readonly number[]>>;

function coordinator() {
  const clock = createClock();
  const nodes = [{ id: 0, host: "localhost", port: 9092, securePort: 0, rack: null }];
  const journal = { nextMessage: () => 1, record: () => {} } as never;
  const cluster = createCluster({ context: { clock, journal, auth: null }, nodes });
  const { groups, topics } = cluster;
  const topic = (name: string, partitions: number) =>
    topics.create({ name, partitions, replicationFactor: 1, configs: new Map() });
  topic("orders", 3);

  /** A heartbeat, and what comes of it: the member's epoch and what it has, or an error. */
  function beat(
    memberId: string,
    memberEpoch: number,
    said: Partial<Omit<ConsumerHeartbeat, "owned">> & { owned?: Named; by?: string } = {},
  ): readonly [number, Named | null] | string {
    const { owned, by = "shop", ...rest } = said;
    const joins = memberEpoch === 0;
    try {
      const answer = groups.consumerHeartbeat(
        {
          ...{ groupId: "g", memberId, memberEpoch, instanceId: null, rackId: null },
          rebalanceTimeout: joins ? REBALANCE : -1,
          topicNames: joins ? ["orders"] : null,
          ...{ topicRegex: null, assignor: null, needsMemberId: false },
          owned: owned ? new Map(Object.entries(owned).map(idsOf)) : joins ? new Map() : null,
          ...rest,
        },
        { clientId: by, clientHost: "/127.0.0.1" },
      );
      return [answer.memberEpoch, answer.assignment && named(answer.assignment)];
    } catch (error) {
      if (error instanceof KafkaError) return error.error;
      throw error;
    }
  }
  const idsOf = ([name, partitions]: readonly [string, readonly number[]]) =>
    [topics.get(name)!.id, new Set(partitions)] as const;
  const named = (assignment: ReadonlyMap<string, ReadonlySet<number>>): Named =>
    Object.fromEntries(
      [...assignment].map(([id, set]) => [topics.byId(id)!.name, [...set].toSorted()]),
    );
  const state = () => groups.get("g")?.state;

  const subscription = writeSubscription({ topics: ["orders"], userData: null }, 1);
  const join = (memberId = "", needsMemberId = false) =>
    groups.join(
      {
        ...{ groupId: "g", memberId, instanceId: null },
        ...{ sessionTimeout: 10_000, rebalanceTimeout: REBALANCE, protocolType: "consumer" },
        ...{ protocols: [{ name: "range", metadata: subscription }], needsMemberId },
        canSkipAssignment: true,
      },
      { clientId: "old", clientHost: "/127.0.0.1" },
    );
  const sync = async (memberId: string, generation: number, shares = new Map<string, Buffer>()) => {
    const answer = await groups.sync({
      ...{ groupId: "g", memberId, instanceId: null, generation },
      ...{ protocolType: "consumer", protocolName: "range", assignments: shares },
    });
    if (answer.error !== "NONE") return answer.error;
    return readAssignment(answer.assignment).assignedPartitions;
  };
  return { clock, cluster, groups, topics, topic, beat, state, join, sync };
}

const reader = (name: string, connection: number) => ({ connection, name, port: null });

test("the first member gets all; the second what the first has given up", () => {
  const { beat, state } = coordinator();
  expect(beat("a", 0)).toEqual([1, { orders: [0, 1, 2] }]);
  expect(beat("a", 1)).toEqual([1, null]);
  expect(beat("b", 0)).toEqual([2, {}]);
  expect(state()).toBe("Reconciling");
  // It keeps its epoch until it has given up what is taken from it.
  expect(beat("a", 1)).toEqual([1, { orders: [0, 1] }]);
  expect(beat("b", 2)).toEqual([2, null]);
  expect(beat("a", 1, { owned: { orders: [0, 1] } })).toEqual([2, null]);
  expect(beat("b", 2)).toEqual([2, { orders: [2] }]);
  expect(state()).toBe("Stable");
});

test("who leaves, or is not heard of, leaves its partitions to the others", () => {
  const { clock, beat, state } = coordinator();
  beat("a", 0);
  expect(beat("a", -1)).toEqual([-1, null]);
  expect(state()).toBe("Empty");
  beat("a", 0);
  beat("b", 0);
  clock.advance(SESSION - 1000);
  beat("b", 4);
  clock.advance(1000);
  expect(beat("a", 3)).toBe("UNKNOWN_MEMBER_ID");
  expect(beat("b", 4)).toEqual([5, { orders: [0, 1, 2] }]);
});

test("who does not give up partitions in time is fenced", () => {
  const { clock, beat } = coordinator();
  beat("a", 0);
  beat("b", 0);
  beat("a", 1);
  clock.advance(REBALANCE);
  expect(beat("a", 1)).toBe("UNKNOWN_MEMBER_ID");
  expect(beat("b", 2)).toEqual([3, { orders: [0, 1, 2] }]);
});

test("an epoch from the future is fenced, one before the last where it may not have heard", () => {
  const { beat } = coordinator();
  expect(beat("a", 7)).toBe("GROUP_ID_NOT_FOUND");
  beat("a", 0);
  expect(beat("a", 2)).toBe("FENCED_MEMBER_EPOCH");
  expect(beat("b", 2)).toBe("UNKNOWN_MEMBER_ID");
  expect(beat("a", 0)).toEqual([1, { orders: [0, 1, 2] }]);
  expect(beat("a", 1, { topicNames: [], owned: {} })).toEqual([2, {}]);
  expect(beat("a", 1)).toBe("FENCED_MEMBER_EPOCH");
  expect(beat("a", 1, { owned: {} })).toEqual([2, null]);
});

test("what a heartbeat has to say is asked for", () => {
  const { beat } = coordinator();
  expect(beat("", 0, { needsMemberId: false })).toBe("INVALID_REQUEST");
  expect(beat("a", 0, { rebalanceTimeout: -1 })).toBe("INVALID_REQUEST");
  expect(beat("a", 0, { topicNames: null })).toBe("INVALID_REQUEST");
  expect(beat("a", 0, { owned: { orders: [1] } })).toBe("INVALID_REQUEST");
  expect(beat("a", 0, { assignor: "fair" })).toBe("UNSUPPORTED_ASSIGNOR");
  for (const topicRegex of ["(", "(?=a)", "\\1", "a**", "x{1001}"])
    expect(beat("a", 0, { topicRegex })).toBe("INVALID_REGULAR_EXPRESSION");
  expect(beat("a", -3)).toBe("INVALID_REQUEST");
  expect(beat("a", -2)).toBe("INVALID_REQUEST");
});

test("topics that come, grow and go are noticed with the next heartbeat, by pattern too", () => {
  const { beat, topic, topics } = coordinator();
  const pattern = { topicNames: null, topicRegex: "(?i)ORD.*" };
  expect(beat("a", 0, pattern)).toEqual([1, { orders: [0, 1, 2] }]);
  topics.get("orders")!.addPartitions(4);
  expect(beat("a", 1)).toEqual([2, { orders: [0, 1, 2, 3] }]);
  topic("ordinary", 1);
  topic("border", 1);
  expect(beat("a", 2)).toEqual([3, { orders: [0, 1, 2, 3], ordinary: [0] }]);
  topics.delete(topics.get("ordinary")!);
  beat("a", 3);
  expect(beat("a", 3, { owned: { orders: [0, 1, 2, 3] } })).toEqual([4, null]);
  // librdkafka says "" where it has no pattern.
  expect(beat("b", 0, { topicNames: [], topicRegex: "" })).toEqual([4, {}]);
});

test("a pattern that JavaScript would take years over is answered at once", () => {
  const { beat, topic } = coordinator();
  topic("a".repeat(200), 1);
  expect(beat("a", 0, { topicNames: null, topicRegex: "((a+)+|(a|aa)+)+b" })).toEqual([1, {}]);
});

test("a static member that leaves for a while comes back to its partitions under another id", () => {
  const { beat } = coordinator();
  const one = { instanceId: "one" };
  beat("a", 0, one);
  expect(beat("a2", 0, one)).toBe("UNRELEASED_INSTANCE_ID");
  expect(beat("a", -2, one)).toEqual([-2, null]);
  expect(beat("a2", 0, one)).toEqual([1, { orders: [0, 1, 2] }]);
  expect(beat("a", 1, one)).toBe("FENCED_INSTANCE_ID");
  expect(beat("x", 1, { instanceId: "two" })).toBe("UNKNOWN_MEMBER_ID");
});

test("range gives out runs of each topic alike, uniform evens out over all of them", () => {
  const by = (assignor: string) => {
    const { beat, topic } = coordinator();
    topic("parcels", 3);
    const all = { topicNames: ["orders", "parcels"], assignor };
    beat("a", 0, all);
    beat("b", 0, all);
    beat("a", 1, { owned: {} });
    return [beat("a", 2, { ...all, rebalanceTimeout: 1, owned: {} }), beat("b", 2)];
  };
  expect(by("range")).toEqual([
    [2, { orders: [0, 1], parcels: [0, 1] }],
    [2, { orders: [2], parcels: [2] }],
  ]);
  const sizes = by("uniform").map((answer) => Object.values(answer[1] as Named).flat().length);
  expect(sizes).toEqual([3, 3]);
});

test("commits are for the member's epoch", () => {
  const { groups, beat } = coordinator();
  beat("a", 0);
  const commit = (memberId: string, generation: number, knowsEpochs = true) => {
    const by = { groupId: "g", memberId, instanceId: null, generation, knowsEpochs };
    return refusalOf(() => groups.checkCommit({ ...by, transactional: false }));
  };
  expect(commit("a", 3)).toBe("STALE_MEMBER_EPOCH");
  expect(commit("a", 1, false)).toBe("UNSUPPORTED_VERSION");
  expect(commit("", -1)).toBe("UNKNOWN_MEMBER_ID");
  expect(commit("a", 1)).toBe("NONE");
  expect(refusalOf(() => groups.checkFetch("g", "a", 1))).toBe("NONE");
  expect(refusalOf(() => groups.checkFetch("g", "a", 2))).toBe("STALE_MEMBER_EPOCH");
});

test("a classic group goes over member by member, and back with the last that leaves", async () => {
  const { groups, topics, beat, state, join, sync } = coordinator();
  const { memberId: old } = await join();
  const all = [{ topic: "orders", partitions: [0, 1, 2] }];
  const share = writeAssignment({ assignedPartitions: all, userData: null }, 1);
  expect(await sync(old, 1, new Map([[old, share]]))).toEqual(all);
  expect(groups.reader(reader("old", 1), topics.get("orders")!, 1)).toBe("g");

  expect(beat("new", 0)).toEqual([2, {}]);
  expect(groups.get("g")?.kind).toBe("consumer");
  const identity = { groupId: "g", memberId: old, instanceId: null };
  expect(() => groups.heartbeat({ ...identity, generation: 1 })).toThrow("REBALANCE_IN_PROGRESS");
  // It says in the next join that it has nothing any more, and gets its share; the other the rest.
  expect(await join(old)).toMatchObject({ error: "NONE", generation: 2, protocolName: "range" });
  expect(await sync(old, 2)).toEqual([{ topic: "orders", partitions: [0, 1] }]);
  expect(beat("new", 2)).toEqual([2, { orders: [2] }]);
  expect(groups.reader(reader("shop", 2), topics.get("orders")!, 2)).toBe("g");
  expect(state()).toBe("Stable");

  beat("new", -1);
  expect([groups.get("g")?.kind, state()]).toEqual(["classic", "PreparingRebalance"]);
  expect(await join(old)).toMatchObject({ error: "NONE", generation: 3, leader: old });
});

test("where groups have members of one client id, each connection reads for one of them", () => {
  const { groups, topics, beat } = coordinator();
  const orders = topics.get("orders")!;
  beat("a", 0);
  expect(groups.reader(reader("shop", 1), orders, 0)).toBe("g");
  beat("b", 0, { groupId: "h" });
  expect(groups.reader(reader("shop", 2), orders, 0)).toBe("h");
  expect(groups.reader(reader("shop", 1), orders, 1)).toBe("g");
  // The second has come back on another connection.
  expect(groups.reader(reader("shop", 1), orders, 1)).toBe("g");
  expect(groups.reader(reader("shop", 3), orders, 0)).toBe("h");
  expect(groups.reader(reader("other", 4), orders, 0)).toBeUndefined();
});

test("a snapshot goes on with its members and epochs", () => {
  const at = coordinator();
  at.beat("a", 0);
  at.beat("b", 0);
  const snapshot = structuredClone(at.cluster.snapshot());
  const other = coordinator();
  other.cluster.restore(snapshot, at.clock.now());
  expect(other.beat("a", 1, { owned: { orders: [0, 1] } })).toEqual([2, { orders: [0, 1] }]);
  expect(other.beat("b", 2)).toEqual([2, { orders: [2] }]);
  other.clock.advance(SESSION);
  expect(other.state()).toBe("Empty");
});
