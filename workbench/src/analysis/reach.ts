/** Whom a message comes to: the channels it can be received on when it is sent to one of them. */
import type { Channel } from "../topology.ts";
import { dialects, isWild, overlap } from "./dialects.ts";
import type { DeadLetterFound, ExchangeFound } from "./found.ts";
import { listOf } from "./naming.ts";
import { Routing } from "./routing.ts";
import { examplesOf, fitsPattern } from "./wildcards.ts";

export class Reach {
  /** By what they share: addresses without wildcards are looked up, the few others are compared one by one. */
  readonly #spaces = new Map<string, Space>();
  readonly #routing: Routing;
  readonly #known = new Map<string, readonly string[]>();

  /** `received` are the channels that somebody receives on. */
  constructor(received: readonly Channel[], exchanges: readonly ExchangeFound[]) {
    this.#routing = new Routing(
      received.filter(({ protocol }) => protocol === "rabbitmq"),
      exchanges,
    );
    for (const channel of received) {
      if (channel.pattern === null || channel.protocol === "rabbitmq") continue;
      const space = this.#space(channel);
      if (channel.kind === "pattern") space.patterns.push(channel);
      else if (isWild(channel.pattern, channel.protocol)) space.wild.push(channel);
      else space.exact.set(channel.pattern, [...(space.exact.get(channel.pattern) ?? []), channel]);
    }
  }

  /** The ids of the channels that what is sent to this one can be received on. */
  from(sent: Channel): readonly string[] {
    const known = this.#known.get(sent.id);
    if (known !== undefined) return known;
    const reached = sent.protocol === "rabbitmq" ? this.#routing.from(sent) : this.#byAddress(sent);
    this.#known.set(sent.id, reached);
    return reached;
  }

  /** The ids of the channels that what is rejected comes to. */
  fromDeadLetter(target: DeadLetterFound): readonly string[] {
    if ("list" in target) return this.#byAddress(listOf(target.list));
    const { exchange, key } = target;
    // With its own key it goes to any queue of the exchange; to a queue of that name is not what anybody means.
    if (key === undefined && exchange.name === "") return [];
    return this.#routing.fromExchange(exchange.name, key ?? "#");
  }

  #byAddress(sent: Channel): readonly string[] {
    const { protocol, pattern } = sent;
    if (pattern === null) return [];
    const { exact, wild, patterns } = this.#space(sent);
    const meets = ({ pattern: received }: Channel) =>
      received !== null && overlap(pattern, received, protocol);
    const plain = isWild(pattern, protocol)
      ? [...exact.values()].flat().filter(meets)
      : (exact.get(pattern) ?? []);
    const examples = patterns.length === 0 ? [] : examplesOf(pattern, dialects[protocol]);
    const fits = ({ pattern: written }: Channel) =>
      written !== null && examples.some((example) => fitsPattern(protocol, written, example));
    return [...plain, ...wild.filter(meets), ...patterns.filter(fits)].map(({ id }) => id);
  }

  /** A Redis pattern hears the channels that are plain addresses; a list and a stream are by themselves, and so is a bucket. */
  #space({ protocol, kind, bucket }: Channel): Space {
    const key = `${protocol} ${kind === "pattern" ? "" : (kind ?? "")} ${bucket ?? ""}`;
    const known = this.#spaces.get(key);
    if (known !== undefined) return known;
    const space: Space = { exact: new Map(), wild: [], patterns: [] };
    this.#spaces.set(key, space);
    return space;
  }
}

interface Space {
  readonly exact: Map<string, Channel[]>;
  readonly wild: Channel[];
  readonly patterns: Channel[];
}
