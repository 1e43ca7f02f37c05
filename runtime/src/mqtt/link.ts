/** One connection to an MQTT broker: opens once, then comes back by itself, for ever, until it is ended. */
import { within } from "../abortable.ts";
import { createBackoff, type Backoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { ConnectError, DeclarationError, messageOf } from "../errors.ts";
import type { IClientOptions, IClientSubscribeOptions, MqttClient } from "./driver.ts";
import { codeOf, disconnected, SESSION_TAKEN_OVER } from "./reasons.ts";
import { opened } from "./opening.ts";
import { watchRivals, type Rivals } from "./rivals.ts";
import { standIn, type Standing } from "./standing.ts";
import { unreachable } from "./unreachable.ts";

/** How to open a link. */
export interface Opening {
  readonly context: DriverContext;
  /** Without credentials, for messages. */
  readonly address: string;
  /** ms for each attempt to connect. */
  readonly timeout: number;
  /** Whether the session outlives the connection. */
  readonly kept: boolean;
  /** Whether another process could have this client id: it is the same after a restart. */
  readonly lasting?: boolean;
  /** How often another connection to the same broker has been lost. */
  readonly witness?: () => number;
  /** Begin without what the session kept. */
  readonly cleanStart?: boolean;
  /** Starts a client with these options besides. */
  make(options: IClientOptions): MqttClient;
  /** Called before the first packet comes: a kept session delivers as soon as it is connected. */
  prepare?(client: MqttClient): void;
}

export class Link {
  readonly client: MqttClient;
  readonly address: string;
  /** Whether the session outlives the connection. */
  readonly kept: boolean;
  /** Told when the connection is lost or back. */
  onChange: () => void = () => {};
  /** Why it is lost, where the client says so. */
  cause: Error | undefined;
  /** ms for each answer that a connection begins with. */
  readonly timeout: number;
  readonly #logger: DriverContext["logger"];
  /** Of reconnecting; absent where the client was passed in. */
  readonly #backoff: Backoff | undefined;
  readonly #standings = new Set<Standing>();
  /** How often it has been lost. */
  losses = 0;
  /** Attempts to connect since it was lost. */
  #attempts = 0;
  /** What the witness said when the connection was made. */
  #witnessed: number;
  readonly #witness: () => number;
  readonly #rivals: Rivals;
  #back: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** Subscriptions that are asked for anew. */
  #renewing = false;
  #ending = false;

  private constructor(
    client: MqttClient,
    address: string,
    facts: Pick<Opening, "kept" | "timeout" | "lasting" | "witness"> & {
      logger: DriverContext["logger"];
      backoff?: Backoff;
    },
  ) {
    const { kept, timeout, lasting = false, witness = () => 0, logger, backoff } = facts;
    this.client = client;
    this.address = address;
    this.kept = kept;
    this.timeout = timeout;
    this.#logger = logger;
    this.#backoff = backoff;
    this.#witness = witness;
    this.#witnessed = witness();
    // The client waits with the period it finds when a connection ends.
    const wait = (ms: number) => (client.options.reconnectPeriod = ms);
    this.#rivals = watchRivals(lasting, {
      calm() {
        if (backoff === undefined) return;
        backoff.reset();
        wait(backoff.delay);
      },
      wait,
    });
    this.#watch();
    if (backoff === undefined) return;
    client.on("reconnect", () => {
      this.#attempts++;
      backoff.failed();
      wait(backoff.delay);
    });
  }

  /** @throws {ConnectError} where the broker is not reached or refuses us; its cause has the reason code. */
  static async open(opening: Opening): Promise<Link> {
    const { context, address, timeout, kept, cleanStart = false } = opening;
    const backoff = createBackoff();
    let client: MqttClient | undefined;
    try {
      client = opening.make({
        reconnectPeriod: backoff.delay,
        reconnectOnConnackError: true,
        connectTimeout: timeout,
        clean: !kept || cleanStart,
        // Done by the link, which sees whether it succeeds.
        resubscribe: false,
        // Else one that was given up could be sent when the connection is back.
        queueQoSZero: false,
      });
      opening.prepare?.(client);
      await opened(client);
    } catch (error) {
      client?.on("error", () => {});
      client?.end(true);
      throw unreachable(address, error);
    }
    // Only the first connection begins anew.
    client.options.clean = !kept;
    return new Link(client, address, { ...opening, logger: context.logger, backoff });
  }

  /** A client that was made elsewhere. Waits for its connection. */
  static async adopt(
    client: MqttClient,
    { context: { logger }, timeout }: Pick<Opening, "context" | "timeout">,
  ): Promise<Link> {
    if (client.options.properties?.topicAliasMaximum) {
      throw new DeclarationError(
        "a client with topicAliasMaximum cannot be passed in: its messages have no topic when they are taken over",
      );
    }
    if (!client.connected)
      await opened(client).catch((error: unknown) =>
        Promise.reject(unreachable("the client that was passed in", error)),
      );
    const kept = client.options.clean === false;
    return new Link(client, "the client that was passed in", { kept, timeout, logger });
  }

  get version(): 4 | 5 {
    return this.client.options.protocolVersion === 5 ? 5 : 4;
  }

  /** Resolves when the connection is there. */
  get back(): Promise<void> {
    return this.#back?.promise ?? Promise.resolve();
  }

  get lost(): boolean {
    return this.#back !== undefined;
  }

  /** Whether it is there with all its subscriptions, but for those that the broker refuses. */
  get whole(): boolean {
    return !this.lost && !this.#renewing;
  }

  /** Whether it was ended from here. */
  get ended(): boolean {
    return this.#ending;
  }

  /** Resolves when the broker has granted it; renewed whenever the broker has forgotten the session. @throws {ConnectError} */
  async subscribe(filter: string, options: IClientSubscribeOptions): Promise<Standing> {
    const standing = standIn({ link: this, filter, options, logger: this.#logger });
    await standing.begin();
    this.#standings.add(standing);
    return standing;
  }

  async unsubscribe(filter: string): Promise<void> {
    this.forget(filter);
    if (!this.lost) await this.client.unsubscribeAsync(filter).catch(() => undefined);
  }

  /** Does not renew it any more; the broker may keep it in the session. */
  forget(filter: string): void {
    for (const standing of this.#standings) {
      if (standing.filter !== filter) continue;
      standing.end();
      this.#standings.delete(standing);
    }
  }

  /** Ends the connection in order; a kept session stays with the broker. Never rejects. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#rivals.end();
    for (const standing of this.#standings) standing.end();
    this.#back?.resolve();
    if (this.#backoff === undefined) return;
    const { client } = this;
    // Unconfirmed publishes would hold the end up; without DISCONNECT the broker would publish the will.
    for (const id of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(id));
    const ended = client.endAsync(this.lost).catch(() => undefined);
    await within(ended, 1000, () => new ConnectError("the broker does not let go")).catch(
      () => void client.stream.destroy(),
    );
  }

  #watch(): void {
    const { client } = this;
    this.#rivals.made({ resumed: false, attempts: 1, alone: true });
    client.on("disconnect", (packet) => this.#dismissed(packet));
    client.on("error", (error) => this.#failed(error));
    client.on("close", () => this.#left());
    client.on("connect", ({ sessionPresent }) => this.#returned(sessionPresent));
  }

  /** The broker says why it ends the connection. */
  #dismissed(packet: { readonly reasonCode?: number }): void {
    this.cause = disconnected(packet);
    // Coming back at once would end the other's connection, and it would do the same to this one.
    if (packet.reasonCode === SESSION_TAKEN_OVER && this.#backoff) this.#rivals.named();
  }

  #failed(error: Error): void {
    // A refusal is news; that nobody answers is what being lost means.
    if (this.lost && codeOf(error) !== undefined && error.message !== this.cause?.message)
      this.#logger.error(
        `${this.#name} cannot come back: ${unreachable(this.address, error).message}`,
      );
    this.cause = error;
  }

  #left(): void {
    if (this.#ending || this.#back !== undefined) return;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    this.#back = { promise, resolve };
    this.#attempts = 0;
    this.losses++;
    this.#renewing = false;
    const why = this.cause === undefined ? "" : ` (${messageOf(this.cause)})`;
    this.#logger.warn(`lost the connection ${this.#name}${why}; reconnecting`);
    const rival = this.#rivals.lost();
    if (rival !== undefined) {
      this.cause ??= new ConnectError("the broker ends it as soon as it is made");
      this.#logger.error(
        `another client ${rival.certain ? "has taken" : "seems to take"} the session of ${this.#name}: do two replicas have one name? Give each its own (MILLRACE_SERVICE). This one stays away for ${Math.round(rival.wait / 1000)} s`,
      );
    }
    this.onChange();
  }

  #returned(sessionPresent: boolean): void {
    const resumed = this.kept && sessionPresent;
    // Before anything else is sent: answers come to one of them.
    if (!resumed && (this.#backoff || this.client.options.resubscribe === false))
      void this.#renew([...this.#standings]);
    if (this.#back === undefined) return;
    this.#back.resolve();
    this.#back = undefined;
    const seen = this.#witness();
    const alone = seen === this.#witnessed;
    this.#witnessed = seen;
    this.#rivals.made({ resumed, attempts: this.#attempts, alone });
    this.cause = undefined;
    if (resumed || !this.kept || this.#standings.size === 0)
      this.#logger.info(`${this.#name} is connected again`);
    else
      this.#logger.warn(
        `${this.#name} is connected again, but the broker had forgotten its session: what was sent meanwhile is lost`,
      );
    this.onChange();
  }

  async #renew(standings: readonly Standing[]): Promise<void> {
    if (standings.length === 0) return;
    this.#renewing = true;
    await Promise.all(standings.map((standing) => standing.renew()));
    // Where it was lost again, the next connection renews them.
    if (this.lost) return;
    this.#renewing = false;
    this.onChange();
  }

  get #name(): string {
    return `"${this.client.options.clientId}" to MQTT at ${this.address}`;
  }
}
