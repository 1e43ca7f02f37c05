/** One connection to an MQTT broker: opens once, then comes back by itself, for ever, until it is ended. */
import { within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { ConnectError, DeclarationError } from "../errors.ts";
import type { IClientOptions, MqttClient } from "./driver.ts";
import type { Qos } from "./options.ts";

/** How to open a link. */
export interface Opening {
  readonly context: DriverContext;
  /** Without credentials, for messages. */
  readonly address: string;
  /** ms for the first connection. */
  readonly timeout: number;
  /** Starts a client with these options besides. */
  make(options: IClientOptions): MqttClient;
  /** Called before the first packet comes: a kept session delivers as soon as it is connected. */
  prepare?(client: MqttClient): void;
}

export class Link {
  readonly client: MqttClient;
  readonly address: string;
  /** Told when the connection is lost or back. */
  onChange: () => void = () => {};
  /** Why it is lost, where the client says so. */
  cause: Error | undefined;
  readonly #owned: boolean;
  #receives = false;
  /** Called when a connection has held for a while. */
  #settleDown: () => void = () => {};
  #settling: NodeJS.Timeout | undefined;
  /** How many connections in a row did not. */
  #shortLived = 0;
  #back: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #ending = false;

  private constructor(client: MqttClient, address: string, owned: boolean) {
    this.client = client;
    this.address = address;
    this.#owned = owned;
  }

  /** @throws {ConnectError} where the broker is not reached or refuses us; its cause has the reason code. */
  static async open(opening: Opening): Promise<Link> {
    const { context, address, timeout } = opening;
    const backoff = createBackoff();
    const client = opening.make({
      reconnectPeriod: backoff.delay,
      reconnectOnConnackError: true,
      connectTimeout: timeout,
    });
    opening.prepare?.(client);
    try {
      await opened(client);
    } catch (error) {
      client.on("error", () => {});
      client.end(true);
      throw failure(address, error);
    }
    // The client waits with the period it finds when a connection ends.
    client.on("reconnect", () => {
      backoff.failed();
      client.options.reconnectPeriod = backoff.delay;
    });
    const link = new Link(client, address, true);
    link.#receives = opening.prepare !== undefined;
    link.#watch(context);
    link.#settleDown = () => {
      backoff.reset();
      client.options.reconnectPeriod = backoff.delay;
    };
    return link;
  }

  /** A client that was made elsewhere. Waits for its connection. */
  static async adopt(client: MqttClient, context: DriverContext): Promise<Link> {
    if (client.options.properties?.topicAliasMaximum) {
      throw new DeclarationError(
        "a client with topicAliasMaximum cannot be passed in: its messages have no topic when they are taken over",
      );
    }
    if (!client.connected)
      await opened(client).catch((error: unknown) =>
        Promise.reject(failure("the client that was passed in", error)),
      );
    const link = new Link(client, "the client that was passed in", false);
    link.#watch(context);
    return link;
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

  /** Resolves with the QoS that the broker grants. */
  async subscribe(filter: string, qos: Qos): Promise<number> {
    // Retained messages come with a new subscription, not again with one that the session kept (retain handling 1).
    const options = this.version === 5 && !this.client.options.clean ? { qos, rh: 1 } : { qos };
    try {
      const [granted] = await this.client.subscribeAsync(filter, options);
      return granted?.qos ?? qos;
    } catch (cause) {
      const shared = filter.startsWith("$share/")
        ? ", or it has no shared subscriptions, which a `group` needs"
        : "";
      throw new ConnectError(
        `the broker refuses the subscription to "${filter}" (${messageOf(cause)}): the client may not read it${shared}`,
        { cause },
      );
    }
  }

  async unsubscribe(filter: string): Promise<void> {
    if (!this.lost) await this.client.unsubscribeAsync(filter).catch(() => undefined);
  }

  /** Ends the connection in order; a kept session stays with the broker. Never rejects. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#settling);
    this.#back?.resolve();
    if (!this.#owned) return;
    const gone = (force: boolean) => this.client.endAsync(force).catch(() => undefined);
    // Unconfirmed publishes would hold the end up.
    const orderly =
      this.lost || Object.keys(this.client.outgoing).length > 0 ? gone(true) : gone(false);
    await within(orderly, 1000, () => new ConnectError("the broker does not let go")).catch(
      () => void this.client.stream.destroy(),
    );
  }

  /** Two clients of one id end each other's connections for ever: the waits grow until one of them holds. */
  #awaitCalm(): void {
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      this.#shortLived = 0;
      this.#settleDown();
    }, CALM).unref();
  }

  #watch({ logger }: DriverContext): void {
    const { client, address } = this;
    const id = client.options.clientId ?? "";
    client.on("error", (error) => (this.cause = error));
    client.on("close", () => {
      if (this.#ending || this.#back !== undefined) return;
      let resolve = () => {};
      const promise = new Promise<void>((done) => (resolve = done));
      this.#back = { promise, resolve };
      if (this.#settling !== undefined) this.#shortLived++;
      clearTimeout(this.#settling);
      logger.warn(`lost the connection "${id}" to MQTT at ${address}; reconnecting`);
      if (this.#shortLived === 3) {
        logger.error(
          `the broker ends the connection "${id}" as soon as it is made: does another client call itself so? Give each replica a name of its own (MILLRACE_SERVICE)`,
        );
      }
      this.onChange();
    });
    this.#awaitCalm();
    client.on("connect", ({ sessionPresent }) => {
      if (this.#back === undefined) return;
      this.#back.resolve();
      this.#back = undefined;
      this.#awaitCalm();
      this.cause = undefined;
      if (!this.#receives || client.options.clean || sessionPresent)
        logger.info(`"${id}" is connected to MQTT at ${address} again`);
      else
        logger.warn(
          `"${id}" is connected to MQTT at ${address} again, but the broker had forgotten its session: what was sent meanwhile is lost`,
        );
      this.onChange();
    });
  }
}

/** A connection that has held for so many ms is no accident. */
const CALM = 2000;

/** Resolves with the first connection; rejects with the first error instead. */
function opened(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      client.off("connect", onConnect);
      client.off("error", settle);
      client.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onConnect = () => settle();
    const onClose = () => settle(new Error("it closed the connection"));
    client.on("connect", onConnect);
    client.on("error", settle);
    client.on("close", onClose);
  });
}

function failure(address: string, cause: unknown): ConnectError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  // 4 and 5 are 3.1.1's codes (3.2.2.3), 134 and 135 those of 5 (3.2.2.2).
  if (code === 4 || code === 5 || code === 134 || code === 135) {
    return new ConnectError(
      `MQTT at ${address} refused the credentials (${messageOf(cause)}): check user and password`,
      { cause },
    );
  }
  return new ConnectError(
    `MQTT at ${address} does not answer (${messageOf(cause)}): start a broker (\`npx millrace-emulator\` or mosquitto), or set MILLRACE_MQTT_URL`,
    { cause },
  );
}

/** For localhost Node tries two addresses and gives an error with a code but no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
