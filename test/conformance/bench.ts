/** Where one promise is tried: brokers on one server, addresses of its own, apps that are stopped when it is over. */
import { randomUUID } from "node:crypto";
import { App, createLogger, type AnyBroker, type Channel, type StopOptions } from "millrace";
import type { MemoryBroker } from "millrace/memory";
import type { Wire } from "../real/wire.ts";

/** What is so on one broker and otherwise on another. Each promise asks these, so that none is skipped. */
export interface Facts {
  /** Between the segments of an address. */
  readonly separator: "." | "/";
  /** Matches one segment, and the rest of an address; null where a plain address cannot have wildcards. */
  readonly wildcards: {
    readonly one: string;
    readonly rest: string;
    readonly restMatchesParent: boolean;
  } | null;
  /** Whether headers travel. */
  readonly headers: boolean;
  /** Whether the core's requests work; `timeout`: they do, but the broker cannot tell that nobody listens. */
  readonly requests: "yes" | "timeout" | "no";
  /** Where a subscriber names one address in full: what becomes of one with `{param}`s. */
  readonly templates?: "refused";
  /** All subscribers of one address share its messages, as those of a queue do. */
  readonly shared?: true;
  /** Whether members of a group share messages; else what becomes of a subscriber with a group. */
  readonly groups: "shared" | "refused";
  /** How many members of a group get messages of one address: of Kafka's as many as it has partitions. Default: all. */
  readonly sharers?: number;
  /** Whether what is not acknowledged comes again. */
  readonly redelivers: boolean;
  /** Whether the broker keeps what a subscriber with the options `keep` misses while its app is down. */
  readonly keeps: boolean;
  /** Further options of a subscriber that comes back for what it missed: its group. */
  readonly keep?: object;
  /** Whether there is a connection that can be cut. */
  readonly cuttable: boolean;
  /** Options for each subscriber, and for each publish: the QoS and the like. */
  readonly receive?: object;
  readonly send?: object;
}

/** The server that the brokers of one suite talk to. */
export interface World {
  /** A broker on it that is not connected; `service` is what its client calls itself. */
  broker(service: string): AnyBroker;
  /**
   * What a subscriber or publisher names instead of the plain address: a queue, a stream … of it. `root` is what all
   * addresses of one promise begin with; below a router's prefix the address comes without it.
   */
  on?(address: string, root: string): Channel;
  /** Where its connections can be cut. */
  readonly wire?: Wire;
  close(): Promise<void>;
}

/** Declares what every broker has, so one type stands for all of them. */
export type Tested = MemoryBroker;

export class Bench {
  readonly facts: Facts;
  readonly world: World;
  /** To be spread into the options of each subscriber and publisher. */
  readonly receive: object;
  readonly send: object;
  /** `receive` for a subscriber that comes back for what it missed. */
  readonly receiveKept: object;
  readonly #root = `t${randomUUID().slice(0, 8)}`;
  readonly #apps: App[] = [];

  constructor(world: World, facts: Facts) {
    this.world = world;
    this.facts = facts;
    this.receive = facts.receive ?? {};
    this.send = facts.send ?? {};
    this.receiveKept = { ...facts.receive, ...facts.keep };
  }

  /** An address nobody else uses, as this broker writes it. Typed as it was written, for its parameters' sake. */
  at<Address extends string>(address: Address): Address {
    const { separator, wildcards } = this.facts;
    const parts = address
      .split(".")
      .map((part) =>
        part === "*" ? (wildcards?.one ?? part) : part === ">" ? (wildcards?.rest ?? part) : part,
      );
    return [this.#root, ...parts].join(separator) as Address;
  }

  /** What to subscribe or publish to: the address of `at`, or the world's channel of it. Typed as the address. */
  on<Address extends string>(address: Address): Address {
    return this.below(this.at(address));
  }

  /** The same where a router's prefix comes before it. */
  below<Address extends string>(address: Address): Address {
    return (this.world.on?.(address, this.#root) ?? address) as Address;
  }

  /** A broker that is not started yet. Brokers of one service share its sessions. */
  broker(service = "main"): Tested {
    return this.world.broker(`${this.#root}-${service}`) as unknown as Tested;
  }

  /** Starts an app; it is stopped when the promise is over. */
  async start(...brokers: [AnyBroker, ...AnyBroker[]]): Promise<App> {
    const app = new App(...brokers, {
      title: "conformance",
      logger: createLogger({
        level: process.env["CONFORMANCE_LOGS"] === undefined ? "silent" : "debug",
      }),
    });
    this.#apps.push(app);
    await app.start();
    return app;
  }

  async close(options: StopOptions = { deadline: 500 }): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.stop(options)));
  }
}
