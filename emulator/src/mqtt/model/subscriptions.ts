/** Who is subscribed to what: filters to the sessions and groups that have them. aedes finds the filters (hub.ts). */
import type { Hub } from "./hub.ts";
import type { Session, Subscribed } from "./session.ts";
import type { Subscription } from "../wire/packet.ts";
import { SharedGroup } from "./shared.ts";
import { readFilter } from "./topics.ts";

/** All who are subscribed to one pattern. */
export interface Place {
  readonly pattern: string;
  readonly takers: Map<Session, Subscribed>;
  readonly groups: Map<string, SharedGroup>;
}

/** How many topics' places are remembered. */
const MAX_KNOWN = 10_000;
const NOWHERE: readonly Place[] = [];

export class Subscriptions {
  readonly #hub: Hub;
  readonly #places = new Map<string, Place>();
  /** By topic; forgotten whenever a pattern comes or goes that may match it. */
  readonly #known = new Map<string, readonly Place[]>();
  #count = 0;
  #shared = 0;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  get count(): number {
    return this.#count;
  }

  get sharedCount(): number {
    return this.#shared;
  }

  /** Whether somebody is subscribed to a pattern that begins so. */
  someBeginWith(start: string): boolean {
    for (const pattern of this.#places.keys()) if (pattern.startsWith(start)) return true;
    return false;
  }

  /** Replaces the one that the client has by the same filter. */
  put(subscribed: Subscribed): void {
    const { session, filter, pattern, group } = subscribed;
    if (!session.subscriptions.has(filter)) {
      if (group === undefined) this.#count++;
      else this.#shared++;
    }
    session.subscriptions.set(filter, subscribed);
    const place = this.#place(pattern);
    if (group === undefined) return void place.takers.set(session, subscribed);
    let shared = place.groups.get(group);
    if (shared === undefined) place.groups.set(group, (shared = new SharedGroup()));
    shared.put(subscribed);
  }

  /** Whether there was one. */
  remove(session: Session, filter: string): boolean {
    const subscribed = session.subscriptions.get(filter);
    if (subscribed === undefined) return false;
    session.subscriptions.delete(filter);
    const { pattern, group } = subscribed;
    const place = this.#places.get(pattern);
    if (place === undefined) return true;
    if (group === undefined) {
      this.#count--;
      place.takers.delete(session);
    } else {
      this.#shared--;
      const shared = place.groups.get(group);
      shared?.remove(session);
      if (shared?.size === 0) place.groups.delete(group);
    }
    if (place.takers.size === 0 && place.groups.size === 0) {
      this.#places.delete(pattern);
      this.#hub.remove(pattern);
      this.#forget(pattern);
    }
    return true;
  }

  group(pattern: string, name: string): SharedGroup | undefined {
    return this.#places.get(pattern)?.groups.get(name);
  }

  /** Where a topic leads. */
  match(topic: string): readonly Place[] {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const places = this.#hub.match(topic).flatMap((pattern) => this.#places.get(pattern) ?? []);
    if (this.#known.size === MAX_KNOWN) this.#known.clear();
    this.#known.set(topic, places.length === 0 ? NOWHERE : places);
    return places;
  }

  #place(pattern: string): Place {
    const known = this.#places.get(pattern);
    if (known !== undefined) return known;
    const place: Place = { pattern, takers: new Map(), groups: new Map() };
    this.#places.set(pattern, place);
    this.#hub.add(pattern);
    this.#forget(pattern);
    return place;
  }

  /** Where topics lead has changed. A pattern without a wildcard is a topic: clients have many for the answers they await. */
  #forget(pattern: string): void {
    if (/[+#]/.test(pattern)) this.#known.clear();
    else this.#known.delete(pattern);
  }
}

/** What a session has by a SUBSCRIBE. */
export function subscribedTo(
  session: Session,
  { filter, qos, noLocal, retainAsPublished }: Omit<Subscription, "retainHandling">,
  identifier: number | undefined,
): Subscribed {
  const shown = readFilter(filter);
  return {
    session,
    filter,
    ...shown,
    qos,
    noLocal,
    retainAsPublished,
    shown,
    ...(identifier === undefined ? {} : { identifier }),
  };
}
