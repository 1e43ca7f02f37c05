/** An app: brokers that start and drain together, hooks around them, and health. */
import { connectionOf, type AnyBroker } from "./broker.ts";
import type { Counts, SubscriberHealth } from "./connection.ts";
import type { BrokerKind, ConnectionState } from "./driver.ts";
import { DeadlineError, DeclarationError } from "./errors.ts";
import { createLogger, type Logger } from "./logger.ts";
import { routingOf } from "./scope.ts";

/** Recognises an App of any copy of millrace. */
export const APP: symbol = Symbol.for("millrace.app");

/** What an app is told about itself. */
export interface AppOptions {
  /** The service's name, to brokers and in documents (AsyncAPI `info.title`). Default: `MILLRACE_SERVICE`, else `millrace`. */
  readonly title?: string;
  /** AsyncAPI `info.version`. */
  readonly version?: string;
  readonly description?: string;
  /** `health()` calls a subscriber down when messages are with its handler and none has ended for so long, in ms. Default 300000, five minutes. */
  readonly stalledAfter?: number;
  /** Default: pino, readable on a terminal and JSON elsewhere. */
  readonly logger?: Logger;
}

/** What hooks are given. */
export interface HookContext {
  readonly app: App;
  readonly logger: Logger;
  /** Options of `millrace run` that it does not know itself: `--db-url x` is `options["db-url"]`. */
  readonly options: Readonly<Record<string, string | true>>;
}

export type Hook = (context: HookContext) => unknown;

/** How to start. */
export interface StartOptions {
  /** For the hooks. Default: none. */
  readonly options?: Readonly<Record<string, string | true>>;
  /** How the app names itself to brokers. Default: `MILLRACE_SERVICE`, else the title. */
  readonly clientName?: string;
  /** Default: the app's. */
  readonly logger?: Logger;
}

/** How to stop. */
export interface StopOptions {
  /** How long messages being handled may take, in ms; then their signals abort and connections close. Default 10000. */
  readonly deadline?: number;
}

/** A subscriber as the command line and documents see it. */
export interface SubscriberInfo {
  readonly protocol: BrokerKind["protocol"];
  readonly address: string;
  readonly group: string | undefined;
}

/** What is connected and in force. */
export interface Health {
  /** `up`: every broker is connected, every subscriber is in force and gets on. */
  readonly status: "up" | "down";
  readonly brokers: readonly {
    readonly protocol: BrokerKind["protocol"];
    readonly state: ConnectionState;
    readonly subscribers: number;
    readonly active: number;
    readonly counts: Readonly<Counts>;
    readonly subscriptions: readonly SubscriberHealth[];
  }[];
}

type Phase = "onStartup" | "afterStartup" | "onShutdown" | "afterShutdown";

export class App implements AsyncDisposable {
  readonly title: string;
  readonly options: AppOptions;
  readonly brokers: readonly AnyBroker[];
  readonly #hooks: Record<Phase, Hook[]> = {
    onStartup: [],
    afterStartup: [],
    onShutdown: [],
    afterShutdown: [],
  };
  readonly #listeners = new Set<
    (protocol: string, state: ConnectionState, cause?: Error) => void
  >();
  #logger: Logger | undefined;
  #hookOptions: HookContext["options"] = {};
  #running = false;
  #stopping: Promise<void> | undefined;

  /** Brokers in any number, options last: `new App(nats, mqtt, { title: "shipping" })`. */
  constructor(...parts: [AnyBroker, ...AnyBroker[]] | [AnyBroker, ...AnyBroker[], AppOptions]) {
    const last = parts.at(-1);
    const options = last !== undefined && !isBroker(last) ? last : undefined;
    Object.defineProperty(this, APP, { value: true });
    this.brokers = (parts as (AnyBroker | AppOptions)[]).filter((part): part is AnyBroker =>
      isBroker(part),
    );
    this.options = options ?? {};
    this.title = this.options.title ?? process.env["MILLRACE_SERVICE"] ?? "millrace";
    if (this.brokers.length === 0)
      throw new DeclarationError("an App needs a broker: new App(new NatsBroker())");
    if (new Set(this.brokers).size < this.brokers.length)
      throw new DeclarationError("an App was given the same broker twice");
  }

  get logger(): Logger {
    return (this.#logger ??= this.options.logger ?? createLogger({ name: this.title }));
  }

  /** All subscribers, those of routers included. */
  get subscribers(): readonly SubscriberInfo[] {
    return this.brokers.map(connectionOf).flatMap(({ kind, scope }) =>
      [...scope.all()].map((declaration) => ({
        protocol: kind.protocol,
        address: declaration.scope.address(declaration.on).template,
        group: routingOf(kind).groupOf(declaration.scope.subscribable(declaration)),
      })),
    );
  }

  /** Before brokers connect: open databases here. */
  onStartup(hook: Hook): this {
    this.#hooks.onStartup.push(hook);
    return this;
  }

  /** When every subscriber is in force: publish first messages here. */
  afterStartup(hook: Hook): this {
    this.#hooks.afterStartup.push(hook);
    return this;
  }

  /** Before subscribers drain. */
  onShutdown(hook: Hook): this {
    this.#hooks.onShutdown.push(hook);
    return this;
  }

  /** When brokers are closed: close databases here. Called in the opposite order. */
  afterShutdown(hook: Hook): this {
    this.#hooks.afterShutdown.unshift(hook);
    return this;
  }

  /** Calls back when a broker connects, reconnects or closes. Returns the way to stop. */
  onConnection(
    listener: (protocol: string, state: ConnectionState, cause?: Error) => void,
  ): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @internal */
  connectionChanged(protocol: string, state: ConnectionState, cause?: Error): void {
    for (const listener of this.#listeners) listener(protocol, state, cause);
  }

  /**
   * Connects all brokers at once, then puts every subscriber in force. Starting twice does nothing.
   * @throws {ConnectError} {ClientMissingError} {DeclarationError} or what a hook throws; what was opened is closed again.
   */
  async start(options: StartOptions = {}): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#stopping = undefined;
    this.#hookOptions = options.options ?? {};
    const clientName = options.clientName ?? process.env["MILLRACE_SERVICE"] ?? this.title;
    const connections = this.brokers.map(connectionOf);
    try {
      await this.#call("onStartup");
      await allOrFirstError(
        connections.map((connection) =>
          connection.open(this, clientName, options.logger ?? this.logger),
        ),
      );
      await allOrFirstError(connections.map((connection) => connection.subscribeAll()));
      await this.#call("afterStartup");
    } catch (error) {
      this.#running = false;
      await Promise.all(connections.map((connection) => connection.close()));
      throw error;
    }
  }

  /** Drains all subscribers at once, then closes the brokers. Calls while it runs wait for the same stop. */
  stop(options: StopOptions = {}): Promise<void> {
    if (!this.#running) return this.#stopping ?? Promise.resolve();
    this.#running = false;
    this.#stopping = this.#stop(options.deadline ?? 10_000);
    return this.#stopping;
  }

  health(): Health {
    const brokers = this.brokers.map(connectionOf).map((connection) => ({
      protocol: connection.kind.protocol,
      state: connection.state,
      subscribers: [...connection.scope.all()].length,
      active: connection.active.size,
      counts: { ...connection.counts },
      subscriptions: connection.subscriberHealth(this.options.stalledAfter ?? 300_000),
    }));
    const up = brokers.every(
      ({ state, subscriptions }) =>
        state === "connected" && subscriptions.every(({ status }) => status === "up"),
    );
    return { status: up ? "up" : "down", brokers };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(deadline: number): Promise<void> {
    const connections = this.brokers.map(connectionOf);
    await this.#callAll("onShutdown");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), deadline);
    });
    const drained = Promise.allSettled(connections.map((connection) => connection.drain()));
    const outcome = await Promise.race([drained, late]);
    clearTimeout(timer);
    if (outcome === "late") {
      const error = new DeadlineError(`messages were still being handled after ${deadline} ms`);
      this.logger.error(
        "%s: closing; a broker that redelivers will deliver them again",
        error.message,
      );
      for (const connection of connections) connection.abort(error);
    } else {
      for (const result of outcome) {
        if (result.status === "rejected")
          this.logger.warn({ err: result.reason as unknown }, "could not drain");
      }
    }
    await Promise.all(connections.map((connection) => connection.close()));
    await this.#callAll("afterShutdown");
  }

  async #call(phase: Phase): Promise<void> {
    const context: HookContext = { app: this, logger: this.logger, options: this.#hookOptions };
    for (const hook of this.#hooks[phase]) await hook(context);
  }

  /** On the way down every hook gets its turn, whatever another one throws. */
  async #callAll(phase: Phase): Promise<void> {
    const context: HookContext = { app: this, logger: this.logger, options: this.#hookOptions };
    for (const hook of this.#hooks[phase]) {
      try {
        await hook(context);
      } catch (error) {
        this.logger.error({ err: error }, "a hook of %s failed", phase);
      }
    }
  }
}

function isBroker(part: AnyBroker | AppOptions): part is AnyBroker {
  return "subscriber" in part && typeof part.subscriber === "function";
}

/** Waits for all, so that nothing is left half open, then throws the first error. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}
