/** What one connection is subscribed to. */
import type { Account } from "../model/account.ts";
import type { Subscriber, Subscription } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import { isValidSubject } from "../model/subjects.ts";
import type { Door } from "./door.ts";

/** The queue group of servers, which no client may join. */
const SYSTEM_GROUP = "_sys_";

export class Subscriptions {
  readonly all: Map<string, Subscription> = new Map();
  readonly #subscriber: Subscriber;
  readonly #server: Server;
  readonly #door: Door;

  constructor(subscriber: Subscriber, server: Server, door: Door) {
    this.#subscriber = subscriber;
    this.#server = server;
    this.#door = door;
  }

  /** Returns what is wrong, where it may not be. A sid that is in use stays what it is: client.go, processSub. */
  add(
    { router }: Account,
    { sid, subject, queue }: { sid: string; subject: string; queue?: string },
  ): string | undefined {
    if (!this.#isAllowed(subject, queue)) return subscriptionViolation(subject, queue);
    if (this.#isFull()) return "maximum subscriptions exceeded";
    if (this.all.has(sid)) return undefined;
    if (!isValidSubject(subject)) return "Invalid Subject";
    const place = { subscriber: this.#subscriber, sid, subject, delivered: 0, max: 0 };
    const subscription: Subscription = queue === undefined ? place : { ...place, queue };
    this.all.set(sid, subscription);
    router.subscribe(subscription);
    return undefined;
  }

  /** At once, or when it has had `max` messages. */
  remove({ router }: Account, sid: string, max: number): void {
    const subscription = this.all.get(sid);
    if (subscription === undefined) return;
    if (max > subscription.delivered) {
      subscription.max = max;
      return;
    }
    this.all.delete(sid);
    router.unsubscribe(subscription);
  }

  /** Drops those that are no longer allowed; returns what the client is told of each. */
  dropForbidden({ router }: Account): string[] {
    const forbidden = [...this.all.values()].filter(
      ({ subject, queue }) => !this.#isAllowed(subject, queue),
    );
    for (const subscription of forbidden) {
      this.all.delete(subscription.sid);
      router.unsubscribe(subscription);
    }
    return forbidden.map(({ subject, queue }) => subscriptionViolation(subject, queue));
  }

  forget({ router }: Account): void {
    for (const subscription of this.all.values()) router.unsubscribe(subscription);
    this.all.clear();
  }

  #isAllowed(subject: string, queue: string | undefined): boolean {
    if (queue === SYSTEM_GROUP) return false;
    return this.#door.permissions?.maySubscribe(subject, queue) ?? true;
  }

  #isFull(): boolean {
    const own = this.#door.admitted?.maxSubscriptions ?? -1;
    const limit = own < 0 ? this.#server.options.maxSubscriptions : own;
    return limit > 0 && this.all.size >= limit;
  }
}

export function subscriptionViolation(subject: string, queue: string | undefined): string {
  const group = queue === undefined ? "" : ` using queue "${queue}"`;
  return `Permissions Violation for Subscription to "${subject}"${group}`;
}
