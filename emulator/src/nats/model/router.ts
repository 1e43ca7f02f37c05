/**
 * Who gets a message: every plain subscription that matches, and one member of every queue group that matches.
 * https://docs.nats.io/nats-concepts/core-nats/queue
 */
import { SubjectTrie } from "./subjects.ts";

/** A message on its way, as plain values. */
export interface Message {
  /** The journal's number. */
  readonly number: number;
  readonly subject: string;
  readonly reply?: string;
  /** The header block as it came, `NATS/1.0` line included. */
  readonly headers?: Uint8Array;
  readonly payload: Uint8Array;
}

/** Who subscribes: a connection. */
export interface Subscriber {
  /** Whether it wants its own messages. */
  readonly echo: boolean;
  /** Takes a message; false where it cannot (any more). */
  deliver(subscription: Subscription, message: Message): boolean;
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
}

export class Router {
  readonly #trie = new SubjectTrie<Subscription>();
  readonly #random: () => number;

  /** `random` chooses the member of a queue group. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  subscribe(subscription: Subscription): void {
    this.#trie.add(subscription.subject, subscription);
  }

  unsubscribe(subscription: Subscription): void {
    this.#trie.delete(subscription.subject, subscription);
  }

  /** Hands the message to whom it is for; returns how many took it. `from` is the publishing subscriber, if it is one. */
  publish(message: Message, from: Subscriber | null): number {
    let taken = 0;
    const groups = new Map<string, Subscription[]>();
    for (const subscription of this.#trie.match(message.subject)) {
      if (subscription.queue === undefined) {
        if (this.#deliver(subscription, message, from)) taken++;
      } else {
        const members = groups.get(subscription.queue);
        if (members === undefined) groups.set(subscription.queue, [subscription]);
        else members.push(subscription);
      }
    }
    for (const members of groups.values()) {
      if (this.#deliverToOne(members, message, from)) taken++;
    }
    return taken;
  }

  /** The plain subscription of this subscriber that would get `subject`: where a no-responders answer goes. */
  ownSubscription(subscriber: Subscriber, subject: string): Subscription | undefined {
    return this.#trie
      .match(subject)
      .find((found) => found.subscriber === subscriber && found.queue === undefined);
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
    const { subscriber } = subscription;
    if (subscriber === from && !subscriber.echo) return false;
    if (!subscriber.deliver(subscription, message)) return false;
    subscription.delivered++;
    if (subscription.max > 0 && subscription.delivered >= subscription.max) {
      this.unsubscribe(subscription);
      subscriber.ended(subscription);
    }
    return true;
  }
}
