/** What members, and those who look after groups, ask of the group coordinator. Part of contract.ts. */
import type { ErrorName } from "../wire/error-codes.ts";

/** Whose request it is, as DescribeGroups words it. */
export interface GroupClient {
  readonly clientId: string;
  /** `/127.0.0.1` */
  readonly clientHost: string;
}

/** Who claims to be a member. `memberId` is "" for who has none yet. */
export interface MemberIdentity {
  readonly memberId: string;
  /** `group.instance.id` of a static member (KIP-345). */
  readonly instanceId: string | null;
}

// ------------------------------------------------------------ the classic protocol

export interface JoinRequest extends MemberIdentity {
  readonly groupId: string;
  /** ms */
  readonly sessionTimeout: number;
  /** ms; -1 where the version of the request has none. */
  readonly rebalanceTimeout: number;
  readonly protocolType: string;
  /** In the order in which the member prefers them. */
  readonly protocols: readonly GroupProtocol[];
  /** KIP-394: a new dynamic member is told its id first, and joins with it. */
  readonly needsMemberId: boolean;
  /** KIP-814: a leader that comes back is told that it need not assign. */
  readonly canSkipAssignment: boolean;
}

export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinAnswer {
  readonly error: ErrorName;
  readonly memberId: string;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** For the leader only. */
  readonly members: readonly (MemberIdentity & { readonly metadata: Buffer })[];
}

export interface SyncRequest extends MemberIdentity {
  readonly groupId: string;
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: ReadonlyMap<string, Buffer>;
}

export interface SyncAnswer {
  readonly error: ErrorName;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export interface ClassicHeartbeat extends MemberIdentity {
  readonly groupId: string;
  readonly generation: number;
}

export interface LeaveAnswer extends MemberIdentity {
  readonly error: ErrorName;
}

// ------------------------------------------------------------ the consumer protocol (KIP-848)

/** Partitions by topic id. */
export type Assignment = ReadonlyMap<string, ReadonlySet<number>>;

export interface ConsumerHeartbeat extends MemberIdentity {
  readonly groupId: string;
  /** 0 joins, -1 leaves, -2 leaves for a while (static members). */
  readonly memberEpoch: number;
  readonly rackId: string | null;
  /** ms, or -1 where it has not changed. Null below: not changed, too. */
  readonly rebalanceTimeout: number;
  readonly topicNames: readonly string[] | null;
  readonly topicRegex: string | null;
  readonly assignor: string | null;
  readonly owned: Assignment | null;
  /** From version 1 on members choose their ids. */
  readonly needsMemberId: boolean;
}

export interface ConsumerHeartbeatAnswer {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** ms; 0 for who has left. */
  readonly heartbeatInterval: number;
  /** Null where it has not changed. */
  readonly assignment: Assignment | null;
}

// ------------------------------------------------------------ looking after groups

export interface OffsetCommitter extends MemberIdentity {
  readonly groupId: string;
  /** The generation, or the member's epoch; -1 of who is no member. */
  readonly generation: number;
  readonly transactional: boolean;
  /** Whether the request's version knows of member epochs (OffsetCommit 9). */
  readonly knowsEpochs: boolean;
}

export interface ClassicGroupDescription {
  readonly id: string;
  readonly state: string;
  readonly protocolType: string;
  /** "" unless the group is stable; without one, members have no metadata and no assignment. */
  readonly protocolName: string;
  readonly members: readonly (MemberIdentity &
    GroupClient & { readonly metadata: Buffer; readonly assignment: Buffer })[];
}

export interface ConsumerGroupDescription {
  readonly id: string;
  readonly state: string;
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly ConsumerMemberDescription[];
}

export interface ConsumerMemberDescription extends MemberIdentity, GroupClient {
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly topicNames: readonly string[];
  readonly topicRegex: string;
  readonly assignment: Assignment;
  readonly target: Assignment;
  readonly usesClassicProtocol: boolean;
}

/** The group coordinator, as requests see it: groups/groups.ts. */
export interface GroupRequests {
  join(request: JoinRequest, client: GroupClient): Promise<JoinAnswer>;
  sync(request: SyncRequest): Promise<SyncAnswer>;
  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID */
  heartbeat(request: ClassicHeartbeat): void;
  /** In the order of the members. @throws {KafkaError} */
  leave(groupId: string, members: readonly MemberIdentity[]): readonly LeaveAnswer[];
  /** @throws {KafkaError} INVALID_REQUEST, UNSUPPORTED_ASSIGNOR, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID … */
  consumerHeartbeat(request: ConsumerHeartbeat, client: GroupClient): ConsumerHeartbeatAnswer;

  /**
   * Whether these offsets may be committed; makes the group of who only keeps offsets here, and counts as a heartbeat.
   * @throws {KafkaError} UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, STALE_MEMBER_EPOCH, REBALANCE_IN_PROGRESS …
   */
  checkCommit(by: OffsetCommitter): void;
  /** @throws {KafkaError} UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH; GROUP_ID_NOT_FOUND where nothing can have been committed */
  checkFetch(groupId: string, memberId: string | null, memberEpoch: number): void;
  /** Whether a group's offsets of a topic may be deleted: not of one that it reads. @throws {KafkaError} GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP */
  subscribes(groupId: string, topic: string): boolean;
  /** @throws {KafkaError} GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP */
  delete(groupId: string): void;

  /** @throws {KafkaError} GROUP_ID_NOT_FOUND */
  describeClassic(groupId: string): ClassicGroupDescription;
  /** @throws {KafkaError} GROUP_ID_NOT_FOUND */
  describeConsumer(groupId: string): ConsumerGroupDescription;
}
