/** A consumer: a place in a stream, and a record of what was delivered and acknowledged. https://docs.nats.io/nats-concepts/jetstream/consumers */
import { ackPattern } from "./ack-subject.ts";
import { ConsumerAcks } from "./consumer-acks.ts";
import { ConsumerAdvisories } from "./consumer-advisories.ts";
import { type ConsumerConfig, filtersOf, inOrder } from "./consumer-config.ts";
import { Cursor, type CursorSnapshot } from "./consumer-cursor.ts";
import { ConsumerDelivery } from "./consumer-delivery.ts";
import { Inactivity } from "./consumer-inactivity.ts";
import { iso, sequences } from "./consumer-info.ts";
import { Ledger, type LedgerSnapshot } from "./consumer-ledger.ts";
import type { Outlet, OutletSteps } from "./consumer-outlet.ts";
import { Pace } from "./consumer-pace.ts";
import { Pause } from "./consumer-pause.ts";
import type { ConsumerView, JetStreamView, StoredMessage, StreamView } from "./contract.ts";
import { PriorityGroups } from "./priority-groups.ts";
import { PullQueue } from "./pull-queue.ts";
import { PushSubject } from "./push-subject.ts";
import { isSubset } from "./subject-sets.ts";

/** What of a consumer outlives the process. */
export interface ConsumerSnapshot {
  readonly name: string;
  readonly config: ConsumerConfig;
  readonly created: number;
  readonly delivered: number;
  readonly lastDelivered?: number;
  readonly lastAcknowledged?: number;
  readonly cursor: CursorSnapshot;
  readonly ledger: LedgerSnapshot;
}

/** What is no limit of the stream: nats-server's default max_payload. */
const LARGEST_MESSAGE = 1024 * 1024;

export class Consumer implements ConsumerView {
  readonly name: string;
  readonly advisories: ConsumerAdvisories;
  readonly #jetstream: JetStreamView;
  readonly #stream: StreamView;
  readonly #created: number;
  readonly #cursor: Cursor;
  readonly #ledger: Ledger;
  readonly #outlet: Outlet & { configure(config: ConsumerConfig): void };
  readonly #pace: Pace;
  readonly #pause: Pause;
  readonly #groups: PriorityGroups;
  readonly #delivery: ConsumerDelivery;
  readonly #acks: ConsumerAcks;
  readonly #inactivity: Inactivity;
  readonly #stopHearing: (() => void)[] = [];
  #config: ConsumerConfig;
  #ended = false;

  constructor(
    jetstream: JetStreamView,
    stream: StreamView,
    name: string,
    config: ConsumerConfig,
    from?: ConsumerSnapshot,
  ) {
    const { surroundings } = jetstream;
    const { clock } = surroundings;
    this.name = name;
    this.advisories = new ConsumerAdvisories(jetstream, stream.name, name);
    this.#jetstream = jetstream;
    this.#stream = stream;
    this.#config = config;
    this.#created = from?.created ?? clock.now();
    this.#cursor = new Cursor(stream, config, from?.cursor);
    this.#ledger = new Ledger(
      clock,
      config,
      {
        exceeded: (seq, deliveries) => {
          this.#acks.exceeded(seq, deliveries);
          this.#level();
        },
        due: () => this.#delivery.run(),
      },
      from?.ledger ?? { floor: { consumer: 0, stream: 0 } },
    );
    this.#pause = new Pause(clock, config, () => {
      this.announcePause();
      this.#delivery.run();
    });
    const steps: OutletSteps = {
      wake: () => this.#delivery.run(),
      last: () => this.#delivery.reach,
      available: () => (this.#pause.remaining > 0 ? 0 : this.#cursor.pending + this.#ledger.queued),
    };
    this.#groups = new PriorityGroups(clock, config, {
      pending: () => this.#cursor.pending,
      ackPending: () => this.#ledger.size,
      pinned: (group, id) => this.advisories.pinned(group, id),
      unpinned: (group, reason) => this.advisories.unpinned(group, reason),
      wake: () => this.#delivery.run(),
    });
    this.#pace = new Pace(
      clock,
      config,
      stream.limits.maxMsgSize > 0 ? stream.limits.maxMsgSize : LARGEST_MESSAGE,
      stream.last,
    );
    this.#delivery = new ConsumerDelivery(
      {
        surroundings,
        stream,
        name,
        cursor: this.#cursor,
        ledger: this.#ledger,
        outlet: () => this.#outlet,
        pace: this.#pace,
        pause: this.#pause,
        config: () => this.#config,
      },
      from?.delivered ?? 0,
      from?.lastDelivered,
    );
    this.#outlet =
      config.deliver_subject === undefined
        ? new PullQueue(surroundings, config, steps, this.#groups)
        : new PushSubject(surroundings, stream, name, config, steps);
    this.#acks = new ConsumerAcks(
      {
        jetstream,
        stream,
        name,
        ledger: this.#ledger,
        delivery: this.#delivery,
        config: () => this.#config,
        request: (payload, reply) => this.#outlet.request(payload, reply),
      },
      from?.lastAcknowledged,
    );
    this.#inactivity = new Inactivity(clock, this.#outlet, config, () =>
      this.end("Consumer Deleted"),
    );
    this.#listen();
    stream.consumers.set(name, this);
  }

  get config(): ConsumerConfig {
    return this.#config;
  }

  appended(message: StoredMessage): void {
    this.#cursor.appended(message);
  }

  wake(): void {
    this.#delivery.run();
  }

  removed(seqs: readonly number[]): void {
    this.#cursor.removed(seqs);
    for (const seq of seqs) if (this.#ledger.holds(seq)) this.#acks.lost(seq);
    this.#delivery.run();
  }

  /** Only a purge of what this consumer reads moves it; of one of a part, it looks for what it still has. stream.go: purge */
  purged(filter: string): void {
    const filters = filtersOf(this.#config);
    const { first, last } = this.#stream;
    const whole = filter === "" || filters.some((mine) => isSubset(mine, filter));
    const part = !whole && (filters.length === 0 || filters.some((mine) => isSubset(filter, mine)));
    if (!whole && !part) return;
    const left = whole && filter !== "" ? (this.#stream.next(first, [filter])?.seq ?? 0) : first;
    const start = left === 0 && whole ? last + 1 : left;
    this.#cursor.moveTo(start);
    const kept = (seq: number) => whole || this.#stream.get(seq) !== undefined;
    this.#ledger.purge(start, kept, this.#delivery.reach);
    this.#delivery.run();
  }

  wants(seq: number, subject: string): boolean {
    return this.#ledger.holds(seq) || this.#cursor.isAhead(seq, subject);
  }

  isDone(seq: number, subject: string): boolean {
    return seq <= this.#ledger.floor.stream && this.#cursor.reads(subject);
  }

  /** Takes a configuration that may take the old one's place. */
  update(config: ConsumerConfig): void {
    const old = this.#config;
    this.#config = config;
    this.#ledger.configure(config);
    this.#pace.configure(config);
    this.#groups.configure(config);
    if (old.pause_until !== config.pause_until) {
      this.#pause.configure(config);
      this.announcePause();
    }
    if (old.deliver_subject !== config.deliver_subject) this.#ledger.refuseAll();
    this.#outlet.configure(config);
    if (old.inactive_threshold !== config.inactive_threshold) this.#inactivity.configure(config);
    if (filtersOf(old).join(" ") !== filtersOf(config).join(" ")) {
      this.#cursor.filter(config);
      this.#stream.lessWanted();
    }
    this.#delivery.run();
    this.#stream.consumerChanged(this.name);
  }

  end(reason: "Consumer Deleted" | "Stream Deleted" | "Server Shutdown"): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stop of this.#stopHearing) stop();
    this.#inactivity.end();
    this.#pause.end();
    this.#groups.end();
    this.#delivery.end();
    this.#ledger.end();
    this.#outlet.end(reason);
    if (reason === "Server Shutdown") return;
    this.#stream.consumers.delete(this.name);
    this.advisories.action("delete");
    if (reason === "Consumer Deleted") this.#stream.lessWanted();
  }

  /** Delivers nothing until then; goes on where it is undefined. */
  pause(until: string | undefined): void {
    const { pause_until: _, ...rest } = this.#config;
    this.update(inOrder(until === undefined ? rest : { ...rest, pause_until: until }));
  }

  get paused(): { readonly paused?: true; readonly pause_remaining?: number } {
    return this.#pause.info();
  }

  /** Takes the group's messages from the client that has them for itself. */
  unpin(group: string): void {
    this.#groups.unpin(group);
  }

  announcePause(): void {
    this.advisories.pause(this.#pause.remaining > 0, this.#config.pause_until);
  }

  info(): object {
    const { reach } = this.#delivery;
    const { floor } = this.#ledger;
    const { num_waiting: waiting, push_bound: bound } = this.#outlet.info();
    return {
      stream_name: this.#stream.name,
      name: this.name,
      created: iso(this.#created),
      config: this.#config,
      delivered: sequences(reach, this.#delivery.last),
      ack_floor: sequences(floor, this.#acks.last),
      num_ack_pending: this.#ledger.size,
      num_redelivered: this.#ledger.redelivered,
      num_waiting: waiting,
      num_pending: this.#cursor.pending,
      ...(bound === true ? { push_bound: true } : {}),
      ...this.#pause.info(),
      ts: iso(this.#jetstream.surroundings.clock.now()),
      ...this.#groups.info(),
    };
  }

  snapshot(): ConsumerSnapshot {
    const lastDelivered = this.#delivery.last;
    const lastAcknowledged = this.#acks.last;
    return {
      name: this.name,
      config: this.#config,
      created: this.#created,
      delivered: this.#delivery.reach.consumer,
      ...(lastDelivered === undefined ? {} : { lastDelivered }),
      ...(lastAcknowledged === undefined ? {} : { lastAcknowledged }),
      cursor: this.#cursor.snapshot(this.#delivery.held),
      ledger: this.#ledger.snapshot(),
    };
  }

  #listen(): void {
    const { name } = this.#stream;
    const { surroundings } = this.#jetstream;
    this.#stopHearing.push(
      this.#jetstream.hear(`CONSUMER.MSG.NEXT.${name}.${this.name}`, ({ payload, reply }) => {
        if (reply !== undefined) this.#outlet.request(payload, reply);
      }),
    );
    if (this.#config.ack_policy === "none") return;
    this.#stopHearing.push(
      surroundings.subscribe(ackPattern(name, this.name), (heard) => this.#acks.hear(heard)),
    );
  }

  /** Where nothing is pending, the floor is where the consumer is. */
  #level(): void {
    if (this.#ledger.size > 0 || this.#config.ack_policy === "none") return;
    const { consumer, stream } = this.#delivery.reach;
    this.#ledger.raise(consumer, stream);
  }
}
