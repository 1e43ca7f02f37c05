/** Topics that come and go while a pattern is subscribed to: looked for from time to time, and where we published to a new one. */
import type { Address } from "../address.ts";
import type { DriverContext } from "../driver.ts";
import { reasonOf } from "./failure.ts";
import type { Link } from "./link.ts";
import type { Topics } from "./topics.ts";

export interface FollowingTerms {
  readonly topics: Pick<Topics, "matching">;
  readonly link: Pick<Link, "back">;
  readonly logger: Pick<DriverContext["logger"], "warn">;
  /** How often it looks, ms. */
  readonly interval: number;
}

interface Follower {
  readonly address: Address;
  topics: readonly string[];
  renew(topics: readonly string[]): Promise<void>;
}

export class Following {
  readonly #terms: FollowingTerms;
  readonly #followers = new Set<Follower>();
  /** Topics that were published to. */
  readonly #published = new Set<string>();
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(terms: FollowingTerms) {
    this.#terms = terms;
  }

  /** `renew` is called with the topics that match whenever they are not those of before. Returns the way to stop. */
  follow(
    address: Address,
    topics: readonly string[],
    renew: (topics: readonly string[]) => Promise<void>,
  ): () => void {
    const follower: Follower = { address, topics, renew };
    this.#followers.add(follower);
    this.#lookLater();
    return () => void this.#followers.delete(follower);
  }

  /** A topic that we published to for the first time may be new. */
  sentTo(topic: string): void {
    if (this.#followers.size === 0 || this.#published.has(topic)) return;
    if (this.#published.size < 10_000) this.#published.add(topic);
    const news = [...this.#followers].some(
      ({ address, topics }) => address.match(topic) !== null && !topics.includes(topic),
    );
    if (news) void this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#followers.size === 0) return;
      void this.#look().finally(() => this.#lookLater());
    }, this.#terms.interval);
  }

  async #look(): Promise<void> {
    // One that has begun may have looked too early.
    while (this.#looking !== undefined) await this.#looking;
    this.#looking = this.#renewAll();
    await this.#looking;
    this.#looking = undefined;
  }

  async #renewAll(): Promise<void> {
    const { topics, link, logger } = this.#terms;
    if (link.back !== undefined || this.#closed) return;
    try {
      const all = await topics.matching(() => true);
      await Promise.all(
        [...this.#followers].map(async (follower) => {
          const matching = all.filter((topic) => follower.address.match(topic) !== null);
          if (matching.join() === follower.topics.join()) return;
          follower.topics = matching;
          await follower.renew(matching);
        }),
      );
    } catch (error) {
      logger.warn(`could not look for new topics: ${reasonOf(error)}`);
    }
  }
}
