/** Subscriptions of a driver: what can be, on which connection, under which client id, and how they end. */
import { randomBytes } from "node:crypto";
import type { ActiveSubscription, DriverContext, Incoming, SubscribeRequest } from "../driver.ts";
import { DeclarationError } from "../errors.ts";
import { refuseSubscriberOptions } from "./check.ts";
import type { IClientSubscribeOptions, MqttClient, MqttPacket } from "./driver.ts";
import type { Link, Opening } from "./link.ts";
import { filterOf, isFrom, overlap, sessionId } from "./message.ts";
import type { Mqtt5SubscriberOptions, Mqtt5Will, MqttOptions, Qos } from "./options.ts";
import { receiveFrom, type Receiver } from "./receiving.ts";

/** Opens a link in the version that the first one speaks; `session` and `will`'s properties are MQTT 5's. */
export type OpenLink = (
  link: Pick<Opening, "kept" | "lasting" | "witness" | "cleanStart" | "prepare"> & {
    readonly clientId: string;
    readonly session?: { readonly sessionExpiryInterval: number; readonly receiveMaximum?: number };
    readonly will?: Mqtt5Will;
  },
) => Promise<Link>;

/** What subscriptions need of their driver. */
export interface Surroundings {
  readonly context: DriverContext;
  readonly options: MqttOptions;
  readonly main: Link;
  readonly name: string;
  /** Absent where the client was passed in: then everything goes over that one. */
  readonly open: OpenLink | undefined;
  end(link: Link): Promise<void>;
  respondTo(packet: MqttPacket): Incoming["respond"] | undefined;
}

type Options = Mqtt5SubscriberOptions & { readonly qos?: Qos };

/** MQTT 5, 3.8.3.1. */
const RETAIN_HANDLING = { always: 0, new: 1, never: 2 } as const;

export class Subscriptions {
  /** Whether somebody does not want to hear what is published here, so that it must be marked. */
  marking = false;
  readonly #around: Surroundings;
  /** Filters in force, by client id; on a client that was passed in they must not overlap. */
  readonly #filters = new Map<string, string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** @throws {ConnectError} where the broker refuses it; {DeclarationError} for options that this connection cannot have. */
  async begin(request: SubscribeRequest): Promise<ActiveSubscription> {
    const own = request.options as Options;
    this.#check(request, own);
    const { qos = 1 } = own;
    const filter = filterOf(request.address.pattern, request.group);
    const key = this.#reserve(filter, request);
    if (own.noLocal === true && this.#around.open !== undefined) this.marking = true;
    let receiver: Receiver | undefined;
    const prepare = (client: MqttClient) => {
      receiver = receiveFrom(client, request, {
        redelivers: qos > 0,
        logger: this.#around.context.logger,
        respond: (packet) => this.#around.respondTo(packet),
        ignores: (packet) => own.noLocal === true && isFrom(packet, this.#around.name),
      });
    };
    let link: Link | undefined;
    try {
      link = await this.#linkFor(key, request.concurrency, own, prepare);
      const standing = await link.subscribe(filter, this.#subscribeOptions(link, qos, own));
      const line = link;
      return {
        redelivers: standing.qos > 0,
        problem: () => standing.problem,
        drain: () => this.#drain(key, filter, line, receiver),
      };
    } catch (error) {
      if (link !== undefined && link !== this.#around.main) await this.#around.end(link);
      receiver?.stop();
      this.#filters.delete(key);
      throw error;
    }
  }

  /** What only the connection can tell: its version, and whether its session is ours. */
  #check({ address }: SubscribeRequest, own: Options): void {
    const { template } = address;
    if (this.#around.main.version === 4) refuseSubscriberOptions(template, own);
    if (this.#around.open !== undefined) return;
    const { receiveMaximum, sessionExpiry, cleanStart } = own;
    const option = Object.entries({ receiveMaximum, sessionExpiry, cleanStart }).find(
      ([, value]) => value !== undefined,
    )?.[0];
    if (option !== undefined)
      throw new DeclarationError(
        `the subscriber of "${template}" has ${option}, but its connection was passed in (client): set it there`,
      );
  }

  /** The subscription's client id, or its filter where it shares a client that was passed in. */
  #reserve(filter: string, request: SubscribeRequest): string {
    let key = filter;
    if (this.#around.open === undefined) {
      const other = [...this.#filters.values()].find((each) => overlap(each, filter));
      if (other !== undefined) {
        throw new DeclarationError(
          `"${filter}" and "${other}" overlap, and a client that was passed in cannot tell their messages apart: leave out \`client\``,
        );
      }
    } else {
      const base = sessionId(this.#around.name, request.address.pattern, request.group);
      key = base;
      for (let number = 2; this.#filters.has(key); number++) key = `${base}-${number}`;
    }
    this.#filters.set(key, filter);
    return key;
  }

  async #linkFor(
    key: string,
    concurrency: number,
    own: Options,
    prepare: (client: MqttClient) => void,
  ): Promise<Link> {
    const { open, main, options, context } = this.#around;
    if (open === undefined) {
      prepare(main.client);
      return main;
    }
    if (own.qos === 0) {
      const clientId = `${key}-${randomBytes(4).toString("hex")}`;
      return open({ clientId, kept: false, prepare });
    }
    const { receiveMaximum = Math.min(65_535, Math.max(20, concurrency * 2)) } = own;
    const sessionExpiryInterval = own.sessionExpiry ?? options.sessionExpiry ?? 604_800;
    const five = main.version === 5;
    const kept = !five || sessionExpiryInterval > 0;
    const cleanStart = own.cleanStart ?? options.cleanStart ?? false;
    // 3.1.1 has one flag for both: beginning anew and keeping nothing. A connection that keeps nothing goes before.
    if (cleanStart && !five) {
      const before = await open({ clientId: key, kept: false });
      await this.#around.end(before);
    }
    const link = await open({
      clientId: key,
      kept,
      lasting: true,
      cleanStart: cleanStart && five,
      session: { sessionExpiryInterval, receiveMaximum },
      prepare,
    });
    const most = link.client.serverProperties?.sessionExpiryInterval;
    if (most !== undefined && most < sessionExpiryInterval)
      context.logger.warn(
        `the broker keeps the session of "${key}" for ${most} s, not for ${sessionExpiryInterval} s`,
      );
    return link;
  }

  #subscribeOptions(link: Link, qos: Qos, own: Options): IClientSubscribeOptions {
    if (link.version !== 5) return { qos };
    const { noLocal = false, retainAsPublished = false, retainHandling = "new" } = own;
    return {
      qos,
      // Elsewhere it is another connection that publishes.
      nl: noLocal && link === this.#around.main,
      rap: retainAsPublished,
      // On a connection without session each subscription is new.
      rh: RETAIN_HANDLING[retainHandling],
    };
  }

  /** The subscription stays in the session, so that the broker keeps what comes while the service is away. */
  async #drain(
    key: string,
    filter: string,
    link: Link,
    receiver: Receiver | undefined,
  ): Promise<void> {
    if (link === this.#around.main || !link.kept) {
      await link.unsubscribe(filter);
      // The broker answers in order, so this answer comes after what it has sent.
      await receiver?.finish(() => link.unsubscribe(filter));
    } else {
      link.forget(filter);
      await receiver?.drain();
    }
    if (link !== this.#around.main) await this.#around.end(link);
    receiver?.stop();
    this.#filters.delete(key);
  }
}
