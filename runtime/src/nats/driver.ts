/**
 * NATS by the package "nats" (nats.js 2): the only file that imports it. Connecting, and core NATS; streams are in
 * jetstream.ts.
 *
 * Core NATS is at most once: what is published while nobody listens, or while the connection is down, is gone.
 * So a publish is confirmed by a PING that follows it (the server answers in order), many at a time with one PING,
 * and what could not be confirmed rejects. Received messages wait in this process: the protocol has no back-pressure.
 */
import type {
  Authenticator,
  DeliveryInfo,
  KV,
  KvEntry,
  Msg,
  MsgHdrs,
  NatsConnection,
  ObjectStore,
  Subscription,
} from "nats";
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
  messageOf,
  MillraceError,
  PublishError,
  RequestError,
} from "../errors.ts";
import { createIntake } from "../intake.ts";
import { parseServerUrl } from "../server-url.ts";
import type { Api } from "./api.ts";
import { credentialsOf } from "./credentials.ts";
import { createJetStream, type JetStream } from "./jetstream.ts";
import { codeOf, Link } from "./link.ts";
import { readMessage, writeHeaders } from "./message.ts";
import type { NatsOptions } from "./options.ts";

/** A connection of the package "nats". */
export type NatsClient = NatsConnection;
export type Package = typeof import("nats");
export type { Authenticator, DeliveryInfo, KV, KvEntry, Msg, MsgHdrs, ObjectStore, Subscription };

/** From here on a queue is worth a warning, at each doubling. */
const MANY_WAITING = 10_000;

/**
 * Connects with these options; see {@link NatsOptions}. `url` gives the address when it is needed, `onApi` is given
 * JetStream of the connection, and undefined when it closes.
 */
export function connectNats(
  options: NatsOptions,
  url: () => string,
  onApi: (api: Api | undefined) => void = () => {},
): Connect {
  return async (context) => {
    const nats = await import("nats").catch((cause: unknown) => {
      throw new ClientMissingError("nats", { cause });
    });
    const backoff = createBackoff();
    const client =
      options.client ??
      (await open(nats, { ...options, url: context.url ?? url() }, context, () => backoff.delay));
    const link = new Link(nats, client, context, {
      publishTimeout: options.publishTimeout,
      attempts: options.client === undefined ? backoff : undefined,
    });
    const jetstream = createJetStream(link, options.domain);
    onApi(jetstream.api);
    return new NatsDriver(link, jetstream, {
      owned: options.client === undefined,
      onClose: () => onApi(undefined),
    });
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
  const authenticator = credentialsOf(options, nats);
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
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    });
  } catch (cause) {
    if (codeOf(cause) === nats.ErrorCode.AuthorizationViolation) {
      throw new ConnectError(
        `NATS at ${shown} refused the credentials: check user and password, token, nkey or creds`,
        { cause },
      );
    }
    // OpenSSL's names for what is wrong with a certificate; the client's for a server without TLS.
    if (/CERT|SIGNATURE|ISSUER|ERR_TLS|ERR_SSL|SERVER_OPT_NA/.test(codeOf(cause) ?? ""))
      throw new ConnectError(
        `TLS with NATS at ${shown} failed (${messageOf(cause)}): check tls.ca, tls.cert and tls.key, and whether the server has TLS`,
        { cause },
      );
    const hint =
      options.tls === undefined ? "" : " It may ask for a certificate: tls.cert, tls.key.";
    throw new ConnectError(
      `NATS at ${shown} does not answer (${messageOf(cause)}): start a server (\`npx millrace-emulator\` or nats-server), or set MILLRACE_NATS_URL.${hint}`,
      { cause },
    );
  }
}

class NatsDriver implements Driver {
  readonly #link: Link;
  readonly #jetstream: JetStream;
  readonly #life: { readonly owned: boolean; onClose(): void };

  constructor(link: Link, jetstream: JetStream, life: { owned: boolean; onClose(): void }) {
    this.#link = link;
    this.#jetstream = jetstream;
    this.#life = life;
  }

  async subscribe(request: SubscribeRequest): Promise<ActiveSubscription> {
    if (request.channel !== undefined) return this.#jetstream.subscribe(request);
    const { client, logger } = this.#link;
    const { pattern } = request.address;
    let warnAt = MANY_WAITING;
    const intake = createIntake(request.concurrency, (message: Msg) =>
      request.deliver(readMessage(message, (answer) => this.#respond(message, answer))),
    );
    let refused: Error | undefined;
    const subscription = client.subscribe(pattern, {
      ...(request.group === undefined ? {} : { queue: request.group }),
      callback: (error, message) => {
        if (error !== null) {
          refused = error;
          return;
        }
        intake.push(message);
        if (intake.waiting < warnAt) return;
        logger.warn(
          `${intake.waiting} messages wait for "${pattern}": its handler is slower than they come, and core NATS cannot hold them back`,
        );
        warnAt *= 2;
      },
    });
    await client.flush().catch((cause: unknown) => this.#resubscribed(pattern, cause));
    if (refused !== undefined)
      throw new ConnectError(
        `NATS refuses the subscription to "${pattern}": give the user permission to subscribe`,
        { cause: refused },
      );
    return {
      redelivers: false,
      problem: () =>
        refused === undefined ? undefined : `NATS refuses the subscription: ${refused.message}`,
      drain: async () => {
        await this.#end(subscription);
        // The broker has forgotten them already, so those that wait are handled as well.
        await intake.drain(() => true);
        if (this.#link.lost === undefined) await client.flush().catch(() => undefined);
      },
    };
  }

  async publish(message: Outgoing): Promise<void> {
    if (message.channel !== undefined) await this.#jetstream.publish(message);
    else await this.#send(message.address, message);
  }

  async request(message: Outgoing, { timeout }: { timeout: number }): Promise<Incoming> {
    const { address, signal } = message;
    if (message.channel !== undefined)
      throw new RequestError(
        "unsupported",
        `a stream does not answer requests: ask "${address}" as a plain subject`,
      );
    const { client, nats } = this.#link;
    const late = (cause?: unknown) =>
      new RequestError("timeout", `no answer from "${address}" within ${timeout} ms`, { cause });
    const started = performance.now();
    signal?.throwIfAborted();
    if (this.#link.lost !== undefined)
      await abortable(within(this.#link.lost, timeout, late), signal);
    const left = Math.max(1, Math.round(timeout - (performance.now() - started)));
    const asked = client.request(address, message.payload, {
      timeout: left,
      headers: writeHeaders(message, nats.headers()),
    });
    try {
      const answer = await abortable(asked, signal);
      return readMessage(answer, (again) => this.#respond(answer, again));
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const code = codeOf(cause);
      if (code === nats.ErrorCode.NoResponders) {
        throw new RequestError(
          "no-responders",
          `nobody answers "${address}": start the service that does`,
          { cause },
        );
      }
      if (code === nats.ErrorCode.Timeout) throw late(cause);
      throw new PublishError(sendFailure(address, message.payload, cause, this.#link), { cause });
    }
  }

  async flush(): Promise<void> {
    await this.#link.client.flush().catch((cause: unknown) => {
      throw new PublishError(`NATS did not confirm what was sent: ${messageOf(cause)}`, { cause });
    });
  }

  async close(): Promise<void> {
    this.#life.onClose();
    await this.#jetstream.close();
    await this.#link.close(this.#life.owned);
  }

  async #respond(
    request: Msg,
    answer: { payload: Uint8Array; headers: Outgoing["headers"] },
  ): Promise<void> {
    await this.#send(request.reply ?? "", answer);
  }

  async #send(
    subject: string,
    message: Pick<Outgoing, "payload" | "headers" | "key" | "signal">,
  ): Promise<void> {
    const { client, nats } = this.#link;
    const { payload, signal } = message;
    signal?.throwIfAborted();
    await this.#link.connected(subject, signal);
    const refusedBefore = this.#link.refusals(subject);
    try {
      client.publish(subject, payload, { headers: writeHeaders(message, nats.headers()) });
      await abortable(this.#link.confirm(), signal);
    } catch (cause) {
      if (signal?.aborted || cause instanceof MillraceError) throw cause;
      throw new PublishError(sendFailure(subject, payload, cause, this.#link), { cause });
    }
    if (this.#link.refusals(subject) > refusedBefore) {
      throw new PublishError(
        `NATS refuses messages to "${subject}": give the user permission to publish`,
      );
    }
  }

  /** The client subscribes again by itself when it reconnects; only then is the subscription in force. */
  async #resubscribed(pattern: string, cause: unknown): Promise<void> {
    if (this.#link.client.isClosed())
      throw new ConnectError(`the connection closed before "${pattern}" was subscribed`, { cause });
    await this.#link.lost;
    await this.#link.client.flush();
  }

  async #end(subscription: Subscription): Promise<void> {
    if (subscription.isClosed() || this.#link.client.isClosed()) return;
    if (this.#link.lost === undefined) await subscription.drain().catch(() => undefined);
    else subscription.unsubscribe();
  }
}

function sendFailure(
  subject: string,
  payload: Uint8Array,
  cause: unknown,
  { client, nats }: Link,
): string {
  if (codeOf(cause) === nats.ErrorCode.MaxPayloadExceeded) {
    return `the message to "${subject}" is too large: ${payload.byteLength} bytes and its headers, and the server takes ${client.info?.max_payload} (max_payload)`;
  }
  if (codeOf(cause) === nats.ErrorCode.Disconnect) {
    return `the connection to NATS was lost before it confirmed the message to "${subject}": it may or may not have arrived`;
  }
  return `cannot publish to "${subject}": ${messageOf(cause)}`;
}
