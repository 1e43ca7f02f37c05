/**
 * One connection to NATS: whether it is there, what the server refused, and that what was sent has arrived.
 * The client subscribes again by itself when it is back; everything else that must be said again listens to `onChange`.
 */
import { setImmediate as turn } from "node:timers/promises";
import { abortable, within } from "../abortable.ts";
import type { DriverContext } from "../driver.ts";
import { messageOf, PublishError } from "../errors.ts";
import type { NatsClient, Package } from "./driver.ts";

/** Counts the attempts to reconnect. */
export interface Attempts {
  failed(): void;
  reset(): void;
}

export class Link {
  readonly nats: Package;
  readonly client: NatsClient;
  readonly logger: DriverContext["logger"];
  /** ms. */
  readonly publishTimeout: number;
  /** Resolves when the connection is back; undefined while it is there. */
  lost: Promise<void> | undefined;
  readonly #context: DriverContext;
  readonly #attempts: Attempts | undefined;
  readonly #listeners = new Set<(state: "lost" | "back") => void>();
  /** How often the server refused a subject. */
  readonly #refused = new Map<string, number>();
  #found: (() => void) | undefined;
  /** The PING that all messages of this moment share. */
  #confirmation: Promise<void> | undefined;
  #closing = false;

  constructor(
    nats: Package,
    client: NatsClient,
    context: DriverContext,
    options: { publishTimeout?: number | undefined; attempts?: Attempts | undefined },
  ) {
    this.nats = nats;
    this.client = client;
    this.logger = context.logger;
    this.publishTimeout = options.publishTimeout ?? 10_000;
    this.#context = context;
    this.#attempts = options.attempts;
    void this.#watch();
    context.onState("connected");
  }

  /** Calls back when the connection is lost and when it is back. Returns the way to stop. */
  onChange(listener: (state: "lost" | "back") => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A subject of our own to receive on, under the client's prefix where it has one. */
  inbox(): string {
    const { options } = this.client as { options?: { inboxPrefix?: string } };
    return this.nats.createInbox(options?.inboxPrefix);
  }

  /** How often messages to a subject were refused so far. */
  refusals(subject: string): number {
    return this.#refused.get(subject) ?? 0;
  }

  /** Resolves when all that was sent until this moment has reached the server; rejects when the connection goes first. */
  confirm(): Promise<void> {
    this.#confirmation ??= (async () => {
      await Promise.resolve();
      this.#confirmation = undefined;
      await this.client.flush();
      // An -ERR that came before the PONG reaches `#watch` a few microtasks later.
      await turn();
    })();
    return this.#confirmation;
  }

  /** Waits for a lost connection, since the client throws away what is published before it is back. */
  async connected(subject: string, signal?: AbortSignal): Promise<void> {
    if (this.lost === undefined) return;
    const late = () =>
      new PublishError(
        `cannot publish to "${subject}": NATS has been out of reach for ${this.publishTimeout} ms`,
      );
    await abortable(within(this.lost, this.publishTimeout, late), signal);
  }

  async close(owned: boolean): Promise<void> {
    this.#closing = true;
    if (owned) await this.client.close().catch(() => undefined);
    else if (this.lost === undefined) await this.client.flush().catch(() => undefined);
    this.#context.onState("closed");
  }

  #lose(): void {
    this.lost = new Promise<void>((resolve) => (this.#found = resolve));
    for (const listener of this.#listeners) listener("lost");
  }

  #find(): void {
    this.lost = undefined;
    this.#found?.();
  }

  async #watch(): Promise<void> {
    void this.client.closed().then((error) => {
      this.#found?.();
      if (this.#closing) return;
      this.logger.error(
        `the NATS connection is closed: ${error === undefined ? "no reason given" : messageOf(error)}`,
      );
      this.#context.onState("closed", error ?? undefined);
    });
    for await (const status of this.client.status()) {
      const { Events, DebugEvents } = this.nats;
      const data = typeof status.data === "object" ? "" : String(status.data);
      if (status.type === Events.Disconnect && this.lost === undefined && !this.#closing) {
        this.#lose();
        this.logger.warn(`lost the connection to NATS at ${data}; reconnecting`);
        this.#context.onState("reconnecting");
      } else if (status.type === DebugEvents.Reconnecting) {
        this.#attempts?.failed();
      } else if (status.type === Events.Reconnect) {
        this.#attempts?.reset();
        this.#find();
        this.logger.info(`connected to NATS at ${data} again`);
        this.#context.onState("connected");
        for (const listener of this.#listeners) listener("back");
      } else if (status.type === Events.LDM) {
        this.logger.warn(
          `NATS at ${data} will shut down (lame duck mode); the client moves when it does`,
        );
      } else if (status.type === Events.Error) {
        this.#noteError(data, status.permissionContext);
      }
    }
  }

  #noteError(code: string, permission: { operation: string; subject: string } | undefined): void {
    if (permission?.operation === "publish")
      this.#refused.set(permission.subject, this.refusals(permission.subject) + 1);
    this.logger.error(
      `NATS reports ${code}${permission === undefined ? "" : ` for ${permission.operation} "${permission.subject}"`}`,
    );
  }
}

/** The client's code of an error: `503`, `AUTHORIZATION_VIOLATION` … */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
