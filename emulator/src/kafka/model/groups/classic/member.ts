/** A member of a classic group, and the requests of its that wait for the others. */
import type {
  GroupClient,
  GroupProtocol,
  JoinAnswer,
  JoinRequest,
  MemberIdentity,
  SyncAnswer,
} from "../../group-contract.ts";

export const NOTHING: Buffer = Buffer.alloc(0);

export class ClassicMember implements MemberIdentity {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly client: GroupClient;
  sessionTimeout = 0;
  rebalanceTimeout = 0;
  protocols: readonly GroupProtocol[] = [];
  assignment: Buffer = NOTHING;
  /** Has not been in a generation yet: its session can end while it waits for one. */
  isNew = true;
  /** Ends its session. */
  readonly expire: () => void;
  #join: ((answer: JoinAnswer) => void) | null = null;
  #sync: ((answer: SyncAnswer) => void) | null = null;

  constructor(
    identity: MemberIdentity,
    client: GroupClient,
    expire: (member: ClassicMember) => void,
  ) {
    this.memberId = identity.memberId;
    this.instanceId = identity.instanceId;
    this.client = client;
    this.expire = () => expire(this);
  }

  get awaitsJoin(): boolean {
    return this.#join !== null;
  }

  get awaitsSync(): boolean {
    return this.#sync !== null;
  }

  update(request: Pick<JoinRequest, "protocols" | "sessionTimeout" | "rebalanceTimeout">): void {
    this.protocols = request.protocols;
    this.sessionTimeout = request.sessionTimeout;
    // Some clients say 0. Kafka would put them out of the group at once; they mean that they do not care.
    this.rebalanceTimeout =
      request.rebalanceTimeout > 0 ? request.rebalanceTimeout : request.sessionTimeout;
  }

  /** A join that waits already is never answered, as its client has given it up. */
  awaitJoin(): Promise<JoinAnswer> {
    return new Promise((resolve) => (this.#join = resolve));
  }

  awaitSync(): Promise<SyncAnswer> {
    return new Promise((resolve) => (this.#sync = resolve));
  }

  answerJoin(answer: JoinAnswer): void {
    this.#join?.(answer);
    this.#join = null;
  }

  /** Whether one waited. */
  answerSync(answer: SyncAnswer): boolean {
    const waited = this.awaitsSync;
    this.#sync?.(answer);
    this.#sync = null;
    return waited;
  }

  /** The protocol it would have of these. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find(({ name }) => candidates.has(name))?.name;
  }

  metadata(protocol: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING;
  }

  /** Whether these are the protocols that it has, in the same order. */
  matches(protocols: readonly GroupProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every(({ name, metadata }, index) => {
        const own = this.protocols[index];
        return own?.name === name && own.metadata.equals(metadata);
      })
    );
  }
}
