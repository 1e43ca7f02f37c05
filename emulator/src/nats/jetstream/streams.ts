/** The streams of one account: how they come, change and go. */
import type { Heard, JetStreamOptions, JetStreamView } from "./contract.ts";
import { hearDirectGets } from "./direct-get.ts";
import { refusal } from "./errors.ts";
import { Origins } from "./origins.ts";
import { receive } from "./publishing.ts";
import { sameConfig, type StreamConfig } from "./stream-config.ts";
import type { StreamFiles } from "./file-store.ts";
import { type StreamInfo, streamInfo } from "./stream-info.ts";
import { checkConfig, checkUpdate } from "./stream-rules.ts";
import type { StreamRecord } from "./stream-record.ts";
import { Stream } from "./stream.ts";
import { subjectsCollide } from "./subject-sets.ts";
import { SubjectTransform } from "./subject-transform.ts";

export class Streams {
  readonly #jetstream: JetStreamView;
  readonly #options: JetStreamOptions;
  readonly #files: StreamFiles | undefined;
  readonly #streams = new Map<string, Stream>();
  readonly #directs = new Map<Stream, () => void>();
  readonly #origins = new Map<Stream, Origins>();

  /** `files`: where streams of storage "file" are kept; without, they are in memory like the others. */
  constructor(jetstream: JetStreamView, options: JetStreamOptions, files: StreamFiles | undefined) {
    this.#jetstream = jetstream;
    this.#options = options;
    this.#files = files;
  }

  /** Of all streams: the only server there is. */
  get leader(): string {
    return this.#options.serverName;
  }

  info(stream: Stream, deleted: boolean): StreamInfo {
    const now = this.now();
    return streamInfo(stream, {
      now,
      domain: this.#jetstream.domain,
      origins: this.#origins.get(stream)?.info(now) ?? {},
      deleted,
    });
  }

  now(): number {
    return this.#jetstream.surroundings.clock.now();
  }

  get(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  /** By name. */
  all(): Stream[] {
    return [...this.#streams.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What all streams of one storage take. */
  bytes(storage: "file" | "memory"): number {
    let sum = 0;
    for (const stream of this.#streams.values())
      if (stream.config.storage === storage) sum += stream.store.bytes;
    return sum;
  }

  /** What streams of one storage have for themselves by max_bytes. */
  reserved(storage: "file" | "memory"): number {
    let sum = 0;
    for (const { config } of this.#streams.values())
      if (config.storage === storage && config.max_bytes > 0) sum += config.max_bytes;
    return sum;
  }

  /** @throws {ApiError} */
  check(config: StreamConfig): StreamConfig {
    return checkConfig(config, (name) => this.#streams.get(name)?.config);
  }

  /** Makes it, or gives the one that is there where that is just the same. @throws {ApiError} */
  create(asked: StreamConfig): Stream {
    const config = this.check(asked);
    if (config.num_replicas > 1) throw refusal("replicasNotSupported");
    const known = this.#streams.get(config.name);
    if (known !== undefined) {
      if (!sameConfig(known.config, config)) throw refusal("nameInUse");
      return known;
    }
    this.#checkRoom(config, 0);
    this.#checkOverlap(config, undefined);
    if (
      config.subject_transform !== undefined &&
      SubjectTransform.of(config.subject_transform.src, config.subject_transform.dest) === undefined
    ) {
      const { src, dest } = config.subject_transform;
      throw refusal(
        "streamCreate",
        `stream subject transform from '${src}' to '${dest}': nats: subject transform not valid`,
      );
    }
    const stream = new Stream(this.#jetstream, config, this.now());
    this.keep(stream);
    this.#begin(stream);
    this.#advise(stream, "CREATED", "create");
    return stream;
  }

  /** Puts back what a snapshot or a file kept. Its consumers come after all streams are there. */
  revive(record: StreamRecord): Stream {
    const stream = new Stream(this.#jetstream, record.config, record.created);
    stream.restore(record);
    return this.#begin(stream);
  }

  /** Keeps it from now on where streams of its storage are kept. Its consumers are there. */
  keep(stream: Stream): void {
    if (this.#files === undefined || stream.config.storage !== "file") return;
    const kept = {
      snapshot: () => stream.snapshot(),
      consumer: (name: string) => stream.consumers.get(name)?.snapshot(),
    };
    stream.keepIn(this.#files.open(stream.name, kept));
  }

  /** `config` has been checked. @throws {ApiError} */
  update(stream: Stream, config: StreamConfig): void {
    const next = checkUpdate(stream.config, config);
    this.#checkRoom(next, Math.max(stream.config.max_bytes, 0));
    this.#checkOverlap(next, stream);
    stream.update(next);
    this.#hear(stream);
    this.#origins.get(stream)?.configure();
    this.#advise(stream, "UPDATED", "modify");
  }

  remove(stream: Stream): void {
    this.#silence(stream);
    this.#streams.delete(stream.name);
    stream.end("Stream Deleted");
    this.#attachAll();
    this.#advise(stream, "DELETED", "delete");
  }

  /** Ends all; `reason` is what consumers are told. */
  end(reason: "Stream Deleted" | "Server Shutdown"): void {
    for (const stream of this.#streams.values()) {
      this.#silence(stream);
      stream.end(reason);
    }
    this.#streams.clear();
  }

  #begin(stream: Stream): Stream {
    this.#streams.set(stream.name, stream);
    const origins = new Origins(stream, {
      find: (name) => this.#streams.get(name),
      receive: (heard) => this.#receive(stream, heard, true),
      now: () => this.now(),
    });
    this.#origins.set(stream, origins);
    this.#hear(stream);
    origins.configure();
    this.#attachAll();
    return stream;
  }

  #receive(stream: Stream, heard: Heard, sourced: boolean): void {
    const [jetstream, hasRoom] = [this.#jetstream, this.#hasRoom];
    receive(heard, { stream, jetstream, hasRoom, sourced });
  }

  /** A stream that came or went may be what others take their messages from. */
  #attachAll(): void {
    for (const origins of this.#origins.values()) origins.attach();
  }

  #hear(stream: Stream): void {
    this.#hush(stream);
    stream.listen((heard, sourced) => this.#receive(stream, heard, sourced));
    if (stream.config.allow_direct)
      this.#directs.set(stream, hearDirectGets(stream, this.#jetstream));
  }

  #hush(stream: Stream): void {
    stream.silence();
    this.#directs.get(stream)?.();
    this.#directs.delete(stream);
  }

  #silence(stream: Stream): void {
    this.#hush(stream);
    this.#origins.get(stream)?.stop();
    this.#origins.delete(stream);
  }

  readonly #hasRoom = (storage: "file" | "memory", bytes: number): boolean => {
    const limit = this.#limit(storage);
    return limit < 0 || this.bytes(storage) + bytes <= limit;
  };

  #limit(storage: "file" | "memory"): number {
    return storage === "file" ? this.#options.maxStorage : this.#options.maxMemory;
  }

  #checkRoom({ storage, max_bytes }: StreamConfig, freed: number): void {
    const limit = this.#limit(storage);
    if (limit < 0) return;
    if (this.reserved(storage) - freed + Math.max(max_bytes, 0) > limit)
      throw refusal(storage === "file" ? "storageResources" : "memoryResources");
  }

  #checkOverlap(config: StreamConfig, self: Stream | undefined): void {
    const mine = config.subjects ?? [];
    for (const stream of this.#streams.values()) {
      if (stream === self) continue;
      const theirs = stream.config.subjects ?? [];
      if (mine.some((one) => theirs.some((other) => subjectsCollide(one, other))))
        throw refusal("subjectsOverlap");
    }
  }

  #advise(stream: Stream, event: "CREATED" | "UPDATED" | "DELETED", action: string): void {
    this.#jetstream.advise(
      `$JS.EVENT.ADVISORY.STREAM.${event}.${stream.name}`,
      "io.nats.jetstream.advisory.v1.stream_action",
      { stream: stream.name, action },
    );
  }
}
