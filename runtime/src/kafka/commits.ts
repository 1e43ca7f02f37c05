/** What a group is told of its partitions: of each the lowest unfinished offset, now and then, and at once where asked. */
import type { Consumer } from "./client.ts";
import type { Partition } from "./partition.ts";

export interface CommitsTerms {
  /** How long what is done may go uncommitted, ms. */
  readonly interval: number;
  /** Those of now. */
  assigned(): readonly Partition[];
  /** Whether the generation is in force. */
  isActive(): boolean;
  /** Absent while there is nobody who could commit. */
  consumer(): Pick<Consumer, "commitOffsets"> | undefined;
  failed(error: unknown): void;
}

export class Commits {
  readonly #terms: CommitsTerms;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(terms: CommitsTerms) {
    this.#terms = terms;
  }

  soon(): void {
    if (this.#timer !== undefined) return;
    const { interval, assigned, isActive, failed } = this.#terms;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!isActive()) return;
      void this.now()
        .catch((error: unknown) => {
          if (isActive()) failed(error);
        })
        .finally(() => {
          if (assigned().some(isBehind)) this.soon();
        });
    }, interval);
  }

  /** Resolves when what is done up to this offset is committed. */
  async upTo(partition: Partition, offset: number): Promise<void> {
    while (partition.committed <= offset && partition.floor > offset && this.#terms.isActive())
      await this.now();
  }

  /** As `now`, and of partitions of which the group has nothing yet. */
  begin(): Promise<void> {
    return this.#commit((partition) => partition.committed < 0 || isBehind(partition));
  }

  now(): Promise<void> {
    return this.#commit(isBehind);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** One at a time, so that no older offsets come after newer ones. */
  async #commit(isDue: (partition: Partition) => boolean): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    const due = this.#terms.assigned().filter(isDue);
    const consumer = this.#terms.consumer();
    if (due.length === 0 || consumer === undefined) return;
    const offsets = due.map((partition) => ({ partition, offset: partition.floor }));
    this.#running = consumer
      .commitOffsets(
        offsets.map(({ partition: { topic, number }, offset }) => ({
          topic,
          partition: number,
          offset: String(offset),
        })),
      )
      .then(() => {
        for (const { partition, offset } of offsets) partition.committed = offset;
      });
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
  }
}

const isBehind = ({ floor, committed }: Partition): boolean => floor > committed;
