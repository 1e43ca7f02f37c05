/** What a user may publish and subscribe to. https://docs.nats.io/running-a-nats-service/configuration/securing_nats/authorization */
import type { Clock } from "../../clock.ts";
import { isSubset } from "../jetstream/subject-sets.ts";
import { SubjectTrie } from "./subjects.ts";

export interface SubjectPermission {
  /** Without it everything is allowed; an empty one allows nothing to be published. */
  readonly allow?: readonly string[];
  /** Goes before `allow`. */
  readonly deny?: readonly string[];
}

/** As the configuration says it, and INFO of a user answers it. */
export interface UserPermissions {
  readonly publish?: SubjectPermission;
  readonly subscribe?: SubjectPermission;
  /** Allows answers to requests that were delivered; `expires` in ms. */
  readonly responses?: { readonly max: number; readonly expires: number };
}

/** How many requests may wait for the answer that is allowed to them. client.go, replyPermLimit. */
const MAX_REPLIES = 4096;

/** The permissions of one connection. */
export class Permissions {
  readonly given: UserPermissions;
  readonly #clock: Clock;
  readonly #publish: { readonly allow?: Patterns; readonly deny?: Patterns };
  readonly #subscribe: { readonly allow?: Patterns; readonly deny?: Patterns };
  readonly #replies = new Map<string, { at: number; count: number }>();
  /** A wildcard was subscribed to that covers something denied: then every delivery is looked at. */
  #filters = false;

  constructor(given: UserPermissions, clock: Clock) {
    this.given = given;
    this.#clock = clock;
    const { publish, subscribe } = given;
    this.#publish = {
      ...(publish?.allow === undefined ? {} : { allow: new Patterns(publish.allow) }),
      ...(publish?.deny === undefined ? {} : { deny: new Patterns(publish.deny) }),
    };
    // An empty list of what may be subscribed to is none: client.go, setPermissions.
    this.#subscribe = {
      ...((subscribe?.allow?.length ?? 0) === 0
        ? {}
        : { allow: new Patterns(subscribe?.allow ?? []) }),
      ...(subscribe?.deny === undefined ? {} : { deny: new Patterns(subscribe.deny) }),
    };
  }

  mayPublish(subject: string): boolean {
    const { allow, deny } = this.#publish;
    if (allow?.matches(subject) !== false && deny?.matches(subject) !== true) return true;
    return this.#mayAnswer(subject);
  }

  maySubscribe(subject: string, queue: string | undefined): boolean {
    const { allow, deny } = this.#subscribe;
    if (allow !== undefined && allow.allows(subject, queue) === false) return false;
    if (deny === undefined) return true;
    if (deny.allows(subject, queue) === true) return false;
    if (deny.subjects.some((denied) => isSubset(denied, subject))) this.#filters = true;
    return true;
  }

  /** Whether a message on this subject may reach the connection: what is denied does not, even through a wildcard. */
  mayReceive(subject: string): boolean {
    return !this.#filters || this.#subscribe.deny?.matches(subject) !== true;
  }

  /** A request was delivered: where its answer goes may be published to. */
  asked(reply: string): void {
    if (this.given.responses === undefined) return;
    if (this.#replies.size >= MAX_REPLIES) {
      const oldest = this.#replies.keys().next().value;
      if (oldest !== undefined) this.#replies.delete(oldest);
    }
    this.#replies.set(reply, { at: this.#clock.now(), count: 0 });
  }

  #mayAnswer(subject: string): boolean {
    const { responses } = this.given;
    const reply = this.#replies.get(subject);
    if (responses === undefined || reply === undefined) return false;
    reply.count++;
    const spent =
      (responses.max > 0 && reply.count > responses.max) ||
      (responses.expires > 0 && this.#clock.now() - reply.at > responses.expires);
    if (spent) this.#replies.delete(subject);
    return !spent;
  }
}

/** Patterns, some with a queue group behind: `orders.* workers`. */
class Patterns {
  readonly subjects: readonly string[];
  readonly #trie = new SubjectTrie<{ readonly queue?: string }>();

  constructor(patterns: readonly string[]) {
    const words = patterns.map((pattern) => pattern.trim().split(/\s+/));
    this.subjects = words.map(([subject = ""]) => subject);
    for (const [subject = "", queue] of words)
      this.#trie.add(subject, queue === undefined ? {} : { queue });
  }

  /** Whether a pattern without a queue group matches. */
  matches(subject: string): boolean {
    return this.#trie.match(subject).some(({ queue }) => queue === undefined);
  }

  /** The same for a subscription: where patterns with queue groups match one of a group, they decide. */
  allows(subject: string, queue: string | undefined): boolean {
    const found = this.#trie.match(subject);
    const groups = found.flatMap((pattern) => pattern.queue ?? []);
    if (queue === undefined || groups.length === 0)
      return found.some((pattern) => pattern.queue === undefined);
    return groups.some((group) => queue === group || isSubset(queue, group));
  }
}
