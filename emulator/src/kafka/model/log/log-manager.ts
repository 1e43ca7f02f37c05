/**
 * The logs of one cluster, and what happens to them by themselves: retention and compaction, on the clock; and the bound
 * of what they hold in memory. https://kafka.apache.org/documentation/#log
 */
import type { Clock } from "../../../clock.ts";
import { Deadlines } from "../../../deadlines.ts";
import type { Journal } from "../../../journal.ts";
import type { BrokerConfigs, Log } from "../contract.ts";
import { isDirty } from "./cleanable-range.ts";
import type { LogHost, LogOwner } from "./host.ts";
import { PartitionLog } from "./log.ts";
import { nextRetention } from "./retention.ts";
import type { LogSnapshot } from "./snapshot.ts";

export interface LogContext {
  readonly clock: Clock;
  readonly journal: Pick<Journal, "nextMessage">;
  readonly configs: BrokerConfigs;
  /** Bytes; beyond it the oldest records of the largest log go, whatever its retention says. */
  readonly memory?: number;
}

/** Of all logs together. Kafka keeps them on disk. */
const LOG_MEMORY = 512 * 1024 * 1024;

export class LogManager {
  readonly #context: LogContext;
  readonly #logs = new Set<PartitionLog>();
  readonly #retention: Deadlines<PartitionLog>;
  readonly #cleaning: Deadlines<PartitionLog>;
  #held = 0;

  constructor(context: LogContext) {
    this.#context = context;
    this.#retention = new Deadlines(context.clock, (log) => this.#retain(log));
    this.#cleaning = new Deadlines(context.clock, (log) => this.#clean(log));
  }

  create(owner: LogOwner): Log {
    const log = this.#open(owner);
    this.#logs.add(log);
    return log;
  }

  /** `moved`: how much the clock shows more than when the snapshot was taken. @throws {TypeError} */
  restore(owner: LogOwner, snapshot: unknown, moved: number): Log {
    const log = this.#open(owner);
    log.restore(snapshot as LogSnapshot, moved);
    this.#logs.add(log);
    return log;
  }

  close(): void {
    this.#retention.clear();
    this.#cleaning.clear();
    this.#logs.clear();
  }

  #open(owner: LogOwner): PartitionLog {
    const { clock, journal, configs } = this.#context;
    const host: LogHost = {
      now: () => clock.now(),
      nextMessage: () => journal.nextMessage(),
      config: (name) => configs.number(name),
      held: (bytes) => this.#hold(bytes),
      grown: (isAnew = false) => this.#planRetention(log, isAnew),
      rolled: () => this.#planCleaning(log),
      closed: () => this.#forget(log),
    };
    const log = new PartitionLog(owner, host);
    return log;
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    const limit = this.#context.memory ?? LOG_MEMORY;
    while (bytes > 0 && this.#held > limit) {
      const before = this.#held;
      this.#largest()?.shrink();
      if (this.#held >= before) return;
    }
  }

  #planRetention(log: PartitionLog, isAnew: boolean): void {
    if (!isAnew && this.#retention.get(log) !== undefined) return;
    const { clock, configs } = this.#context;
    const settings = log.owner.topic.configs;
    // What is compacted is the cleaner's, which comes by more often.
    const isCompacted = settings.get("cleanup.policy").includes("compact");
    const interval = isCompacted ? "log.cleaner.backoff.ms" : "log.retention.check.interval.ms";
    const { all } = log.segments;
    const at = nextRetention(all, settings, clock.now(), configs.number(interval));
    if (at === Number.POSITIVE_INFINITY) this.#retention.delete(log);
    else this.#retention.set(log, at);
  }

  #planCleaning(log: PartitionLog): void {
    const { clock, configs } = this.#context;
    if (!log.owner.topic.configs.get("cleanup.policy").includes("compact")) return;
    if (configs.get("log.cleaner.enable") === "false") return;
    if (this.#cleaning.get(log) !== undefined || !isDirty(log)) return;
    this.#cleaning.set(log, clock.now() + configs.number("log.cleaner.backoff.ms"));
  }

  #forget(log: PartitionLog): void {
    this.#logs.delete(log);
    this.#retention.delete(log);
    this.#cleaning.delete(log);
  }

  #retain(log: PartitionLog): void {
    log.retain(this.#context.clock.now());
    this.#planRetention(log, false);
  }

  #clean(log: PartitionLog): void {
    log.compact(this.#context.clock.now());
    // What time alone lets be compacted later; else a new segment brings it here again.
    const { configs } = log.owner.topic;
    const waits =
      configs.number("min.compaction.lag.ms") > 0 ||
      configs.number("max.compaction.lag.ms") < Number.MAX_SAFE_INTEGER ||
      log.lastStableOffset < log.highWatermark;
    if (waits) this.#planCleaning(log);
  }

  #largest(): PartitionLog | undefined {
    let largest: PartitionLog | undefined;
    let most = 0;
    for (const log of this.#logs) {
      const { memory } = log.segments;
      if (memory > most) [largest, most] = [log, memory];
    }
    return largest;
  }
}
