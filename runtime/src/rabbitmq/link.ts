/** One connection to RabbitMQ: opens once, then comes back by itself, for ever, until it is ended. */
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { ConnectError } from "../errors.ts";
import type { RabbitmqClient } from "./driver.ts";
import { textOf } from "./refusals.ts";
import type { Server } from "./servers.ts";

/** How to open a link. */
export interface Opening {
  readonly context: DriverContext;
  /** Tried in turn. */
  readonly servers: readonly Server[];
  /** ms for each attempt. */
  readonly timeout: number;
  connect(server: Server): Promise<RabbitmqClient>;
}

/** A connection that has held for so many ms is no accident. */
const CALM = 2000;
/** ms for a connection to end in order. */
const GOODBYE = 1000;

export class Link {
  /** Told when the connection is lost or back. */
  onChange: () => void = () => {};
  /** Puts back what a new connection needs, before anybody else uses it. Never rejects. */
  restore: (client: RabbitmqClient) => Promise<void> = async () => {};
  /** Why the connection was lost last. */
  cause: Error | undefined;
  /** While the broker takes no messages: it is short of memory or disk. */
  blocked: { readonly reason: string; readonly over: Promise<void> } | undefined;
  readonly #context: DriverContext;
  readonly #opening: Opening | undefined;
  readonly #backoff = createBackoff();
  readonly #end = new AbortController();
  #client: RabbitmqClient;
  #address: string;
  #up = true;
  #next = 0;
  #calm: NodeJS.Timeout | undefined;
  #unblock: () => void = () => {};
  #back: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  private constructor(
    context: DriverContext,
    client: RabbitmqClient,
    address: string,
    opening?: Opening,
  ) {
    this.#context = context;
    this.#opening = opening;
    this.#client = client;
    this.#address = address;
    this.#watch(client);
    this.#awaitCalm();
  }

  /** @throws {ConnectError} where no server is reached, or one refuses us. */
  static async open(opening: Opening): Promise<Link> {
    let failure: unknown;
    for (const server of opening.servers) {
      try {
        return new Link(
          opening.context,
          await connectWithin(opening, server),
          server.address,
          opening,
        );
      } catch (error) {
        failure ??= failed(server.address, error);
      }
    }
    throw failure;
  }

  /** A connection that was made elsewhere, and is not made again. */
  static adopt(client: RabbitmqClient, context: DriverContext): Link {
    return new Link(context, client, "the connection that was passed in");
  }

  /** The connection, while there is one. */
  get client(): RabbitmqClient | undefined {
    return this.#up ? this.#client : undefined;
  }

  /** Whether it is not there, or not restored yet. */
  get lost(): boolean {
    return this.#back !== undefined;
  }

  /** Whether it was ended by us, or cannot come back. */
  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  /** Resolves when the connection is there and restored. */
  get back(): Promise<void> {
    return this.#back?.promise ?? Promise.resolve();
  }

  /** Ends the connection in order. Never rejects. */
  async end(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#calm);
    this.#back?.resolve();
    this.#back = undefined;
    if (this.#up && this.#opening !== undefined) await close(this.#client);
  }

  #watch(client: RabbitmqClient): void {
    const { logger } = this.#context;
    client.on("error", (error) => (this.cause = error));
    client.on("close", (error) => {
      if (client === this.#client) this.#lose(error);
    });
    client.on("blocked", (reason) => {
      this.#unblock();
      const over = new Promise<void>((resolve) => (this.#unblock = resolve));
      this.blocked = { reason, over };
      logger.warn(
        `RabbitMQ at ${this.#address} takes no messages at present: ${reason}. Publishing waits until it does`,
      );
    });
    client.on("unblocked", () => {
      this.blocked = undefined;
      this.#unblock();
      logger.info(`RabbitMQ at ${this.#address} takes messages again`);
    });
  }

  #lose(error: Error | undefined): void {
    this.#up = false;
    this.blocked = undefined;
    this.#unblock();
    clearTimeout(this.#calm);
    if (this.ended) return;
    this.cause = error ?? this.cause;
    const why = this.cause === undefined ? "" : ` (${textOf(this.cause)})`;
    if (this.#opening === undefined) {
      this.#end.abort();
      this.#context.logger.error(`the connection that was passed in is closed${why}`);
      this.onChange();
      return;
    }
    this.#context.logger.warn(
      `lost the connection to RabbitMQ at ${this.#address}${why}; reconnecting`,
    );
    if (this.#back === undefined) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => (resolve = done));
      this.#back = { promise, resolve };
      this.onChange();
    }
    void this.#comeBack(this.#opening);
  }

  async #comeBack(opening: Opening): Promise<void> {
    let said = "";
    while (!this.ended) {
      await pause(this.#backoff.delay, undefined, { signal: this.#end.signal }).catch(
        () => undefined,
      );
      if (this.ended) return;
      this.#backoff.failed();
      const server = opening.servers[this.#next++ % opening.servers.length] as Server;
      try {
        const client = await connectWithin(opening, server);
        this.#client = client;
        this.#address = server.address;
        this.#up = true;
        this.#watch(client);
        if (this.ended) return await close(client);
        await this.restore(client);
        // Lost again meanwhile: another round is under way.
        if (!this.#up || this.#client !== client || this.ended) return;
        this.#awaitCalm();
        this.#context.logger.info(`connected to RabbitMQ at ${server.address} again`);
        this.#back?.resolve();
        this.#back = undefined;
        this.cause = undefined;
        this.onChange();
        return;
      } catch (error) {
        const { message } = failed(server.address, error);
        if (message !== said) this.#context.logger.warn(message);
        said = message;
      }
    }
  }

  /** Where the broker ends each connection as soon as it is made, the waits grow all the same. */
  #awaitCalm(): void {
    this.#calm = setTimeout(() => this.#backoff.reset(), CALM).unref();
  }
}

/** The client's own limit is one of silence, and a connection that comes too late must not stay. */
async function connectWithin(opening: Opening, server: Server): Promise<RabbitmqClient> {
  let late = false;
  const connecting = opening.connect(server);
  void connecting.then(
    (client) => (late ? close(client) : undefined),
    () => undefined,
  );
  return within(connecting, opening.timeout, () => {
    late = true;
    return new Error(`no connection within ${opening.timeout} ms`);
  });
}

async function close(client: RabbitmqClient): Promise<void> {
  client.on("error", () => {});
  const orderly = client.close().catch(() => undefined);
  await within(orderly, GOODBYE, () => new Error("late")).catch(() => {
    // The client has no way of its own to let go of a server that does not answer.
    const { stream } = client.connection as { stream?: { destroy(): void } };
    stream?.destroy();
  });
}

function failed(address: string, cause: unknown): ConnectError {
  const text = textOf(cause);
  if (/ACCESS_REFUSED/.test(text))
    return new ConnectError(
      `RabbitMQ at ${address} refused the credentials: check user and password, or the certificate for mechanism "external"`,
      { cause },
    );
  if (/Expected ConnectionOpenOk/.test(text))
    return new ConnectError(
      `RabbitMQ at ${address} refused the virtual host: check that it exists and that the user may use it`,
      { cause },
    );
  if (text.startsWith("SASL mechanism"))
    return new ConnectError(
      `RabbitMQ at ${address} does not offer this mechanism (${text}): enable it there, or choose another \`mechanism\``,
      { cause },
    );
  return new ConnectError(
    `RabbitMQ at ${address} does not answer (${text}): start a broker (\`npx millrace-emulator\` or rabbitmq-server), or set MILLRACE_RABBITMQ_URL`,
    { cause },
  );
}
