/** What INFO counts. CONFIG RESETSTAT begins again. */
import type { Failure } from "../values.ts";

/** Of one command. */
export class CommandStats {
  calls = 0;
  /** ms of the emulator's clock. */
  time = 0;
  /** It did not come to run: too few arguments, no permission. */
  rejected = 0;
  failed = 0;
  /** How often it took so many ms, where it took any. */
  readonly durations: Map<number, number> = new Map();

  called(took: number): void {
    this.calls++;
    if (took === 0) return;
    this.time += took;
    this.durations.set(took, (this.durations.get(took) ?? 0) + 1);
  }

  /** So many percent of its calls took no longer, µs. What the clock cannot tell counts as one. */
  percentile(percent: number): number {
    const wanted = (percent / 100) * this.calls;
    let counted = this.calls - [...this.durations.values()].reduce((sum, each) => sum + each, 0);
    for (const [took, count] of [...this.durations].sort(([a], [b]) => a - b)) {
      if (counted >= wanted) break;
      counted += count;
      if (counted >= wanted) return took * 1000;
    }
    return 1;
  }
}

/** More kinds of errors are not told apart. */
const ERROR_KINDS = 128;

export class Stats {
  connections = 0;
  commands = 0;
  expired = 0;
  evicted = 0;
  /** Values that were left to be freed in the background. */
  lazilyFreed = 0;
  /** Writes of keys. */
  changes = 0;
  hits = 0;
  misses = 0;
  bytesIn = 0;
  bytesOut = 0;
  errorReplies = 0;
  aclDenied: { auth: number; command: number; key: number; channel: number } = {
    auth: 0,
    command: 0,
    key: 0,
    channel: 0,
  };
  readonly errors: Map<string, number> = new Map();
  readonly byCommand: Map<string, CommandStats> = new Map();

  of(command: string): CommandStats {
    const found = this.byCommand.get(command);
    if (found !== undefined) return found;
    const made = new CommandStats();
    this.byCommand.set(command, made);
    return made;
  }

  /** An error was answered: counted by its code. */
  error(message: string): void {
    this.errorReplies++;
    const space = message.indexOf(" ");
    const code = space < 0 ? "ERR" : message.slice(0, space);
    if (this.errors.has(code) || this.errors.size < ERROR_KINDS)
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** A command did not come to run. */
  rejected(command: string, message: string): void {
    this.of(command).rejected++;
    this.error(message);
  }

  /** A command answered an error. */
  failed(command: string, { message, counted }: Failure): void {
    this.of(command).failed++;
    if (!counted) this.error(message);
  }

  reset(): void {
    const { errors, byCommand, ...numbers } = new Stats();
    Object.assign(this, numbers);
    this.errors.clear();
    this.byCommand.clear();
  }
}
