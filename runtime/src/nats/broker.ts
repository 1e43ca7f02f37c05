/** NATS: subjects, wildcards, queue groups and requests of core NATS, streams, key-value buckets and object stores of JetStream. */
import { parseAddress, SUBJECTS } from "../address.ts";
import { Broker } from "../broker.ts";
import type { Channel } from "../channel.ts";
import type { BrokerKind } from "../driver.ts";
import { PublishError } from "../errors.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import type { Api } from "./api.ts";
import { openKv, openObjects } from "./buckets.ts";
import { optionsOf, type JetStreamChannelOptions, type KvChannelOptions } from "./channels.ts";
import { checkSubscription } from "./check.ts";
import { connectNats, type KV, type ObjectStore } from "./driver.ts";
import type { NatsKind, NatsOptions } from "./options.ts";
import type { PullOptions } from "./stream-options.ts";

export const nats: BrokerKind = {
  protocol: "nats",
  dialect: SUBJECTS,
  redelivers: ({ channel }) => channel?.type === "jetstream" || channel?.type === "jetstream-push",
  headers: true,
  // An empty message is no message everywhere else.
  tombstones: (channel) => channel?.type === "kv",
  check: checkSubscription,
  routing: {
    // A stream captures what is published to its subjects, whoever does; buckets are spaces of their own.
    matches({ address, channel, options }, message) {
      if (spaceOf(channel) !== spaceOf(message.channel)) return false;
      if (address.match(message.address) !== null) return true;
      const { subjects = [] } = options as PullOptions;
      return subjects.some((each) => parseAddress(each, SUBJECTS).match(message.address) !== null);
    },
    // A queue group and a consumer of one name have nothing to do with each other.
    groupOf({ channel, options }) {
      const { group } = options as { group?: string };
      const { stream, durable = group } = optionsOf<Partial<JetStreamChannelOptions>>(channel);
      if (stream === undefined || durable === undefined) return group;
      return `${typeof stream === "string" ? stream : stream.name}/${durable}`;
    },
  },
};

function spaceOf(channel: Channel | undefined): string {
  if (channel?.type !== "kv" && channel?.type !== "objects") return "";
  return `${channel.type} ${optionsOf<KvChannelOptions>(channel).bucket}`;
}

/** A connection to NATS. */
export class NatsBroker extends Broker<NatsKind> {
  readonly #api: () => Api;

  constructor(options: NatsOptions = {}) {
    let api: Api | undefined;
    super(
      nats,
      connectNats(
        options,
        () => options.url ?? process.env["MILLRACE_NATS_URL"] ?? "nats://localhost:4222",
        (connected) => (api = connected),
      ),
    );
    this.#api = () => {
      if (api === undefined)
        throw new PublishError(
          "buckets are at a NATS server, and none is connected: call `await app.start()` first; on a test's memory rung there are none",
        );
      return api;
    };
  }

  /**
   * The client's own access to a key-value bucket: get, put, update by revision, keys, history … Values are bytes.
   * @throws {DeclarationError} where there is no such bucket; {PublishError} before the broker is connected.
   */
  async kv(bucket: string): Promise<KV> {
    return openKv(this.#api(), bucket);
  }

  /**
   * The client's own access to an object store: put, get, list …
   * @throws {DeclarationError} where there is no such store; {PublishError} before the broker is connected.
   */
  async objects(bucket: string): Promise<ObjectStore> {
    return openObjects(this.#api(), bucket);
  }
}

/** Declarations to be included in a {@link NatsBroker}. */
export class NatsRouter extends Router<NatsKind> {
  constructor(options: { /** Before each address: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(nats, options));
  }
}
