/**
 * Streams of storage "file" in a folder, one file each: they outlive a process that is killed. What was acknowledged has
 * been handed to the system; nothing waits for the disk.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { StoredMessage } from "./contract.ts";
import { decodeRecords, encodeRecord, type FileRecord } from "./file-records.ts";
import type { StreamConfig } from "./stream-config.ts";
import type { StreamLog } from "./stream-log.ts";
import type { StreamRecord } from "./stream-record.ts";

const SUFFIX = ".stream";
/** A file is written anew when it is so much longer than twice what it had when it was last written. */
const SLACK = 4 * 1024 * 1024;
/** How long a consumer's state may wait to be written, ms. nats-server waits too. */
const CONSUMER_DELAY = 50;

/** What the file asks of its stream. */
export interface Kept {
  snapshot(): StreamRecord;
  consumer(name: string): unknown;
}

export class StreamFiles {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
    mkdirSync(folder, { recursive: true });
  }

  /** What the folder has. `number` gives each message its place in this emulator's journal. */
  read(number: () => number): StreamRecord[] {
    const files = readdirSync(this.#folder).filter((file) => file.endsWith(SUFFIX));
    return files.flatMap((file) => {
      const { records } = decodeRecords(readFileSync(join(this.#folder, file)), number);
      return replay(records) ?? [];
    });
  }

  /** Writes the stream down as it is, and then what happens to it. */
  open(name: string, kept: Kept): StreamLog {
    // A stream's name may be as long as the longest file name.
    const safe = name.length <= 200 && /^[\w-]+$/.test(name);
    const file = safe ? name : createHash("sha256").update(name).digest("hex");
    return new StreamFile(join(this.#folder, `${file}${SUFFIX}`), kept, this.#clock);
  }
}

class StreamFile implements StreamLog {
  readonly #path: string;
  readonly #kept: Kept;
  readonly #clock: Clock;
  #file = -1;
  #length = 0;
  #lengthWhenWritten = 0;
  readonly #written = new Set<string>();
  readonly #changed = new Set<string>();
  #cancel: (() => void) | undefined;

  constructor(path: string, kept: Kept, clock: Clock) {
    this.#path = path;
    this.#kept = kept;
    this.#clock = clock;
    this.#rewrite();
  }

  configured(config: StreamConfig, created: number): void {
    this.#write({ kind: "config", config, created });
  }

  appended(message: StoredMessage): void {
    this.#write({ kind: "message", message });
  }

  removed(seqs: readonly number[]): void {
    this.#write({ kind: "removed", seqs });
  }

  skipped(seq: number, first: number, time: number): void {
    this.#write({ kind: "skipped", seq, first, time });
  }

  consumerChanged(name: string): void {
    const snapshot = this.#kept.consumer(name);
    this.#changed.add(name);
    // A consumer that is new, or gone, is known as such at once.
    if (!this.#written.has(name) || snapshot === undefined) this.#writeConsumers();
    else this.#cancel ??= this.#clock.after(CONSUMER_DELAY, () => this.#writeConsumers());
  }

  close(): void {
    if (this.#file < 0) return;
    this.#writeConsumers();
    this.#cancel?.();
    closeSync(this.#file);
    this.#file = -1;
  }

  destroy(): void {
    if (this.#file < 0) return;
    this.#cancel?.();
    closeSync(this.#file);
    this.#file = -1;
    rmSync(this.#path, { force: true });
  }

  #writeConsumers(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const name of this.#changed) {
      const snapshot = this.#kept.consumer(name);
      if (snapshot === undefined) this.#written.delete(name);
      else this.#written.add(name);
      this.#write({ kind: "consumer", name, snapshot });
    }
    this.#changed.clear();
  }

  #write(record: FileRecord): void {
    if (this.#file < 0) return;
    this.#length += writeSync(this.#file, encodeRecord(record));
    if (this.#length > 2 * this.#lengthWhenWritten + SLACK) this.#rewrite();
  }

  /** All that is there, into a new file that takes the old one's place when it is whole. */
  #rewrite(): void {
    const { config, created, messages, consumers, first, last, lastTime } = this.#kept.snapshot();
    const path = `${this.#path}.new`;
    const file = openSync(path, "w");
    let length = writeSync(file, encodeRecord({ kind: "config", config, created }));
    for (const message of messages)
      length += writeSync(file, encodeRecord({ kind: "message", message }));
    const end = { kind: "skipped", seq: last, first, time: lastTime } as const;
    length += writeSync(file, encodeRecord(end));
    for (const { name, snapshot } of consumers) {
      length += writeSync(file, encodeRecord({ kind: "consumer", name, snapshot }));
      this.#written.add(name);
    }
    renameSync(path, this.#path);
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = file;
    this.#length = this.#lengthWhenWritten = length;
  }
}

/** What the records leave; undefined where not even the configuration was whole. */
function replay(records: readonly FileRecord[]): StreamRecord | undefined {
  const messages = new Map<number, StoredMessage>();
  const consumers = new Map<string, unknown>();
  let described: { config: StreamConfig; created: number } | undefined;
  let last = 0;
  let first = 0;
  let lastTime = 0;
  for (const record of records) {
    if (record.kind === "config") described = record;
    else if (record.kind === "message") {
      const { message } = record;
      messages.set(message.seq, message);
      last = message.seq;
      lastTime = message.time;
    } else if (record.kind === "removed") for (const seq of record.seqs) messages.delete(seq);
    else if (record.kind === "skipped") {
      last = record.seq;
      first = record.first;
      lastTime = record.time;
    } else if (record.snapshot === undefined) consumers.delete(record.name);
    else consumers.set(record.name, record.snapshot);
  }
  if (described === undefined) return undefined;
  const { config, created } = described;
  const kept = [...consumers].map(([name, snapshot]) => ({ name, snapshot }));
  // When all messages have gone, the next one is the first.
  const empty = messages.size === 0 ? last + 1 : first;
  return {
    config,
    created,
    messages: [...messages.values()],
    first: empty,
    last,
    lastTime,
    consumers: kept,
  };
}
