/**
 * Core NATS by the package "nats" (nats.js 2): the only file that imports it.
 *
 * Core NATS is at most once: what is published while nobody listens, or while the connection is down, is gone.
 * So a publish is confirmed by a PING that follows it (the server answers in order), many at a time with one PING,
 * and what could not be confirmed rejects. Received messages wait in this process: the protocol has no back-pressure.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { Msg, MsgHdrs, NatsConnection, Subscription } from "nats";
import { abortable, within } from "../abortable.ts";
import { createBackoff } from "../backoff.ts";
import type {
  ActiveSubscription,
  Connect,
  Driver,
  DriverContext,
  Incoming,
  Outgoing,
  SubscribeRequest,
} from "../driver.ts";
import {
  ClientMissingError,
  ConnectError,
  MillraceError,
  PublishError,
  RequestError,
} from "../errors.ts";
import { createIntake } from "../intake.ts";
import { parseServerUrl } from "../server-url.ts";
import { readMessage, writeHeaders } from "./message.ts";
import type { NatsOptions } from "./options.ts";

/** A connection of the package "nats". */
export type NatsClient = NatsConnection;
export type { Msg, MsgHdrs };

type Package = typeof import("nats");

/** From here on a queue is worth a warning, at each doubling. */
const MANY_WAITING = 10_000;

/** Connects with these options; see {@link NatsOptions}. `url` gives the address when it is needed. */
export function connectNats(options: NatsOptions, url: () => string): Connect {
  return async (context) => {
    const nats = await import("nats").catch((cause: unknown) => {
      throw new ClientMissingError("nats", { cause });
    });
    if (options.client !== undefined)
      return new NatsDriver(nats, options.client, context, options, false);
    const backoff = createBackoff();
    const client = await open(
      nats,
      { ...options, url: context.url ?? url() },
      context,
      () => backoff.delay,
    );
    const driver = new NatsDriver(nats, client, context, options, true);
    driver.onAttempt = { failed: () => backoff.failed(), reset: () => backoff.reset() };
    return driver;
  };
}

async function open(
  nats: Package,
  options: NatsOptions & { url: string },
  context: DriverContext,
  delay: () => number,
): Promise<NatsConnection> {
  // nats.js takes no credentials in a URL, and no error may show them.
  const servers = options.url.split(",").map((url) => parseServerUrl(url.trim(), "nats"));
  const shown = servers.map((server) => server.address).join(", ");
  const user = options.user ?? servers[0]?.user;
  const password = options.password ?? servers[0]?.password;
  try {
    return await nats.connect({
      servers: servers.map((server) => server.address),
      name: options.name ?? context.clientName,
      timeout: options.connectTimeout ?? 5000,
      maxReconnectAttempts: -1,
      // Credentials may be renewed at the server: refused twice is no reason to give up for good.
      ignoreAuthErrorAbort: true,
      reconnectDelayHandler: delay,
      noAsyncTraces: true,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { pass: password }),
      ...(options.token === undefined ? {} : { token: options.token }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    });
  } catch (cause) {
    if (codeOf(cause) === nats.ErrorCode.AuthorizationViolation) {
      throw new ConnectError(
        `NATS at ${shown} refused the credentials: check user, password or token`,
        { cause },
      );
    }
    throw new ConnectError(
      `NATS at ${shown} does not answer (${messageOf(cause)}): start a server (\`npx millrace-emulator\` or nats-server), or set MILLRACE_NATS_URL`,
      { cause },
    );
  }
}

class NatsDriver implements Driver {
  onAttempt: { failed(): void; reset(): void } | undefined;
  readonly #nats: Package;
  readonly #client: NatsConnection;
  readonly #context: DriverContext;
  readonly #publishTimeout: number;
  readonly #owned: boolean;
  /** Resolves when the connection is back; absent while it is there. */
  #lost: { back: Promise<void>; resolve: () => void } | undefined;
  /** The PING that all publishes of this moment share. */
  #confirmation: Promise<void> | undefined;
  /** How often the server refused a subject. */
  readonly #refused = new Map<string, number>();
  #closing = false;

  constructor(
    nats: Package,
    client: NatsConnection,
    context: DriverContext,
    options: NatsOptions,
    owned: boolean,
  ) {
    this.#nats = nats;
    this.#client = client;
    this.#context = context;
    this.#publishTimeout = options.publishTimeout ?? 10_000;
    this.#owned = owned;
    void this.#watch();
    context.onState("connected");
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    const { pattern } = request.address;
    let warnAt = MANY_WAITING;
    const intake = createIntake(request.concurrency, (message: Msg) =>
      request.deliver(readMessage(message, (answer) => this.#respond(message, answer))),
    );
    let refused: Error | undefined;
    const subscription = this.#client.subscribe(pattern, {
      ...(request.group === undefined ? {} : { queue: request.group }),
      callback: (error, message) => {
        if (error !== null) {
          refused = error;
          return;
        }
        intake.push(message);
        if (intake.waiting < warnAt) return;
        this.#context.logger.warn(
          `${intake.waiting} messages wait for "${pattern}": its handler is slower than they come, and core NATS cannot hold them back`,
        );
        warnAt *= 2;
      },
    });
    await this.#client.flush().catch((cause: unknown) => this.#resubscribed(pattern, cause));
    if (refused !== undefined)
      throw new ConnectError(
        `NATS refuses the subscription to "${pattern}": give the user permission to subscribe`,
        { cause: refused },
      );
    return {
      redelivers: false,
      drain: async () => {
        await this.#end(subscription);
        // The broker has forgotten them already, so those that wait are handled as well.
        await intake.drain(() => true);
        if (this.#lost === undefined) await this.#client.flush().catch(() => undefined);
      },
    };
  }

  async publish(message: Outgoing): Promise<void> {
    await this.#send(message.address, message.payload, message.headers, message.signal);
  }

  async request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    const { address, signal } = message;
    const late = (cause?: unknown) =>
      new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`, { cause });
    const started = performance.now();
    signal?.throwIfAborted();
    if (this.#lost !== undefined) await abortable(within(this.#lost.back, timeout, late), signal);
    const left = Math.max(1, Math.round(timeout - (performance.now() - started)));
    const asked = this.#client.request(address, message.payload, {
      timeout: left,
      headers: writeHeaders(message.headers, this.#nats.headers()),
    });
    try {
      const answer = await abortable(asked, signal);
      return readMessage(answer, (again) => this.#respond(answer, again));
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const code = codeOf(cause);
      if (code === this.#nats.ErrorCode.NoResponders) {
        throw new RequestError(
          "no-responders",
          `nobody answers "${address}": start the service that does`,
          { cause },
        );
      }
      if (code === this.#nats.ErrorCode.Timeout) throw late(cause);
      throw new PublishError(
        sendFailure(address, message.payload, cause, this.#client, this.#nats),
        { cause },
      );
    }
  }

  async flush(): Promise<void> {
    await this.#client.flush().catch((cause: unknown) => {
      throw new PublishError(`NATS did not confirm what was sent: ${messageOf(cause)}`, { cause });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#owned) await this.#client.close().catch(() => undefined);
    else if (this.#lost === undefined) await this.#client.flush().catch(() => undefined);
    this.#context.onState("closed");
  }

  async #respond(
    request: Msg,
    answer: { payload: Uint8Array; headers: Outgoing["headers"] },
  ): Promise<void> {
    await this.#send(request.reply ?? "", answer.payload, answer.headers);
  }

  async #send(
    subject: string,
    payload: Uint8Array,
    headers: Outgoing["headers"],
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    await this.#connected(subject, signal);
    const refusedBefore = this.#refused.get(subject) ?? 0;
    try {
      this.#client.publish(subject, payload, {
        headers: writeHeaders(headers, this.#nats.headers()),
      });
      await abortable(this.#confirm(), signal);
    } catch (cause) {
      if (signal?.aborted || cause instanceof MillraceError) throw cause;
      throw new PublishError(sendFailure(subject, payload, cause, this.#client, this.#nats), {
        cause,
      });
    }
    if ((this.#refused.get(subject) ?? 0) > refusedBefore) {
      throw new PublishError(
        `NATS refuses messages to "${subject}": give the user permission to publish`,
      );
    }
  }

  /** One PING for everything published until this moment is over. */
  #confirm(): Promise<void> {
    this.#confirmation ??= (async () => {
      await Promise.resolve();
      this.#confirmation = undefined;
      await this.#client.flush();
      // An -ERR that came before the PONG reaches `#watch` a few microtasks later.
      await turn();
    })();
    return this.#confirmation;
  }

  /** Waits for a lost connection: nats.js throws away what is published before it is back. */
  async #connected(subject: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#lost === undefined) return;
    const late = () =>
      new PublishError(
        `cannot publish to "${subject}": NATS has been out of reach for ${this.#publishTimeout} ms`,
      );
    await abortable(within(this.#lost.back, this.#publishTimeout, late), signal);
  }

  /** The client subscribes again by itself when it reconnects; only then is the subscription in force. */
  async #resubscribed(pattern: string, cause: unknown): Promise<void> {
    if (this.#client.isClosed())
      throw new ConnectError(`the connection closed before "${pattern}" was subscribed`, { cause });
    await this.#lost?.back;
    await this.#client.flush();
  }

  async #end(subscription: Subscription): Promise<void> {
    if (subscription.isClosed() || this.#client.isClosed()) return;
    if (this.#lost === undefined) await subscription.drain().catch(() => undefined);
    else subscription.unsubscribe();
  }

  async #watch(): Promise<void> {
    void this.#client.closed().then((error) => {
      this.#lost?.resolve();
      if (this.#closing) return;
      this.#context.logger.error(
        `the NATS connection is closed: ${error === undefined ? "no reason given" : messageOf(error)}`,
      );
      this.#context.onState("closed", error ?? undefined);
    });
    for await (const status of this.#client.status()) {
      const { Events, DebugEvents } = this.#nats;
      const data = typeof status.data === "object" ? "" : String(status.data);
      if (status.type === Events.Disconnect && this.#lost === undefined && !this.#closing) {
        let resolve = () => {};
        const back = new Promise<void>((done) => (resolve = done));
        this.#lost = { back, resolve };
        this.#context.logger.warn(`lost the connection to NATS at ${data}; reconnecting`);
        this.#context.onState("reconnecting");
      } else if (status.type === DebugEvents.Reconnecting) {
        this.onAttempt?.failed();
      } else if (status.type === Events.Reconnect) {
        this.onAttempt?.reset();
        this.#lost?.resolve();
        this.#lost = undefined;
        this.#context.logger.info(`connected to NATS at ${data} again`);
        this.#context.onState("connected");
      } else if (status.type === Events.LDM) {
        this.#context.logger.warn(
          `NATS at ${data} will shut down (lame duck mode); the client moves when it does`,
        );
      } else if (status.type === Events.Error) {
        this.#noteError(data, status.permissionContext);
      }
    }
  }

  #noteError(code: string, permission: { operation: string; subject: string } | undefined): void {
    if (permission?.operation === "publish")
      this.#refused.set(permission.subject, (this.#refused.get(permission.subject) ?? 0) + 1);
    this.#context.logger.error(
      `NATS reports ${code}${permission === undefined ? "" : ` for ${permission.operation} "${permission.subject}"`}`,
    );
  }
}

function sendFailure(
  subject: string,
  payload: Uint8Array,
  cause: unknown,
  client: NatsConnection,
  nats: Package,
): string {
  if (codeOf(cause) === nats.ErrorCode.MaxPayloadExceeded) {
    return `the message to "${subject}" is too large: ${payload.byteLength} bytes and its headers, and the server takes ${client.info?.max_payload} (max_payload)`;
  }
  if (codeOf(cause) === nats.ErrorCode.Disconnect) {
    return `the connection to NATS was lost before it confirmed the message to "${subject}": it may or may not have arrived`;
  }
  return `cannot publish to "${subject}": ${messageOf(cause)}`;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
