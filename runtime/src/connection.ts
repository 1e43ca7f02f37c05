/** One broker's life: connect, subscribe, count, drain, close. */
import type { App } from "./app.ts";
import type {
  ActiveSubscription,
  BrokerKind,
  Connect,
  ConnectionState,
  Driver,
  Incoming,
} from "./driver.ts";
import { DeclarationError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { compile, type Outcome } from "./pipeline.ts";
import { createPublisher, type Sender } from "./publisher.ts";
import type { Declaration, Provider, Scope } from "./scope.ts";

/** Sees what a test wants to know. */
export interface Observer {
  /** A declared or undeclared publisher is about to send. */
  sent(sender: Sender, message: unknown): void;
  /** The id of the test that set the message off, for brokers that carry no headers. */
  testIdOf(declaration: Declaration, message: Incoming): string | undefined;
  settled(declaration: Declaration, message: Incoming, outcome: Outcome): void;
  /** Dependencies to use instead of the declared ones, by name. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/** How many messages met which end, since the start. */
export interface Counts {
  received: number;
  handled: number;
  failed: number;
  /** Not readable: wrong encoding or schema. */
  rejected: number;
  /** Not for this subscriber, by its `filter`. */
  filtered: number;
}

export class Connection {
  readonly kind: BrokerKind;
  readonly scope: Scope;
  readonly counts: Counts = { received: 0, handled: 0, failed: 0, rejected: 0, filtered: 0 };
  readonly active: Map<Declaration, ActiveSubscription> = new Map();
  readonly undeclared: Map<string, Sender> = new Map();
  /** How to connect; tests put another driver here. */
  connect: Connect;
  driver: Driver | undefined;
  state: ConnectionState = "closed";
  observer: Observer | undefined;
  app: App | undefined;
  #logger: Logger | undefined;
  #stopping = new AbortController();

  constructor(kind: BrokerKind, scope: Scope, connect: Connect) {
    this.kind = kind;
    this.scope = scope;
    this.connect = connect;
  }

  get logger(): Logger {
    if (this.#logger === undefined)
      throw new DeclarationError(`the ${this.kind.protocol} broker has not been started`);
    return this.#logger;
  }

  /** Aborts when handlers must end now. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  async open(app: App | undefined, clientName: string, logger: Logger): Promise<void> {
    this.app = app;
    this.#logger = logger.child({ broker: this.kind.protocol });
    this.#stopping = new AbortController();
    this.driver = await this.connect({
      clientName,
      logger: this.#logger,
      onState: (state, cause) => this.#enter(state, cause),
    });
    this.#enter("connected");
  }

  async subscribeAll(): Promise<void> {
    await Promise.all([...this.scope.all()].map((declaration) => this.subscribe(declaration)));
  }

  async subscribe(declaration: Declaration): Promise<void> {
    if (this.active.has(declaration)) return;
    const address = declaration.scope.address(declaration.name);
    if (this.driver === undefined) {
      throw new DeclarationError(
        `the subscriber of "${address.template}" cannot start before its broker: call \`await app.start()\` first`,
      );
    }
    const { group, concurrency = 1 } = declaration.options;
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new DeclarationError(
        `the subscriber of "${address.template}" has concurrency ${concurrency}: give a whole number from 1`,
      );
    }
    const subscription = await this.driver.subscribe({
      address,
      ...(group === undefined ? {} : { group }),
      concurrency,
      options: declaration.options,
      deliver: compile(declaration, this),
    });
    this.active.set(declaration, subscription);
  }

  async unsubscribe(declaration: Declaration): Promise<void> {
    const subscription = this.active.get(declaration);
    this.active.delete(declaration);
    await subscription?.drain();
  }

  /** Takes no further messages and waits for those being handled. */
  async drain(): Promise<void> {
    const subscriptions = [...this.active.values()];
    this.active.clear();
    await Promise.all(subscriptions.map((subscription) => subscription.drain()));
    await this.driver?.flush();
  }

  /** Tells handlers that still run to end. */
  abort(reason: Error): void {
    this.#stopping.abort(reason);
  }

  async close(): Promise<void> {
    const { driver } = this;
    this.driver = undefined;
    await driver?.close();
    this.#enter("closed");
  }

  /** The sender behind `broker.publish("address", …)`, made once for each address. */
  senderFor(name: string): Sender {
    const known = this.undeclared.get(name);
    if (known !== undefined) return known;
    const made = createPublisher(() => this.scope.outlet, name, {});
    // Concrete addresses without end (`users.1`, `users.2` …) must not fill the memory.
    if (this.undeclared.size < 1000) this.undeclared.set(name, made);
    return made;
  }

  #enter(state: ConnectionState, cause?: Error): void {
    if (state === this.state) return;
    this.state = state;
    const text =
      cause === undefined
        ? `${this.kind.protocol}: ${state}`
        : `${this.kind.protocol}: ${state} (${cause.message})`;
    if (state === "reconnecting") this.logger.warn(text);
    else this.logger.debug(text);
    this.app?.connectionChanged(this.kind.protocol, state, cause);
  }
}
