import { expect, test } from "vitest";
import { createClock } from "../../../../clock.ts";
import { writeSubscription } from "../../../wire/consumer-protocol.ts";
import { createCluster } from "../../cluster.ts";
import { refusalOf } from "../../errors.ts";
import type { JoinAnswer, JoinRequest } from "../../group-contract.ts";

const SESSION = 10_000;
const REBALANCE = 60_000;
const client = { clientId: "shop", clientHost: "/127.0.0.1" };
const asShop = { connection: 1, name: "shop", port: null };
const orders = {
  name: "range",
  metadata: writeSubscription({ topics: ["orders"], userData: null }, 0),
};

const other = writeSubscription({ topics: ["orders", "parcels"], userData: null }, 0);

function coordinator() {
  const clock = createClock();
  const nodes = [{ id: 0, host: "localhost", port: 9092, securePort: 0, rack: null }];
  const journal = { nextMessage: () => 1, record: () => {} } as never;
  const cluster = createCluster({ context: { clock, journal, auth: null }, nodes });
  const { groups } = cluster;
  const join = (request: Partial<JoinRequest> = {}) =>
    groups.join(
      {
        groupId: "g",
        memberId: "",
        instanceId: null,
        sessionTimeout: SESSION,
        rebalanceTimeout: REBALANCE,
        protocolType: "consumer",
        protocols: [orders],
        needsMemberId: false,
        canSkipAssignment: true,
        ...request,
      },
      client,
    );
  const sync = ({ memberId, generation }: JoinAnswer, shares: Record<string, string> = {}) =>
    groups.sync({
      groupId: "g",
      memberId,
      instanceId: null,
      generation,
      protocolType: null,
      protocolName: null,
      assignments: new Map(
        Object.entries(shares).map(([member, share]) => [member, Buffer.from(share)]),
      ),
    });
  const heartbeat = ({ memberId, generation }: JoinAnswer) =>
    refusalOf(() => groups.heartbeat({ groupId: "g", memberId, instanceId: null, generation }));
  const commit = (memberId: string, generation: number) =>
    refusalOf(() =>
      groups.checkCommit({
        ...{ groupId: "g", memberId, instanceId: null, generation },
        ...{ transactional: false, knowsEpochs: true },
      }),
    );
  const leave = (memberId: string, instanceId: string | null = null) =>
    groups.leave("g", [{ memberId, instanceId }])[0]?.error;
  const state = () => groups.get("g")?.state;
  return { clock, cluster, groups, join, sync, heartbeat, commit, leave, state };
}

/** A group of these members, all synced. The first one leads. */
async function stable({ join, sync }: ReturnType<typeof coordinator>, members: number) {
  const first = await join();
  let answers = [first];
  await sync(first, {});
  for (let index = 1; index < members; index++) {
    const joining = join();
    const again = answers.map(({ memberId }) => join({ memberId }));
    answers = await Promise.all([...again, joining]);
    const shares = Object.fromEntries(answers.map(({ memberId }, at) => [memberId, `p${at}`]));
    await Promise.all(answers.map((answer) => sync(answer, shares)));
  }
  return answers;
}

test("the first member is in at once; with the second all join again, and the leader's shares reach each", async () => {
  const at = coordinator();
  const first = await at.join();
  expect(first).toMatchObject({ error: "NONE", generation: 1, leader: first.memberId });
  expect(first.members).toEqual([
    { memberId: first.memberId, instanceId: null, metadata: orders.metadata },
  ]);
  expect(await at.sync(first, { [first.memberId]: "all" })).toMatchObject({
    protocolName: "range",
    assignment: Buffer.from("all"),
  });
  expect(at.state()).toBe("Stable");

  const joining = at.join();
  expect(at.state()).toBe("PreparingRebalance");
  expect(at.heartbeat(first)).toBe("REBALANCE_IN_PROGRESS");
  const [again, second] = await Promise.all([at.join({ memberId: first.memberId }), joining]);
  expect([again.generation, second.generation]).toEqual([2, 2]);
  expect([again.members.length, second.members.length]).toEqual([2, 0]);

  const waiting = at.sync(second);
  await at.sync(again, { [again.memberId]: "a", [second.memberId]: "b" });
  expect((await waiting).assignment).toEqual(Buffer.from("b"));
  expect(at.heartbeat(first)).toBe("ILLEGAL_GENERATION");
  expect(at.heartbeat(again)).toBe("NONE");
});

test("a new member is told its id and waited for, as long as a new group would be", async () => {
  const at = coordinator();
  const told = await Promise.all([1, 2, 3].map(() => at.join({ needsMemberId: true })));
  expect(told.map(({ error }) => error)).toEqual(Array(3).fill("MEMBER_ID_REQUIRED"));
  const [a, b] = told.map(({ memberId }) => memberId);
  const joining = [at.join({ memberId: a! }), at.join({ memberId: b! })];
  expect(at.state()).toBe("PreparingRebalance");
  at.clock.advance(3000);
  const joined = await Promise.all(joining);
  expect(joined.map(({ generation }) => generation)).toEqual([1, 1]);
  expect(joined[0]!.members).toHaveLength(2);
});

test("sessions that end, and members that do not come again, cost the membership", async () => {
  const at = coordinator();
  const [a, b] = await stable(at, 2);
  at.clock.advance(SESSION - 1000);
  expect(at.heartbeat(a!)).toBe("NONE");
  at.clock.advance(1000);
  expect(at.state()).toBe("PreparingRebalance");
  expect(at.heartbeat(b!)).toBe("UNKNOWN_MEMBER_ID");
  const alone = await at.join({ memberId: a!.memberId });
  expect(alone).toMatchObject({ generation: 3, leader: a!.memberId });
  await at.sync(alone);

  const joining = at.join();
  for (let lived = 0; lived < REBALANCE; lived += SESSION / 2) {
    at.heartbeat(alone);
    at.clock.advance(SESSION / 2);
  }
  const heir = await joining;
  expect(heir).toMatchObject({ error: "NONE", generation: 4, leader: heir.memberId });
  expect(at.heartbeat(alone)).toBe("UNKNOWN_MEMBER_ID");
});

test("who joined and does not sync is out, and the others are told to come again", async () => {
  const at = coordinator();
  const [a, b] = await stable(at, 2);
  const longer = { sessionTimeout: 2 * REBALANCE, protocols: [{ ...orders, metadata: other }] };
  const [lost, again] = await Promise.all([
    at.join({ memberId: b!.memberId, ...longer }),
    at.join({ memberId: a!.memberId, ...longer }),
  ]);
  await at.sync(again, {});
  at.clock.advance(REBALANCE);
  expect(at.heartbeat(again)).toBe("REBALANCE_IN_PROGRESS");
  expect(await at.sync(lost)).toMatchObject({ error: "UNKNOWN_MEMBER_ID" });
});

test("members vote for the protocol among those that all speak", async () => {
  const at = coordinator();
  const speaking = (...names: string[]) => ({
    protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })),
  });
  const first = await at.join(speaking("range", "sticky"));
  expect(first.protocolName).toBe("range");
  expect((await at.join(speaking("own"))).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
  expect((await at.join({ protocolType: "connect" })).error).toBe("INCONSISTENT_GROUP_PROTOCOL");
  const others = [
    at.join(speaking("sticky", "own", "range")),
    at.join(speaking("own", "sticky", "range")),
  ];
  const answer = await at.join({ memberId: first.memberId, ...speaking("range", "sticky") });
  expect([answer.protocolName, (await others[0]!).protocolName]).toEqual(["sticky", "sticky"]);
  expect(answer.members.map(({ metadata }) => metadata.toString())).toEqual(
    Array(3).fill("sticky"),
  );
});

test("a static member comes back to what it had, without a rebalance; its former self is fenced", async () => {
  const at = coordinator();
  const first = await at.join({ instanceId: "one" });
  await at.groups.sync({
    ...{ groupId: "g", memberId: first.memberId, instanceId: "one", generation: 1 },
    ...{ protocolType: null, protocolName: null },
    assignments: new Map([[first.memberId, Buffer.from("mine")]]),
  });
  const back = await at.join({ instanceId: "one" });
  expect(back).toMatchObject({ error: "NONE", generation: 1, leader: back.memberId });
  expect(back.skipAssignment).toBe(true);
  expect(back.memberId).not.toBe(first.memberId);
  expect(await at.sync(back)).toMatchObject({ assignment: Buffer.from("mine") });
  const old = await at.join({ instanceId: "one", memberId: first.memberId });
  expect(old.error).toBe("FENCED_INSTANCE_ID");
  const elder = await at.join({ instanceId: "one", canSkipAssignment: false });
  expect([elder.leader, elder.members]).toEqual([back.memberId, []]);
  expect(at.leave("", "one")).toBe("NONE");
  expect(at.state()).toBe("Empty");
});

test("commits are for members of this generation; for anybody while there is none", async () => {
  const at = coordinator();
  expect(at.commit("", 0)).toBe("GROUP_ID_NOT_FOUND");
  expect(at.commit("", -1)).toBe("NONE");
  const [a] = await stable(at, 1);
  expect(at.commit("", -1)).toBe("UNKNOWN_MEMBER_ID");
  expect(at.commit(a!.memberId, 7)).toBe("ILLEGAL_GENERATION");
  expect(at.commit(a!.memberId, 1)).toBe("NONE");
  const again = await at.join({ memberId: a!.memberId });
  expect(at.commit(a!.memberId, again.generation)).toBe("REBALANCE_IN_PROGRESS");
  expect(refusalOf(() => at.groups.delete("g"))).toBe("NON_EMPTY_GROUP");
  expect(at.leave(a!.memberId)).toBe("NONE");
  at.groups.delete("g");
  expect(at.state()).toBeUndefined();
});

test("offsets are kept for a while after the last member has gone", async () => {
  const at = coordinator();
  const days = 24 * 60 * 60_000;
  const [a] = await stable(at, 1);
  const offset = { offset: 5, leaderEpoch: 0, metadata: "", committed: at.clock.now() };
  at.groups.offsetsOf("g").commit("orders", 0, offset, asShop);
  at.leave(a!.memberId);
  at.clock.advance(7 * days - 60_000);
  expect(at.groups.offsetsOf("g").get("orders", 0)).toEqual(offset);
  at.clock.advance(3600_000);
  expect(at.groups.get("g")).toBeUndefined();
});

test("a group goes on where a snapshot was taken, and its times do too", async () => {
  const at = coordinator();
  const [a, b] = await stable(at, 2);
  const committed = at.clock.now();
  at.groups
    .offsetsOf("g")
    .commit("orders", 0, { offset: 5, leaderEpoch: 0, metadata: "", committed }, asShop);
  const snapshot = structuredClone(at.cluster.snapshot());
  const other = coordinator();
  other.clock.advance(1000);
  other.cluster.restore(snapshot, at.clock.now());
  expect(other.state()).toBe("Stable");
  expect(other.heartbeat(a!)).toBe("NONE");
  expect(await other.sync(b!)).toMatchObject({ assignment: Buffer.from("p1") });
  expect(other.groups.offsetsOf("g").get("orders", 0)?.offset).toBe(5);
  other.clock.advance(SESSION);
  expect(other.heartbeat(a!)).toBe("UNKNOWN_MEMBER_ID");
});
