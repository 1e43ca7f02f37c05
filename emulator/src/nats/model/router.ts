/**
 * Who gets a message: every plain subscription that matches, and one member of every queue group that matches.
 * https://docs.nats.io/nats-concepts/core-nats/queue
 */
import type { JournalClient } from "../../journal.ts";
import type { Delivery } from "../jetstream/contract.ts";
import { subjectMatches, SubjectTrie } from "./subjects.ts";

/** A message on its way, as plain values. */
export interface Message {
  /** The journal's number. */
  readonly number: number;
  readonly subject: string;
  readonly reply?: string;
  /** The header block as it came, `NATS/1.0` line included. */
  readonly headers?: Uint8Array;
  readonly payload: Uint8Array;
  /** Who published it; null for the server itself. */
  readonly client: JournalClient | null;
  /** A stream's message: what the client and the journal see of it instead. */
  readonly delivery?: Delivery;
  /** Stays out of the journal. */
  readonly quiet?: boolean;
}

/** Who subscribes: a connection, or a part of the server. */
export interface Subscriber {
  /** Whether it wants its own messages. */
  readonly echo: boolean;
  /** Of a client's connection, ms. */
  readonly roundTrip?: number;
  /** Takes a message; false where it cannot (any more). `from` is the publishing subscriber, if it is one. */
  deliver(subscription: Subscription, message: Message, from: Subscriber | null): boolean;
  /** A subscription got all the messages it asked for. */
  ended(subscription: Subscription): void;
}

export interface Subscription {
  readonly subscriber: Subscriber;
  /** The client's own name for it. */
  readonly sid: string;
  readonly subject: string;
  readonly queue?: string;
  /** How many messages it got. */
  delivered: number;
  /** How many it wants in its life; 0 means no end. */
  max: number;
  /** As the journal shows it, once it was shown. */
  place?: { readonly pattern: string; readonly group?: string };
}

/** Whom a subject reaches. */
interface Reached {
  readonly plain: readonly Subscription[];
  readonly groups: readonly (readonly Subscription[])[];
}

/** How many subjects' answers are kept, as nats-server's sublist does. */
const CACHED = 1024;
const NO_GROUPS: Reached["groups"] = [];

export class Router {
  readonly #trie = new SubjectTrie<Subscription>();
  readonly #random: () => number;
  readonly #cache = new Map<string, Reached>();
  readonly #watched = new Map<string, Set<() => void>>();
  #count = 0;

  /** `random` chooses the member of a queue group. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** How many subscriptions there are. */
  get count(): number {
    return this.#count;
  }

  subscribe(subscription: Subscription): void {
    this.#trie.add(subscription.subject, subscription);
    this.#count++;
    this.#changed(subscription.subject);
  }

  unsubscribe(subscription: Subscription): void {
    if (!this.#trie.delete(subscription.subject, subscription)) return;
    this.#count--;
    this.#changed(subscription.subject);
  }

  /** Hands the message to whom it is for; returns how many took it. `from` is the publishing subscriber, if it is one. */
  publish(message: Message, from: Subscriber | null): number {
    const { plain, groups } = this.#reached(message.subject);
    let taken = 0;
    for (const subscription of plain) if (this.#deliver(subscription, message, from)) taken++;
    for (const members of groups) if (this.#deliverToOne(members, message, from)) taken++;
    return taken;
  }

  /** Whether anybody is subscribed to what is published there. */
  interest(subject: string): boolean {
    const { plain, groups } = this.#reached(subject);
    return plain.length + groups.length > 0;
  }

  /** Whether anybody is subscribed to exactly this subject, in this queue group; in none where it is undefined. */
  bound(subject: string, group: string | undefined): boolean {
    return this.#trie.at(subject).some(({ queue }) => queue === group);
  }

  /** Calls back when a subscription that a concrete subject may reach comes or goes. Returns how to stop. */
  onInterest(subject: string, changed: () => void): () => void {
    const listeners = this.#watched.get(subject) ?? new Set();
    this.#watched.set(subject, listeners.add(changed));
    return () => {
      listeners.delete(changed);
      if (listeners.size === 0 && this.#watched.get(subject) === listeners)
        this.#watched.delete(subject);
    };
  }

  /** The plain subscription of this subscriber that would get `subject`: where a no-responders answer goes. */
  ownSubscription(subscriber: Subscriber, subject: string): Subscription | undefined {
    return this.#reached(subject).plain.find((found) => found.subscriber === subscriber);
  }

  #reached(subject: string): Reached {
    const known = this.#cache.get(subject);
    if (known !== undefined) return known;
    const plain: Subscription[] = [];
    // Subjects of answers and acknowledgements come once only, and groups are few: none is made for nothing.
    let groups: Map<string, Subscription[]> | undefined;
    for (const subscription of this.#trie.match(subject)) {
      if (subscription.queue === undefined) {
        plain.push(subscription);
        continue;
      }
      groups ??= new Map();
      const members = groups.get(subscription.queue);
      if (members === undefined) groups.set(subscription.queue, [subscription]);
      else members.push(subscription);
    }
    const reached = { plain, groups: groups === undefined ? NO_GROUPS : [...groups.values()] };
    if (this.#cache.size >= CACHED) this.#cache.clear();
    this.#cache.set(subject, reached);
    return reached;
  }

  #changed(pattern: string): void {
    this.#cache.clear();
    if (this.#watched.size === 0) return;
    for (const [subject, listeners] of this.#watched)
      if (subjectMatches(pattern, subject)) Array.from(listeners, (changed) => changed());
  }

  /** A random member, or the next one that can take it. */
  #deliverToOne(
    members: readonly Subscription[],
    message: Message,
    from: Subscriber | null,
  ): boolean {
    const start = Math.floor(this.#random() * members.length);
    for (let step = 0; step < members.length; step++) {
      const member = members[(start + step) % members.length];
      if (member !== undefined && this.#deliver(member, message, from)) return true;
    }
    return false;
  }

  #deliver(subscription: Subscription, message: Message, from: Subscriber | null): boolean {
    const { subscriber, max } = subscription;
    if (subscriber === from && !subscriber.echo) return false;
    // What was found before may have ended through a delivery of this very message.
    if (max > 0 && subscription.delivered >= max) return false;
    if (!subscriber.deliver(subscription, message, from)) return false;
    subscription.delivered++;
    if (max > 0 && subscription.delivered >= max) {
      this.unsubscribe(subscription);
      subscriber.ended(subscription);
    }
    return true;
  }
}
