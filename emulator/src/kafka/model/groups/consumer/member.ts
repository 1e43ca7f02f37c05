/** A member of a consumer group, of whichever protocol it speaks. */
import type { GroupClient, GroupProtocol, MemberIdentity } from "../../group-contract.ts";
import { NO_PARTITIONS } from "./assignment.ts";
import type { Holding } from "./reconciliation.ts";

/** What is known of a member that speaks the classic protocol still (KIP-848, "Online Consumer Group Upgrade"). */
export interface ClassicSide {
  /** ms */
  readonly sessionTimeout: number;
  readonly protocols: readonly GroupProtocol[];
}

/** What members tell of themselves. */
export interface MemberTerms {
  readonly client: GroupClient;
  readonly rackId: string | null;
  /** ms */
  readonly rebalanceTimeout: number;
  readonly topicNames: readonly string[];
  /** "" where there is none; so librdkafka says it, too. */
  readonly topicRegex: string;
  readonly assignor: string | null;
  readonly classic: ClassicSide | null;
}

/** What may end its membership, each at a time of its own. */
export interface MemberAlarms {
  /** No heartbeat came. */
  readonly session: () => void;
  /** It did not give up partitions that it was to. */
  readonly rebalance: () => void;
  /** A classic member did not join again, or not sync. */
  readonly join: () => void;
  readonly sync: () => void;
}

export class ConsumerMember implements MemberIdentity {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly alarms: MemberAlarms;
  terms: MemberTerms = {
    client: { clientId: "", clientHost: "" },
    rackId: null,
    rebalanceTimeout: -1,
    topicNames: [],
    topicRegex: "",
    assignor: null,
    classic: null,
  };
  holding: Holding = {
    state: "stable",
    epoch: 0,
    assigned: NO_PARTITIONS,
    revoking: NO_PARTITIONS,
  };
  /** It may not have heard yet that it has a new one. */
  previousEpoch = 0;

  constructor({ memberId, instanceId }: MemberIdentity, fence: (member: ConsumerMember) => void) {
    this.memberId = memberId;
    this.instanceId = instanceId;
    const session = () => fence(this);
    const rebalance = () => fence(this);
    const join = () => fence(this);
    const sync = () => fence(this);
    this.alarms = { session, rebalance, join, sync };
  }

  get epoch(): number {
    return this.holding.epoch;
  }

  hold(holding: Holding): void {
    this.previousEpoch = this.holding.epoch;
    this.holding = holding;
  }

  /** Whether it has what it is meant to have in this epoch. */
  isReconciled(epoch: number): boolean {
    return this.holding.state === "stable" && this.holding.epoch === epoch;
  }
}
