/**
 * One partition: who keeps it, who leads, and its log, which is made when it is first asked for. While it is reassigned
 * both old and new nodes keep it, until the new ones are in sync: KIP-455.
 */
import type { Log, Partition, Topic } from "../contract.ts";
import { KafkaError } from "../errors.ts";
import type { LogManager } from "../log/log-manager.ts";
import type { Replication } from "./replication.ts";

export interface PartitionSnapshot {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  /** Undefined where nobody has asked for it yet. */
  readonly log: unknown;
}

export interface PartitionTerms {
  readonly replicas: readonly number[];
  readonly logs: LogManager;
  readonly replication: Replication;
}

export class LocalPartition implements Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly #logs: LogManager;
  readonly #replication: Replication;
  #leader: number;
  #leaderEpoch = 0;
  #replicas: readonly number[];
  #inSync: readonly number[];
  #adding: readonly number[] = [];
  #removing: readonly number[] = [];
  #log: Log | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(topic: Topic, index: number, { replicas, logs, replication }: PartitionTerms) {
    this.topic = topic;
    this.index = index;
    this.#logs = logs;
    this.#replication = replication;
    this.#replicas = replicas;
    this.#inSync = replicas;
    this.#leader = replicas[0] ?? -1;
  }

  get leader(): number {
    return this.#leader;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get replicas(): readonly number[] {
    return this.#replicas;
  }

  get inSync(): readonly number[] {
    return this.#inSync;
  }

  get adding(): readonly number[] {
    return this.#adding;
  }

  get removing(): readonly number[] {
    return this.#removing;
  }

  get log(): Log {
    this.#log ??= this.#logs.create(this);
    return this.#log;
  }

  lead(node: number): void {
    this.#leader = node;
    this.#leaderEpoch++;
    // A copy: who waits further comes back in while it is told.
    for (const listener of new Set(this.#listeners)) listener();
  }

  onLed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  reassign(wanted: readonly number[]): void {
    const removing = inOrder(without(this.#replicas, wanted));
    const adding = inOrder(without(wanted, this.#replicas));
    this.#replicas = [...wanted, ...removing];
    // Where nothing is added or removed now, what was begun goes on.
    if (removing.length > 0) this.#removing = removing;
    if (adding.length > 0) this.#adding = adding;
    this.#finishReassignment();
    if (this.#isReassigned) this.#replication.follow(this);
  }

  cancelReassignment(): void {
    if (!this.#isReassigned) throw new KafkaError("NO_REASSIGNMENT_IN_PROGRESS");
    this.#keepOn(without(this.#replicas, this.#adding));
  }

  caughtUp(): void {
    this.#inSync = [...this.#inSync, ...without(this.#replicas, this.#inSync)];
    this.#finishReassignment();
  }

  configured(): void {
    this.#log?.configured();
  }

  /** A reassignment that is in progress is over in it. */
  snapshot(): PartitionSnapshot {
    const { leader, leaderEpoch } = this;
    const replicas = without(this.#replicas, this.#removing);
    const log = this.#log?.snapshot();
    if (replicas.includes(leader)) return { leader, leaderEpoch, replicas, log };
    return { leader: replicas[0] ?? -1, leaderEpoch: leaderEpoch + 1, replicas, log };
  }

  /** `moved`: how much the clock shows more than when the snapshot was taken. */
  restore({ leader, leaderEpoch, replicas, log }: PartitionSnapshot, moved: number): void {
    this.#leader = leader;
    this.#leaderEpoch = leaderEpoch;
    this.#replicas = replicas;
    this.#inSync = replicas;
    if (log !== undefined) this.#log = this.#logs.restore(this, log, moved);
  }

  close(): void {
    this.#replication.forget(this);
    this.#log?.close();
  }

  get #isReassigned(): boolean {
    return this.#adding.length > 0 || this.#removing.length > 0;
  }

  #finishReassignment(): void {
    const replicas = without(this.#replicas, this.#removing);
    if (replicas.every((node) => this.#inSync.includes(node))) this.#keepOn(replicas);
  }

  #keepOn(replicas: readonly number[]): void {
    const isLeft = without(this.#replicas, replicas).length > 0;
    this.#replicas = replicas;
    this.#inSync = this.#inSync.filter((node) => replicas.includes(node));
    this.#adding = [];
    this.#removing = [];
    this.#replication.forget(this);
    // Whoever keeps it no more hears so by a new epoch, even where the leader stays.
    if (!replicas.includes(this.#leader)) this.lead(replicas[0] ?? -1);
    else if (isLeft) this.lead(this.#leader);
  }
}

function without(nodes: readonly number[], others: readonly number[]): number[] {
  return nodes.filter((node) => !others.includes(node));
}

function inOrder(nodes: readonly number[]): number[] {
  return nodes.toSorted((one, other) => one - other);
}
