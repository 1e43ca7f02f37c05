/** What the journal says of records: published, delivered, acknowledged, lost. */
import type { Journal, JournalClient, JournalEntry, JournalKind } from "../../journal.ts";
import { JOURNAL_EVENTS } from "../../journal.ts";
import type { Cluster, OffsetCommitted, Partition } from "../model/contract.ts";
import type { Batch } from "../wire/record-batch.ts";
import { commit, deliver, type Place, Progress } from "./progress.ts";
import { countBetween, RecordRun } from "./record-run.ts";

export class Ledger {
  readonly #journal: Journal;
  readonly #cluster: Cluster;
  readonly #progress = new Progress();

  constructor(journal: Journal, cluster: Cluster) {
    this.#journal = journal;
    this.#cluster = cluster;
    cluster.groups.onCommit((committed) => this.#committed(committed));
  }

  published(partition: Partition, batches: readonly Batch[], client: JournalClient): void {
    this.#record(partition, batches, { ...ALL, client, kind: "published" });
  }

  /** What a client was sent from `offset` on; batches begin before it where they are not cut. */
  delivered(
    partition: Partition,
    batches: readonly Batch[],
    offset: number,
    client: JournalClient,
  ): void {
    const { topic, index } = partition;
    const events = { ...ALL, from: offset, client, kind: "delivered" as const };
    const group = this.#cluster.groups.reader(client, topic, index);
    if (group === undefined) {
      const more = { subscription: { pattern: topic.name } };
      return this.#record(partition, batches, { ...events, more });
    }
    const place = this.#progress.placeOf(group, topic.name, index, offset);
    const more = { subscription: { pattern: topic.name, group } };
    this.#record(partition, batches, { ...events, more, place });
  }

  /** They do not reach the client. */
  lost(partition: Partition, batches: readonly Batch[], from: number, to: Loss): void {
    const { client, reason } = to;
    this.#record(partition, batches, { ...ALL, from, client, kind: "dropped", more: { reason } });
  }

  /** What was to be published and was taken before anybody looked at it. */
  taken({ topic, index, records }: Taken, { client, reason }: Loss): void {
    const content = { size: records.length, read: () => ({ headers: {}, payload: records }) };
    const entry = {
      protocol: "kafka" as const,
      channel: topic,
      partition: index,
      message: this.#journal.nextMessage(),
      client,
      content,
    };
    this.#journal.record({ ...entry, kind: "published" });
    this.#journal.record({ ...entry, kind: "dropped", reason });
  }

  /** A commit acknowledges what the group was given since the last one. */
  #committed({ group, topic, partition: index, offset, client }: OffsetCommitted): void {
    const place = this.#progress.placeOf(group, topic, index, offset);
    const { from, to } = commit(place, offset);
    const partition = this.#cluster.topics.get(topic)?.partitions[index];
    if (partition === undefined) return;
    const { log } = partition;
    const more = { subscription: { pattern: topic, group } };
    let next = Math.max(from, to - JOURNAL_EVENTS, log.startOffset);
    // A group may commit what the log does not have yet, or has no longer since the topic was made anew.
    while (next < Math.min(to, log.highWatermark)) {
      const terms = { maxBytes: READ_AT_ONCE, atLeastOne: true, committedOnly: false };
      const { batches } = log.read(next, terms);
      const last = batches.at(-1);
      if (last === undefined) return;
      const events = { from: next, to, client, kind: "acknowledged" as const, more };
      this.#record(partition, batches, events);
      next = last.lastOffset + 1;
    }
  }

  #record({ topic, index, log }: Partition, batches: readonly Batch[], events: Events): void {
    const { from, to, client, kind, more, place } = events;
    const about = { kind, channel: topic.name, partition: index, client, ...more };
    const again = { ...about, kind: "redelivered" as const };
    for (const batch of batches) {
      if (batch.isControl) continue;
      const { baseOffset, lastOffset } = batch;
      const message = log.messageAt(baseOffset);
      if (message === undefined) continue;
      const begin = Math.max(from, baseOffset);
      const end = Math.min(to, lastOffset + 1);
      if (begin >= end || countBetween(batch, begin, end) === 0) continue;
      const fresh = place === undefined ? begin : deliver(place, begin, end);
      if (begin < fresh) this.#run(new RecordRun(batch, begin, fresh, message, again));
      if (fresh < end) this.#run(new RecordRun(batch, fresh, end, message, about));
    }
  }

  #run(run: RecordRun): void {
    if (run.count > 0) this.#journal.recordRun(run);
  }
}

/** Which records are meant, and what is said of them. */
interface Events {
  readonly from: number;
  /** The first that is not. */
  readonly to: number;
  readonly client: JournalClient | null;
  readonly kind: JournalKind;
  readonly more?: Pick<JournalEntry, "subscription" | "reason">;
  /** Where it is known how far its reader was: what came before is redelivered. */
  readonly place?: Place;
}

const ALL = { from: 0, to: Number.POSITIVE_INFINITY } as const;

/** Whose messages are lost, and why. */
interface Loss {
  readonly client: JournalClient;
  readonly reason: string;
}

interface Taken {
  readonly topic: string;
  readonly index: number;
  readonly records: Buffer;
}

const READ_AT_ONCE = 1024 * 1024;
