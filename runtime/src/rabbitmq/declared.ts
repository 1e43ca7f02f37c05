/** What was declared for publishing: once for each connection, and again when the broker misses it. */
import { parseAddress } from "../address.ts";
import type { Outgoing } from "../driver.ts";
import { PublishError } from "../errors.ts";
import { declare, declareAside, declareQueue } from "./declaring.ts";
import type { RabbitmqClient } from "./driver.ts";
import type { Exchange } from "./exchanges.ts";
import { QUEUE_NAMES } from "./names.ts";
import { exchangeSteps, subscribed } from "./topology.ts";

/** So many different ones are remembered: an app may make queues without end. */
const REMEMBERED = 1000;

export class Declared {
  readonly #exchange: Exchange;
  readonly #client: () => RabbitmqClient | undefined;
  /** By what it says, so that a value made anew for each publish is declared once. */
  readonly #known = new Map<string, Promise<void>>();
  /** What was seen before needs no look at what it says. */
  #seen = new WeakMap<object, Map<string, Promise<void>>>();

  /** `client`: the connection that receives, since an exclusive queue is one connection's. */
  constructor(exchange: Exchange, client: () => RabbitmqClient | undefined) {
    this.#exchange = exchange;
    this.#client = client;
  }

  forget(): void {
    this.#known.clear();
    this.#seen = new WeakMap();
  }

  /** Declares what a message is published to. @throws {PublishError} with the broker's reason. */
  declare({ address, channel }: Outgoing, exchange: Exchange | undefined): Promise<void> {
    const value = channel ?? exchange;
    if (value === undefined) return Promise.resolve();
    // A queue's address may have parameters: each of its names is a queue.
    const name = channel === undefined ? "" : address;
    const seen = this.#seen.get(value)?.get(name);
    if (seen !== undefined) return seen;
    const key = JSON.stringify([value, name], (_, each: unknown) =>
      typeof each === "bigint" ? String(each) : each,
    );
    const declaring = this.#known.get(key) ?? this.#declareNow(address, channel, exchange);
    if (this.#known.size >= REMEMBERED) this.forget();
    this.#known.set(key, declaring);
    this.#seen.set(value, (this.#seen.get(value) ?? new Map()).set(name, declaring));
    declaring.catch(() => {
      if (this.#known.get(key) === declaring) this.forget();
    });
    return declaring;
  }

  async #declareNow(
    address: string,
    channel: Outgoing["channel"],
    exchange: Exchange | undefined,
  ): Promise<void> {
    const steps = exchange === undefined ? [] : exchangeSteps(exchange);
    if (channel === undefined && steps.length === 0) return;
    const client = this.#client();
    if (client === undefined) throw new PublishError("the connection to RabbitMQ is lost");
    try {
      await declareAside(client, async (aside) => {
        if (channel === undefined) return declare(aside, steps);
        const named = parseAddress(address, QUEUE_NAMES);
        return declareQueue(
          aside,
          subscribed({ address: named, channel, options: {} }, this.#exchange),
        );
      });
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new PublishError(`cannot publish to "${address}": ${text}`, { cause });
    }
  }
}
