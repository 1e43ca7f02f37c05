/** An account: a world of subjects of its own. https://docs.nats.io/running-a-nats-service/configuration/securing_nats/accounts */
import type { JetStream } from "../jetstream/contract.ts";
import { isSubset } from "../jetstream/subject-sets.ts";
import { type Mapping, renaming, type Renaming } from "./mappings.ts";
import { withRequestInfo } from "./request-info.ts";
import { type Message, Router, type Subscriber } from "./router.ts";

/** The account of who names none. */
export const GLOBAL_ACCOUNT = "$G";

/** What others may import. */
export interface Export {
  readonly kind: "stream" | "service";
  readonly subject: string;
  /** Only these accounts; all where it is left out. */
  readonly accounts?: readonly string[];
  /** How many answers a request gets: one, or more up to an empty one. */
  readonly response: "singleton" | "stream" | "chunked";
}

export interface Import {
  readonly kind: "stream" | "service";
  /** The exporting account. */
  readonly account: string;
  /** The subject there. */
  readonly subject: string;
  /** The subject here. */
  readonly to: string;
}

export interface AccountLimits {
  readonly connections?: number;
  readonly subscriptions?: number;
  readonly payload?: number;
}

/** An import whose exporting account has been found. */
interface Link {
  readonly account: Account;
  readonly response: Export["response"];
  /** The subject on the other side. */
  readonly rename: Renaming;
}

/** Answers to requests that came from another account go back through subjects of this prefix. */
const RESPONSES = "_R_.";
/** How many requests of other accounts may wait for their answers. */
const MAX_RESPONSES = 65_536;

export class Account {
  readonly name: string;
  readonly router: Router = new Router();
  /** Open where the account may keep streams. */
  jetstream?: JetStream;
  mappings: readonly Mapping[] = [];
  limits: AccountLimits = {};
  exports: readonly Export[] = [];
  imports: readonly Import[] = [];
  readonly #services: Link[] = [];
  /** Who imports streams from here. */
  readonly #importers: Link[] = [];
  readonly #responses = new Map<string, { link: Link; to: Account; reply: string }>();
  #asked = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Hands the message to whom it is for; returns how many took it. */
  publish(message: Message, from: Subscriber | null): number {
    if (this.mappings.length > 0) {
      const subject = this.mappings.reduce<string | undefined>(
        (found, mapping) => found ?? mapping(message.subject),
        undefined,
      );
      if (subject !== undefined) return this.#route({ ...message, subject }, from);
    }
    return this.#route(message, from);
  }

  interest(subject: string): boolean {
    if (this.router.interest(subject) || this.#responses.has(subject)) return true;
    if (this.#imported(subject).some(({ router, there }) => router.interest(there))) return true;
    return this.#services.some(({ account, rename }) => {
      const there = rename(subject);
      return there !== undefined && account.interest(there);
    });
  }

  /** Whether there is a subscription to exactly this subject, in this queue group, here or where it is imported. */
  bound(subject: string, group: string | undefined): boolean {
    return (
      this.router.bound(subject, group) ||
      this.#imported(subject).some(({ router, there }) => router.bound(there, group))
    );
  }

  /** Calls back whenever `interest` or `bound` may have changed. Returns how to stop. */
  onInterest(subject: string, changed: () => void): () => void {
    const stops = this.#imported(subject).map(({ router, there }) =>
      router.onInterest(there, changed),
    );
    stops.push(this.router.onInterest(subject, changed));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Forgets the imports, to be linked anew. */
  unlink(): void {
    this.#services.length = 0;
    this.#importers.length = 0;
  }

  /** Joins an import to its exporting account; returns why it cannot be. */
  link(given: Import, account: Account): string | undefined {
    const found = account.exports.find(
      ({ kind, subject, accounts }) =>
        kind === given.kind &&
        (subject === given.subject || isSubset(given.subject, subject)) &&
        (accounts === undefined || accounts.includes(this.name)),
    );
    if (found === undefined) return `${given.kind} import not authorized`;
    const { response } = found;
    const service = given.kind === "service";
    const rename = service ? renaming(given.to, given.subject) : renaming(given.subject, given.to);
    if (rename === undefined) return `"${given.subject}" cannot become "${given.to}"`;
    if (service) this.#services.push({ account, response, rename });
    else account.#importers.push({ account: this, response, rename });
    return undefined;
  }

  /** What the subject is called where it is imported. */
  #imported(subject: string): { router: Router; there: string }[] {
    return this.#importers.flatMap(({ account, rename }) => {
      const there = rename(subject);
      return there === undefined ? [] : [{ router: account.router, there }];
    });
  }

  #route(message: Message, from: Subscriber | null): number {
    let taken = this.router.publish(message, from);
    for (const link of this.#services) {
      const subject = link.rename(message.subject);
      if (subject !== undefined) taken += this.#request(link, { ...message, subject }, from);
    }
    for (const { account, rename } of this.#importers) {
      const subject = rename(message.subject);
      if (subject !== undefined) taken += account.router.publish({ ...message, subject }, from);
    }
    if (message.subject.startsWith(RESPONSES)) taken += this.#answer(message);
    return taken;
  }

  /** Into the exporting account; its answer finds the way back by a subject of its own. */
  #request(link: Link, message: Message, from: Subscriber | null): number {
    const { account } = link;
    const { reply } = message;
    // An acknowledgement's subject must reach the stream as it is: client.go, processServiceImport.
    if (reply?.startsWith("$JS.ACK.") === true) return account.publish(message, from);
    const headers = withRequestInfo(message.headers, this.name, from?.roundTrip);
    if (reply === undefined) return account.publish({ ...message, headers }, from);
    const inbox = `${RESPONSES}${this.name}.${++this.#asked}`;
    const { size } = account.#responses;
    const oldest = size < MAX_RESPONSES ? undefined : account.#responses.keys().next().value;
    if (oldest !== undefined) account.#responses.delete(oldest);
    account.#responses.set(inbox, { link, to: this, reply });
    const taken = account.publish({ ...message, headers, reply: inbox }, from);
    if (taken === 0) account.#responses.delete(inbox);
    return taken;
  }

  #answer(message: Message): number {
    const waiting = this.#responses.get(message.subject);
    if (waiting === undefined) return 0;
    const { link, to, reply } = waiting;
    // A stream of answers ends with an empty one.
    const last = message.payload.length === 0 && message.headers === undefined;
    if (link.response === "singleton" || last) this.#responses.delete(message.subject);
    return to.publish({ ...message, subject: reply }, null);
  }
}
