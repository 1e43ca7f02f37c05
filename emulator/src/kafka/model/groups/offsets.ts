/**
 * What a group has committed. Offsets of a transaction that is open are pending: nobody sees them until it commits.
 * https://kafka.apache.org/documentation/#impl_offsettracking
 */
import type { JournalClient } from "../../../journal.ts";
import type { CommittedOffset, GroupOffsets, OffsetCommitted } from "../contract.ts";

/** In the order in which they were said: a later plain commit stands over an earlier one of a transaction. */
interface Entry {
  readonly order: number;
  readonly offset: CommittedOffset;
}
type Table = Map<string, Map<number, Entry>>;
type Listener = (commit: OffsetCommitted) => void;

export class CommittedOffsets implements GroupOffsets {
  readonly groupId: string;
  readonly #inForce: Table = new Map();
  readonly #pending = new Map<number, Table>();
  readonly #tell: Listener;
  #order = 0;

  constructor(groupId: string, tell: Listener) {
    this.groupId = groupId;
    this.#tell = tell;
  }

  get all(): Iterable<readonly [string, number, CommittedOffset]> {
    return offsetsOf(this.#inForce);
  }

  /** Whether nothing is committed, nor about to be. */
  get isEmpty(): boolean {
    return this.#inForce.size === 0 && this.#pending.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#inForce.get(topic)?.get(partition)?.offset;
  }

  isUnstable(topic: string, partition: number): boolean {
    for (const table of this.#pending.values())
      if (table.get(topic)?.has(partition) === true) return true;
    return false;
  }

  commit(topic: string, partition: number, offset: CommittedOffset, client: JournalClient): void {
    this.#enforce(topic, partition, { order: ++this.#order, offset }, client);
  }

  commitPending(
    producerId: number,
    topic: string,
    partition: number,
    offset: CommittedOffset,
  ): void {
    let table = this.#pending.get(producerId);
    if (table === undefined) this.#pending.set(producerId, (table = new Map()));
    put(table, topic, partition, { order: ++this.#order, offset });
  }

  endTransaction(producerId: number, committed: boolean): void {
    const table = this.#pending.get(producerId);
    if (table === undefined) return;
    this.#pending.delete(producerId);
    if (!committed) return;
    for (const [topic, partitions] of table)
      for (const [partition, entry] of partitions) {
        const current = this.#inForce.get(topic)?.get(partition);
        if (current === undefined || current.order < entry.order)
          this.#enforce(topic, partition, entry, null);
      }
  }

  delete(topic: string, partition: number): void {
    remove(this.#inForce, topic, partition);
    for (const table of this.#pending.values()) remove(table, topic, partition);
  }

  /** Of a topic that is gone. */
  deleteTopic(topic: string): void {
    this.#inForce.delete(topic);
    for (const table of this.#pending.values()) table.delete(topic);
  }

  /** As a snapshot keeps it: what is in force, and what is pending by its producers. */
  toData(): GroupOffsetsData {
    return {
      inForce: [...offsetsOf(this.#inForce)],
      pending: [...this.#pending].map(([producer, table]) => [producer, [...offsetsOf(table)]]),
    };
  }

  /** From a snapshot, whose times are moved by `late`, ms. */
  fill(data: GroupOffsetsData, late: number): void {
    for (const [topic, partition, offset] of data.inForce)
      put(this.#inForce, topic, partition, { order: ++this.#order, offset: later(offset, late) });
    for (const [producer, offsets] of data.pending)
      for (const [topic, partition, offset] of offsets)
        this.commitPending(producer, topic, partition, later(offset, late));
  }

  #enforce(topic: string, partition: number, entry: Entry, client: JournalClient | null): void {
    const previous = this.get(topic, partition)?.offset;
    put(this.#inForce, topic, partition, entry);
    const { offset } = entry.offset;
    this.#tell({ group: this.groupId, topic, partition, offset, previous, client });
  }
}

type OffsetRow = readonly [topic: string, partition: number, offset: CommittedOffset];

export interface GroupOffsetsData {
  readonly inForce: readonly OffsetRow[];
  readonly pending: readonly (readonly [producerId: number, offsets: readonly OffsetRow[]])[];
}

function later(offset: CommittedOffset, ms: number): CommittedOffset {
  const { committed, expires } = offset;
  const moved = { ...offset, committed: committed + ms };
  return expires === undefined ? moved : { ...moved, expires: expires + ms };
}

function* offsetsOf(table: Table): Iterable<OffsetRow> {
  for (const [topic, partitions] of table)
    for (const [partition, { offset }] of partitions) yield [topic, partition, offset];
}

function put(table: Table, topic: string, partition: number, entry: Entry): void {
  let partitions = table.get(topic);
  if (partitions === undefined) table.set(topic, (partitions = new Map()));
  partitions.set(partition, entry);
}

function remove(table: Table, topic: string, partition: number): void {
  const partitions = table.get(topic);
  if (partitions?.delete(partition) && partitions.size === 0) table.delete(topic);
}
