/**
 * Who of a group gets which partitions, and when a member may join again.
 *
 * kafkajs' own assigner gives every member partitions of the leader's topics, so that members with other topics leave
 * theirs unread. These ask each member's subscription (the consumer protocol's metadata, as every client writes it) and
 * go by the names other clients use, so that one group may hold services in several languages.
 */
import type { AssignerProtocol, Cluster, PartitionAssigner } from "./driver.ts";
import { nameMember } from "./static-member.ts";

/** Asked before each join: false while handlers still run, then the join is tried again a little later. */
export type MayJoin = () => boolean;

interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
}

type Assignment = Record<string, number[]>;

/** Shares partitions among members; both sorted. */
type Strategy = (members: readonly Member[], topics: ReadonlyMap<string, number[]>) => Assignment[];

/** `roundrobin` as librdkafka and aiokafka have it, `range` as Java does, `RoundRobinAssigner` as kafkajs calls it. */
export function groupAssigners(
  protocol: AssignerProtocol,
  mayJoin: MayJoin,
  groupInstanceId?: string,
): PartitionAssigner[] {
  const all = [
    assigner("roundrobin", roundRobin, protocol, mayJoin),
    assigner("range", range, protocol, mayJoin),
    assigner("RoundRobinAssigner", roundRobin, protocol, mayJoin),
  ];
  if (groupInstanceId === undefined) return all;
  return all.map((create) => (config) => {
    nameMember(config.cluster, groupInstanceId);
    return create(config);
  });
}

/** For a group of one that wants these partitions. */
export function fixedAssigner(
  protocol: AssignerProtocol,
  topic: string,
  partitions: readonly number[],
  mayJoin: MayJoin,
): PartitionAssigner[] {
  return [
    assigner(
      "fixed",
      (members) => members.map(() => ({ [topic]: [...partitions] })),
      protocol,
      mayJoin,
    ),
  ];
}

/** Each partition of each topic goes to the next member that subscribed to it. */
export const roundRobin: Strategy = (members, topics) => {
  const assignments = members.map((): Assignment => ({}));
  let turn = 0;
  for (const [topic, partitions] of topics) {
    if (!members.some((member) => member.topics.includes(topic))) continue;
    for (const partition of partitions) {
      while (!members[turn % members.length]?.topics.includes(topic)) turn++;
      ((assignments[turn % members.length] as Assignment)[topic] ??= []).push(partition);
      turn++;
    }
  }
  return assignments;
};

/** Each topic is cut into one run of partitions for each of its members, the first ones longer by one. */
export const range: Strategy = (members, topics) => {
  const assignments = members.map((): Assignment => ({}));
  for (const [topic, partitions] of topics) {
    const takers = members.flatMap((member, index) =>
      member.topics.includes(topic) ? [index] : [],
    );
    let first = 0;
    for (const [place, index] of takers.entries()) {
      const longer = place < partitions.length % takers.length ? 1 : 0;
      const count = Math.floor(partitions.length / takers.length) + longer;
      if (count > 0)
        (assignments[index] as Assignment)[topic] = partitions.slice(first, first + count);
      first += count;
    }
  }
  return assignments;
};

function assigner(
  name: string,
  strategy: Strategy,
  { MemberMetadata, MemberAssignment }: AssignerProtocol,
  mayJoin: MayJoin,
): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: 0,
    protocol({ topics }) {
      // The one moment before a join at which kafkajs asks us something. With this error it waits and joins again.
      if (!mayJoin()) throw new HandlersRunning();
      return { name, metadata: MemberMetadata.encode({ version: 0, topics, userData: NOTHING }) };
    },
    async assign({ members }) {
      const subscribed = members
        .map(({ memberId, memberMetadata }) => ({
          memberId,
          topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
        }))
        .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
      const topics = await partitionsOf(
        cluster,
        [...new Set(subscribed.flatMap((member) => member.topics))].sort(),
      );
      return strategy(subscribed, topics).map((assignment, index) => ({
        memberId: (subscribed[index] as Member).memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: NOTHING }),
      }));
    },
  });
}

/** The leader may not have asked for the others' topics yet. One that is gone has no partitions. */
async function partitionsOf(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Map<string, number[]>> {
  for (const topic of topics) await cluster.addMultipleTargetTopics([topic]).catch(() => undefined);
  return new Map(
    topics.map((topic) => [
      topic,
      cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId)
        .sort((a, b) => a - b),
    ]),
  );
}

const NOTHING = Buffer.alloc(0);

class HandlersRunning extends Error {
  override name = "HandlersRunning";
  /** kafkajs joins again after what bears this type. */
  readonly type = "REBALANCE_IN_PROGRESS";
  constructor() {
    super("handlers still run: the member joins when they have ended");
  }
}
