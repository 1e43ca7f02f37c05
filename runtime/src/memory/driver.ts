/**
 * The reference driver: routes in process, with any broker's addresses. It redelivers what is not acknowledged,
 * or not, as it is told, so that it stands in for both kinds of broker.
 */
import { connectionOf, type AnyBroker } from "../broker.ts";
import type {
  ActiveSubscription,
  BrokerKind,
  Connect,
  Driver,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import { RequestError } from "../errors.ts";
import { routingOf } from "../scope.ts";

/** What the memory stands in for. */
export type MemoryFacts = Pick<BrokerKind, "redelivers" | "routing">;

interface Subscription {
  readonly request: SubscribeRequest;
  readonly redelivers: boolean;
  readonly matches: (message: Outgoing) => boolean;
  readonly queue: Incoming[];
  readonly idle: Set<() => void>;
  running: number;
  open: boolean;
}

/** A space of messages that any number of connections share. */
export class MemorySpace {
  readonly #subscriptions = new Set<Subscription>();
  readonly #turn = new Map<string, number>();
  #ids = 0;

  /** A connection to this space. */
  connect(facts: MemoryFacts): Connect {
    return async () => this.#driver(facts);
  }

  /** Makes a broker of any kind run in this space instead of at its server, routed as its kind routes. */
  host<Hosted extends AnyBroker>(broker: Hosted): Hosted {
    const connection = connectionOf(broker);
    connection.connect = this.connect(connection.kind);
    return broker;
  }

  #driver(facts: MemoryFacts): Driver {
    const own = new Set<Subscription>();
    const timers = new Set<NodeJS.Timeout>();
    return {
      subscribe: async (request) => {
        const subscription: Subscription = {
          request,
          redelivers: facts.redelivers(request),
          matches: (message) => routingOf(facts).matches(request, message),
          queue: [],
          idle: new Set(),
          running: 0,
          open: true,
        };
        own.add(subscription);
        this.#subscriptions.add(subscription);
        return this.#active(subscription);
      },
      publish: async (message) => {
        message.signal?.throwIfAborted();
        this.#route(message, timers);
      },
      request: (message, { timeout }) => {
        const answer = new Promise<Incoming>((resolve, reject) => {
          const timer = setTimeout(
            () =>
              reject(
                new RequestError(
                  "timeout",
                  `no answer from "${message.address}" within ${timeout} ms`,
                ),
              ),
            timeout,
          );
          const respond = async (reply: {
            payload: Uint8Array;
            headers: Readonly<Record<string, string>>;
          }) => {
            clearTimeout(timer);
            resolve({ ...reply, address: message.address, attempt: 1, raw: reply });
          };
          if (this.#route(message, timers, respond) > 0) return;
          clearTimeout(timer);
          reject(
            new RequestError(
              "no-responders",
              `nobody answers "${message.address}": start a subscriber of it`,
            ),
          );
        });
        return answer;
      },
      flush: async () => {},
      close: async () => {
        for (const timer of timers) clearTimeout(timer);
        for (const subscription of own) this.#end(subscription);
      },
    };
  }

  /** Hands a message to every subscription that matches, to one member of each group. Returns to how many. */
  #route(message: Outgoing, timers: Set<NodeJS.Timeout>, respond?: Incoming["respond"]): number {
    const matching = [...this.#subscriptions].filter((each) => each.open && each.matches(message));
    const chosen = matching.filter(({ request: { group } }) => group === undefined);
    for (const group of new Set(matching.flatMap(({ request }) => request.group ?? []))) {
      const members = matching.filter(({ request }) => request.group === group);
      const turn = this.#turn.get(group) ?? 0;
      this.#turn.set(group, turn + 1);
      chosen.push(members[turn % members.length] as Subscription);
    }
    for (const subscription of chosen) this.#deliver(subscription, message, 1, timers, respond);
    return chosen.length;
  }

  #deliver(
    subscription: Subscription,
    message: Outgoing,
    attempt: number,
    timers: Set<NodeJS.Timeout>,
    respond?: Incoming["respond"],
  ): void {
    const again = (delay = 0) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        // A member that left gives its message to the others of its group, as a broker does.
        if (subscription.open) this.#deliver(subscription, message, attempt + 1, timers, respond);
      }, delay);
      timers.add(timer);
    };
    subscription.queue.push({
      address: message.address,
      payload: message.payload,
      ...(message.tombstone === undefined ? {} : { tombstone: message.tombstone }),
      headers: message.headers,
      ...(message.key === undefined ? {} : { key: message.key }),
      id: String(++this.#ids),
      attempt,
      raw: message,
      ...(respond === undefined ? {} : { respond }),
      ...(subscription.redelivers
        ? {
            settle: {
              ack: async () => {},
              nack: async (options?: { delay?: number }) => again(options?.delay),
              reject: async () => {},
            },
          }
        : {}),
    });
    this.#pump(subscription);
  }

  #pump(subscription: Subscription): void {
    while (subscription.running < subscription.request.concurrency) {
      const next = subscription.queue.shift();
      if (next === undefined) break;
      subscription.running++;
      // A handler never runs inside the publish that set it off.
      setImmediate(async () => {
        await subscription.request.deliver(next);
        subscription.running--;
        this.#pump(subscription);
        if (subscription.running === 0 && subscription.queue.length === 0)
          for (const wake of subscription.idle) wake();
      });
    }
  }

  #active(subscription: Subscription): ActiveSubscription {
    return {
      redelivers: subscription.redelivers,
      drain: async () => {
        this.#subscriptions.delete(subscription);
        subscription.open = false;
        if (subscription.running === 0 && subscription.queue.length === 0) return;
        await new Promise<void>((resolve) => subscription.idle.add(resolve));
      },
    };
  }

  #end(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    subscription.open = false;
    subscription.queue.length = 0;
  }
}
