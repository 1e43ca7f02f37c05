/**
 * Where a mirror or a stream with sources takes its messages from: other streams of the same account.
 * https://docs.nats.io/nats-concepts/jetstream/source_and_mirror
 */
import type { Heard, StoredMessage } from "./contract.ts";
import { headerValue, withHeaders, withoutHeaders } from "./header-block.ts";
import { sourceIndex } from "./source-rules.ts";
import type { StreamSource } from "./stream-config.ts";
import type { Stream } from "./stream.ts";
import { subjectTest } from "./subject-sets.ts";
import { SubjectTransform } from "./subject-transform.ts";

const SOURCE_HEADER = "Nats-Stream-Source";
const NS_PER_MS = 1_000_000;

export interface OriginInfo {
  readonly mirror?: object;
  readonly sources?: readonly object[];
}

interface Feed {
  readonly source: StreamSource;
  readonly test: (subject: string) => boolean;
  readonly transforms: readonly SubjectTransform[];
  origin: Stream | undefined;
  stop: () => void;
  /** The origin's next message that has not been looked at. */
  next: number;
  /** When something last came; 0 for never. */
  active: number;
}

export class Origins {
  readonly #target: Stream;
  readonly #find: (name: string) => Stream | undefined;
  readonly #receive: (heard: Heard) => void;
  readonly #now: () => number;
  #feeds: Feed[] = [];

  /** `receive` is how a source's message comes into the target, as if it had been published. */
  constructor(
    target: Stream,
    parts: {
      readonly find: (name: string) => Stream | undefined;
      readonly receive: (heard: Heard) => void;
      readonly now: () => number;
    },
  ) {
    this.#target = target;
    this.#find = parts.find;
    this.#receive = parts.receive;
    this.#now = parts.now;
  }

  /** Takes the sources that the target's configuration names, those of before from where they were. */
  configure(): void {
    const { mirror, sources = [] } = this.#target.config;
    const before = this.#feeds;
    for (const feed of before) feed.stop();
    this.#feeds = (mirror === undefined ? sources : [mirror]).map((source) => {
      const index = sourceIndex(source);
      const known = before.find((feed) => sourceIndex(feed.source) === index);
      return feedOf(source, known?.next ?? this.#resumeAt(source, index), known?.active ?? 0);
    });
    this.attach();
  }

  /** Looks for the origins again: a stream has come or gone. */
  attach(): void {
    for (const feed of this.#feeds) {
      // What another account or server has cannot be reached from here.
      const origin = feed.source.external === undefined ? this.#find(feed.source.name) : undefined;
      if (origin === feed.origin) continue;
      feed.stop();
      feed.stop = () => {};
      feed.origin = origin;
      if (origin !== undefined) this.#follow(feed, origin);
    }
  }

  stop(): void {
    for (const feed of this.#feeds) feed.stop();
    this.#feeds = [];
  }

  info(now: number): OriginInfo {
    const shown = this.#feeds.map((feed) => {
      const { source, origin, active } = feed;
      return {
        name: source.name,
        external: source.external,
        lag: origin === undefined ? 0 : Math.max(0, origin.last + 1 - Math.max(feed.next, 1)),
        active: active === 0 ? -1 : (now - active) * NS_PER_MS,
        filter_subject: source.filter_subject,
        subject_transforms: source.subject_transforms,
      };
    });
    const [first] = shown;
    if (first === undefined) return {};
    return this.#target.config.mirror === undefined ? { sources: shown } : { mirror: first };
  }

  #follow(feed: Feed, origin: Stream): void {
    const { opt_start_time: start } = feed.source;
    if (feed.next === 0) feed.next = start === undefined ? 1 : origin.firstAt(Date.parse(start));
    const take = (message: StoredMessage) => {
      feed.next = message.seq + 1;
      this.#take(feed, message);
      // With interest or work queue retention the origin keeps it for nobody else.
      if (!origin.wanted(message.seq, message.subject)) origin.settled(message.seq);
    };
    // A target that is its own origin in a ring gets each message once: what it takes, it takes from `next` on.
    for (
      let message = origin.next(feed.next, []);
      message !== undefined;
      message = origin.next(feed.next, [])
    )
      take(message);
    const follow = (message: StoredMessage) => {
      if (message.seq >= feed.next) take(message);
    };
    origin.followers.add(follow);
    feed.stop = () => {
      origin.followers.delete(follow);
    };
  }

  #take(feed: Feed, message: StoredMessage): void {
    feed.active = this.#now();
    if (!feed.test(message.subject)) return;
    const subject = transformed(feed, message.subject);
    if (this.#target.config.mirror !== undefined) {
      // A mirror keeps numbers and times; what it has already it does not take again.
      if (message.seq > this.#target.last) this.#target.append({ ...message, subject });
      return;
    }
    const { seq, number, payload } = message;
    const bare = strip(message.headers);
    const [name, ...rest] = sourceIndex(feed.source).split(" ");
    // A counter adds up each of its origin's subjects by itself.
    const counter = this.#target.config.allow_msg_counter ? [message.subject] : [];
    const place = [name, seq, ...rest, ...counter].join(" ");
    const headers = withHeaders(bare, [[SOURCE_HEADER, place]]);
    this.#receive({ subject, headers, payload, number, client: null });
  }

  /** The origin's number to go on with after a restart; 0 where there is nothing yet to go on from. */
  #resumeAt(source: StreamSource, index: string): number {
    const target = this.#target;
    if (target.config.mirror !== undefined && target.last > 0) return target.last + 1;
    for (let seq = target.last; seq >= target.first && seq > 0; seq--) {
      const header = headerValue(target.get(seq)?.headers, SOURCE_HEADER);
      const [name, origin, filter, destination] = header?.split(" ") ?? [];
      if ([name, filter, destination].join(" ") === index) return Number(origin) + 1;
    }
    return source.opt_start_seq ?? 0;
  }
}

function feedOf(source: StreamSource, next: number, active: number): Feed {
  const transforms = source.subject_transforms ?? [];
  const filters =
    transforms.length > 0
      ? transforms.map(({ src }) => src || ">")
      : source.filter_subject === undefined
        ? []
        : [source.filter_subject];
  return {
    source,
    test: subjectTest(filters),
    transforms: transforms.flatMap(({ src, dest }) => SubjectTransform.of(src, dest) ?? []),
    origin: undefined,
    stop: () => {},
    next,
    active,
  };
}

/** By the first transform that matches; a source with an empty destination only filters. */
function transformed({ transforms }: Feed, subject: string): string {
  for (const transform of transforms) {
    const made = transform.apply(subject);
    if (made !== undefined) return made;
  }
  return subject;
}

/** What the origin's own publisher expected, and where the origin had it from, is not said again. */
function strip(headers: Uint8Array | undefined): Uint8Array | undefined {
  if (headers === undefined) return undefined;
  let bare: Uint8Array | undefined = headers;
  for (const prefix of [`${SOURCE_HEADER}:`, "Nats-Expected-", "Nats-Batch-"])
    bare = bare && withoutHeaders(bare, prefix);
  return bare;
}
