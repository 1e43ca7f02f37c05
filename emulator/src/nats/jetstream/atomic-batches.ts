/**
 * Messages that a stream takes all together or not at all: they wait here until the last of them says so. allow_atomic of
 * nats-server 2.12, ADR-50 of nats-architecture-and-design.
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import { asksTooMuch } from "./api-level.ts";
import type { ApiError, Heard, JetStreamView } from "./contract.ts";
import { headerValue, withHeaders, withoutHeaders } from "./header-block.ts";
import { refusePublish } from "./publish-refusals.ts";

const MOST_MESSAGES = 1000;
const MOST_BATCHES = 50;
const LONGEST_ID = 64;
/** How long a batch may wait for its next message, ms. */
const PATIENCE = 10_000;

/** Why a batch ends without being stored. */
type Abandoned = "timeout" | "large" | "incomplete" | "unsupported";

export class AtomicBatches {
  readonly #clock: Clock;
  readonly #abandoned: (id: string, reason: Abandoned, messages: readonly Heard[]) => void;
  readonly #batches = new Map<string, Heard[]>();
  readonly #deadlines: Deadlines<string>;

  /** `abandoned` is told of each batch that comes to nothing, but for those that are refused in its last message. */
  constructor(
    clock: Clock,
    abandoned: (id: string, reason: Abandoned, messages: readonly Heard[]) => void,
  ) {
    this.#clock = clock;
    this.#abandoned = abandoned;
    this.#deadlines = new Deadlines(clock, (id) => {
      const messages = this.#batches.get(id) ?? [];
      this.#batches.delete(id);
      abandoned(id, "timeout", messages);
    });
  }

  /** Takes a message. Gives the whole batch with the last one, undefined with those before. @throws {ApiError} */
  take(id: string, message: Heard): readonly Heard[] | undefined {
    if (id.length > LONGEST_ID) throw refusePublish("badBatchId");
    const place = headerValue(message.headers, "Nats-Batch-Sequence") ?? "";
    if (!/^\d+$/.test(place)) throw refusePublish("batchSequenceMissing");
    const seq = Number(place);
    const commit = headerValue(message.headers, "Nats-Batch-Commit");
    // The end of a batch is no message of it.
    const size = commit === "eob" ? seq - 1 : seq;
    const batch = this.#batches.get(id) ?? this.#begin(id, seq, size);
    if (commit !== undefined && commit !== "1" && commit !== "eob") {
      this.#end(id);
      throw refusePublish("badCommit");
    }
    if (asksTooMuch(message.headers)) throw this.#abandon(id, "unsupported");
    if (seq !== batch.length + 1 || size === 0) throw this.#abandon(id, "incomplete");
    if (size > MOST_MESSAGES) throw this.#abandon(id, "large");
    this.#deadlines.set(id, this.#clock.now() + PATIENCE);
    if (commit !== "eob") batch.push(bare(message));
    if (commit === undefined) return undefined;
    this.#end(id);
    return commit === "eob" ? withCommit(batch) : batch;
  }

  clear(): void {
    this.#batches.clear();
    this.#deadlines.clear();
  }

  #begin(id: string, seq: number, size: number): Heard[] {
    if (seq !== 1)
      throw size > MOST_MESSAGES
        ? refusePublish("batchTooLarge", MOST_MESSAGES)
        : refusePublish("batchIncomplete");
    if (this.#batches.size >= MOST_BATCHES) throw refusePublish("tooManyBatches");
    const batch: Heard[] = [];
    this.#batches.set(id, batch);
    return batch;
  }

  #abandon(id: string, reason: keyof typeof REFUSALS): ApiError {
    const messages = this.#batches.get(id) ?? [];
    this.#end(id);
    this.#abandoned(id, reason, messages);
    return refusePublish(REFUSALS[reason], MOST_MESSAGES);
  }

  #end(id: string): void {
    this.#batches.delete(id);
    this.#deadlines.delete(id);
  }
}

export function adviseAbandoned(
  { advise }: JetStreamView,
  stream: string,
  batch: string,
  reason: string,
): void {
  advise(
    `$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.${stream}`,
    "io.nats.jetstream.advisory.v1.stream_batch_abandoned",
    { stream, batch, reason },
  );
}

const REFUSALS = {
  large: "batchTooLarge",
  incomplete: "batchIncomplete",
  unsupported: "apiLevel",
} as const;

/** What was asked of the server is not kept. */
function bare(message: Heard): Heard {
  const headers = message.headers && withoutHeaders(message.headers, "Nats-Required-Api-Level:");
  return headers === undefined ? message : { ...message, headers };
}

/** The last message says that it is the last, also where the client said so afterwards. */
function withCommit(batch: readonly Heard[]): readonly Heard[] {
  return batch.map((message, at) =>
    at < batch.length - 1
      ? message
      : { ...message, headers: withHeaders(message.headers, [["Nats-Batch-Commit", "1"]]) },
  );
}
