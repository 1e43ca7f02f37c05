/** When new replicas of partitions are in sync. There is one log for all of them, so that this is a matter of time only. */
import type { Clock } from "../../../clock.ts";
import { Deadlines } from "../../../deadlines.ts";
import type { SetBrokerConfigs } from "../configs/broker-configs.ts";

interface Follower {
  caughtUp(): void;
}

export class Replication {
  readonly #clock: Clock;
  readonly #configs: SetBrokerConfigs;
  readonly #deadlines: Deadlines<Follower>;

  constructor({ clock, configs }: { readonly clock: Clock; readonly configs: SetBrokerConfigs }) {
    this.#clock = clock;
    this.#configs = configs;
    this.#deadlines = new Deadlines(clock, (partition) => partition.caughtUp());
  }

  /** Its new replicas are in sync with their next fetch, which the leader may keep so long. */
  follow(partition: Follower): void {
    const wait = this.#configs.number("replica.fetch.wait.max.ms");
    this.#deadlines.set(partition, this.#clock.now() + wait);
  }

  forget(partition: Follower): void {
    this.#deadlines.delete(partition);
  }

  close(): void {
    this.#deadlines.clear();
  }
}
