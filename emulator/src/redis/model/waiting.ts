/**
 * Clients that are blocked until a key holds something: who waits longest is served first.
 * https://redis.io/docs/latest/develop/data-types/lists/#blocking-commands
 */
import type { Clock } from "../../clock.ts";
import { Deadlines } from "../../deadlines.ts";
import { Failure, type Bytes, type Reply } from "../values.ts";
import type { Client } from "./client.ts";
import type { Keyspace } from "./keyspace.ts";

/** What a blocked client waits for. */
export interface Wait {
  readonly client: Client;
  readonly keyspace: Keyspace;
  readonly keys: readonly Bytes[];
  /** ms since 1970; Infinity for ever. */
  readonly until: number;
  /** Also tries again when a key was changed, deleted or has expired: the group that it reads with may be gone. */
  readonly onAnyChange: boolean;
  /** Tries again, when one of the keys holds something; undefined where it is not for this client, which waits on. */
  attempt(key: Bytes): Reply | undefined;
  /** The answer when the time is over. */
  readonly timedOut: Reply;
}

/** Who waits for one key, in the order of arrival. */
interface Queue {
  readonly keyspace: Keyspace;
  readonly key: Bytes;
  readonly waits: Set<Wait>;
  /** How many of them try again on any change. */
  watchful: number;
  /** Whether it is to be served. */
  ready: boolean;
}

export class Waiting {
  readonly #deadlines: Deadlines<Wait>;
  readonly #queues = new Map<Keyspace, Map<Bytes, Queue>>();
  readonly #byClient = new Map<Client, Wait>();
  /** Keys that something came into, in order, since the last time. */
  readonly #ready: Queue[] = [];
  /** Whose wait is over: told when all are served, as what they do next comes after. */
  readonly #ended: { readonly client: Client; readonly answer: Reply }[] = [];
  #serving = false;

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock, (wait) => {
      this.#end(wait, wait.timedOut);
      this.serve();
    });
  }

  get count(): number {
    return this.#byClient.size;
  }

  /** How many keys are waited for, and how many of them so that any change counts. */
  get keys(): { all: number; watched: number } {
    const queues = [...this.#queues.values()].flatMap((byKey) => [...byKey.values()]);
    return { all: queues.length, watched: queues.filter(({ watchful }) => watchful > 0).length };
  }

  begin(wait: Wait): void {
    this.#byClient.set(wait.client, wait);
    for (const key of new Set(wait.keys)) {
      const queue = this.#queueOf(wait.keyspace, key);
      queue.waits.add(wait);
      if (wait.onAnyChange) queue.watchful++;
    }
    if (wait.until !== Number.POSITIVE_INFINITY) this.#deadlines.set(wait, wait.until);
  }

  of(client: Client): Wait | undefined {
    return this.#byClient.get(client);
  }

  /** Something came into this key. Who waits for it is served after the command, the transaction or the script. */
  ready(keyspace: Keyspace, key: Bytes): void {
    const queue = this.#queues.get(keyspace)?.get(key);
    if (queue !== undefined) this.#serveLater(queue);
  }

  /** This key was written, deleted or has expired. */
  changed(keyspace: Keyspace, key: Bytes): void {
    if (this.#byClient.size === 0) return;
    const queue = this.#queues.get(keyspace)?.get(key);
    if (queue !== undefined && queue.watchful > 0) this.#serveLater(queue);
  }

  /** All keys of a database may hold something else: SWAPDB, FLUSHDB. */
  replaced(keyspace: Keyspace): void {
    for (const queue of this.#queues.get(keyspace)?.values() ?? []) this.#serveLater(queue);
  }

  /** Serves who can be served. What this puts into other keys is served, too; then those who were served go on. */
  serve(): void {
    if (this.#serving || (this.#ready.length === 0 && this.#ended.length === 0)) return;
    this.#serving = true;
    try {
      for (;;) {
        const queue = this.#ready.shift();
        if (queue !== undefined) {
          this.#serveQueue(queue);
          continue;
        }
        const ended = this.#ended.shift();
        if (ended === undefined) return;
        ended.client.unblocked(ended.answer);
      }
    } finally {
      this.#serving = false;
    }
  }

  /** Ends a client's wait with this answer, after the command that runs: CLIENT UNBLOCK. Returns whether it waited. */
  unblock(client: Client, answer?: Reply): boolean {
    const wait = this.#byClient.get(client);
    if (wait === undefined) return false;
    this.#end(wait, answer === undefined ? wait.timedOut : answer);
    return true;
  }

  /** The client is gone. */
  forget(client: Client): void {
    const wait = this.#byClient.get(client);
    if (wait !== undefined) this.#remove(wait);
  }

  #serveLater(queue: Queue): void {
    if (queue.ready) return;
    queue.ready = true;
    this.#ready.push(queue);
  }

  #serveQueue(queue: Queue): void {
    queue.ready = false;
    for (const wait of queue.waits) {
      const isThere = queue.keyspace.has(queue.key);
      if (!isThere && queue.watchful === 0) return;
      if (isThere || wait.onAnyChange) this.#serveOne(wait, queue.key);
    }
  }

  #serveOne(wait: Wait, key: Bytes): void {
    if (this.#byClient.get(wait.client) !== wait) return;
    let answer: Reply | undefined;
    try {
      answer = wait.attempt(key);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      answer = error;
    }
    if (answer !== undefined) this.#end(wait, answer);
  }

  #end(wait: Wait, answer: Reply): void {
    this.#remove(wait);
    this.#ended.push({ client: wait.client, answer });
  }

  #queueOf(keyspace: Keyspace, key: Bytes): Queue {
    let queues = this.#queues.get(keyspace);
    if (queues === undefined) this.#queues.set(keyspace, (queues = new Map()));
    let queue = queues.get(key);
    if (queue === undefined) {
      queue = { keyspace, key, waits: new Set(), watchful: 0, ready: false };
      queues.set(key, queue);
    }
    return queue;
  }

  #remove(wait: Wait): void {
    this.#byClient.delete(wait.client);
    this.#deadlines.delete(wait);
    const queues = this.#queues.get(wait.keyspace);
    for (const key of new Set(wait.keys)) {
      const queue = queues?.get(key);
      if (queue?.waits.delete(wait) !== true) continue;
      if (wait.onAnyChange) queue.watchful--;
      if (queue.waits.size === 0) queues?.delete(key);
    }
  }
}
