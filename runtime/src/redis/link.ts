/** One connection to Redis: opens once, then comes back by itself, for ever, until it is ended. */
import { within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type { DriverContext } from "../driver.ts";
import { ConnectError, messageOf } from "../errors.ts";
import type { RedisClient } from "./driver.ts";
import { isRefusal, isReply } from "./reply-errors.ts";

/** How to open a link. */
export interface Opening {
  readonly context: DriverContext;
  /** Without credentials, for messages. */
  readonly address: string;
  /** What it is for, in messages: `publishing`, `the list "jobs"`. */
  readonly use: string;
  /** ms for the first connection. */
  readonly timeout: number;
  /** A client that is not connected yet. It asks `delay` before each attempt to reconnect; null means no more. */
  make(delay: () => number | null): RedisClient;
  /** Called on each new connection, before the link counts as connected: subscribes again and the like. */
  prepare?(client: RedisClient): Promise<unknown>;
}

export class Link {
  readonly client: RedisClient;
  /** Told when the connection is lost or back. */
  onChange: () => void = () => {};
  /** Told when it is ended. */
  onEnd: () => void = () => {};
  /** Why it is lost, where the client says so. */
  cause: Error | undefined;
  /** Counts the connections. */
  epoch = 0;
  /** When the present one was made, by the monotonic clock. */
  since: number = performance.now();
  readonly #opening: Opening;
  readonly #owned: boolean;
  #back: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #ending = false;
  readonly #unhook: (() => void)[] = [];

  private constructor(client: RedisClient, opening: Opening, owned: boolean) {
    this.client = client;
    this.#opening = opening;
    this.#owned = owned;
  }

  /** @throws {ConnectError} where Redis is not reached or refuses us. */
  static async open(opening: Opening): Promise<Link> {
    const backoff = createBackoff();
    let opened = false;
    const client = opening.make(() => {
      if (!opened) return null;
      const { delay } = backoff;
      backoff.failed();
      return delay;
    });
    const link = new Link(client, opening, true);
    link.#on("error", (error: Error) => (link.cause = error));
    link.#on("node error", (error: Error) => (link.cause = error));
    try {
      await within(client.connect(), opening.timeout, () => new Error("no answer"));
      await ask(client);
      await opening.prepare?.(client);
    } catch (error) {
      client.disconnect();
      throw failure(opening.address, link.cause ?? error);
    }
    opened = true;
    link.cause = undefined;
    link.#watch(
      () => backoff.reset(),
      () => {
        backoff.failed();
        return backoff.delay;
      },
    );
    // Lost again while it was asked.
    if (client.status !== "ready") link.#lose();
    return link;
  }

  /** A client that was made elsewhere. Waits for its connection. */
  static async adopt(client: RedisClient, opening: Omit<Opening, "make">): Promise<Link> {
    const link = new Link(client, { ...opening, make: () => client }, false);
    link.#on("error", (error: Error) => (link.cause = error));
    try {
      const connected =
        client.status === "ready"
          ? Promise.resolve()
          : client.status === "wait"
            ? client.connect()
            : new Promise<void>((resolve) => void client.once("ready", resolve));
      await within(connected, opening.timeout, () => new Error("no answer"));
      await ask(client);
    } catch (error) {
      link.#release();
      throw failure("the address of the client that was passed in", link.cause ?? error);
    }
    link.#watch(() => {}, undefined);
    return link;
  }

  get lost(): boolean {
    return this.#back !== undefined;
  }

  /** Resolves when the connection is there, or will not come any more. */
  get back(): Promise<void> {
    return this.#back?.promise ?? Promise.resolve();
  }

  /** The connection is no use: makes a new one. */
  reset(): void {
    if (!this.#ending && this.#back === undefined) this.client.disconnect(true);
  }

  /** Never rejects. What was not answered is given up. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#release();
    this.#back?.resolve();
    this.#back = undefined;
    if (this.#owned) this.client.disconnect();
    this.onEnd();
  }

  #lose(): void {
    if (this.#ending || this.#back !== undefined) return;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    this.#back = { promise, resolve };
    const { context, use, address } = this.#opening;
    context.logger.warn(`lost the connection for ${use} to Redis at ${address}; reconnecting`);
    this.onChange();
  }

  #watch(calm: () => void, delay: (() => number) | undefined): void {
    const { context, use, address, prepare } = this.#opening;
    this.#on("close", () => this.#lose());
    this.#on("end", () => {
      if (this.#ending) return;
      this.#lose();
      // Where the client itself gives up, as it does when it finds no address to connect to, we do not.
      if (delay !== undefined) {
        setTimeout(() => {
          if (!this.#ending && this.client.status === "end")
            this.client.connect().catch(() => undefined);
        }, delay());
        return;
      }
      context.logger.error("the Redis client that was passed in has been closed");
      context.onState("closed", this.cause);
    });
    this.#on("ready", async () => {
      const epoch = ++this.epoch;
      try {
        await prepare?.(this.client);
      } catch (error) {
        // Lost again, or the server refuses what it granted before.
        if (epoch !== this.epoch || this.client.status !== "ready") return;
        context.logger.error(`Redis at ${address} refuses ${use}: ${messageOf(error)}`);
      }
      if (epoch !== this.epoch || this.client.status !== "ready") return;
      calm();
      this.since = performance.now();
      const before = this.#back;
      if (before === undefined) return;
      this.#back = undefined;
      this.cause = undefined;
      context.logger.info(`the connection for ${use} to Redis at ${address} is back`);
      before.resolve();
      this.onChange();
    });
  }

  #on(event: string, listener: (...args: never[]) => unknown): void {
    const handle = listener as (...args: unknown[]) => void;
    this.client.on(event, handle);
    this.#unhook.push(() => this.client.off(event, handle));
  }

  #release(): void {
    for (const unhook of this.#unhook) unhook();
    // An error event that nobody hears would end the process.
    if (this.#owned) this.client.on("error", () => {});
  }
}

/** A server that wants a password lets everybody connect; only a command tells. */
async function ask(client: RedisClient): Promise<void> {
  try {
    await client.ping();
  } catch (error) {
    if (!isReply(error, "NOPERM") && !isReply(error, "LOADING")) throw error;
  }
}

function failure(address: string, cause: unknown): ConnectError {
  if (isRefusal(cause)) {
    return new ConnectError(
      `Redis at ${address} refused the credentials (${messageOf(cause)}): check user and password`,
      { cause },
    );
  }
  if (isReply(cause, "NOPERM")) {
    return new ConnectError(
      `Redis at ${address} does not permit what is needed (${messageOf(cause)}): give the user the permission (ACL SETUSER)`,
      { cause },
    );
  }
  return new ConnectError(
    `Redis at ${address} does not answer (${messageOf(cause)}): start a server (redis-server), or set MILLRACE_REDIS_URL`,
    { cause },
  );
}
