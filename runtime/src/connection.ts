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
import { Activity } from "./activity.ts";
import type { Channel } from "./channel.ts";
import { compile, type Compiled, type Outcome } from "./pipeline.ts";
import { createPublisher, type Sender } from "./publisher.ts";
import { routingOf, type Declaration, type Provider, type Scope } from "./scope.ts";

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

/** Whether a subscriber receives and gets on. */
export interface SubscriberHealth {
  /** With prefix and `{param}`s. */
  readonly address: string;
  readonly group?: string;
  readonly status: "up" | "down";
  /** Why it is down: not assigned, consumer gone, stuck in its handler … */
  readonly problem?: string;
  /** How many messages are with its handler now. */
  readonly handling: number;
}

/** A subscriber that is in force. */
interface Running {
  readonly subscription: ActiveSubscription;
  readonly compiled: Compiled;
  readonly activity: Activity;
}

export class Connection {
  readonly kind: BrokerKind;
  readonly scope: Scope;
  readonly counts: Counts = { received: 0, handled: 0, failed: 0, rejected: 0, filtered: 0 };
  readonly active: Map<Declaration, Running> = new Map();
  readonly undeclared: Map<string | Channel, Sender> = new Map();
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
    const subscribable = declaration.scope.subscribable(declaration);
    const { address, channel } = subscribable;
    if (this.driver === undefined) {
      throw new DeclarationError(
        `the subscriber of "${address.template}" cannot start before its broker: call \`await app.start()\` first`,
      );
    }
    const { concurrency = 1, batch } = declaration.options;
    const group = routingOf(this.kind).groupOf(subscribable);
    const activity = new Activity();
    const compiled = compile(declaration, this, activity);
    declaration.life?.open();
    const subscription = await this.driver.subscribe({
      address,
      ...(channel === undefined ? {} : { channel }),
      ...(group === undefined ? {} : { group }),
      concurrency: batch?.size ?? concurrency,
      options: declaration.options,
      deliver: compiled.deliver,
    });
    this.active.set(declaration, { subscription, compiled, activity });
  }

  async unsubscribe(declaration: Declaration): Promise<void> {
    const running = this.active.get(declaration);
    this.active.delete(declaration);
    if (running !== undefined) await drain(declaration, running);
  }

  /** Takes no further messages and waits for those being handled. */
  async drain(): Promise<void> {
    const running = [...this.active];
    this.active.clear();
    await Promise.all(running.map(([declaration, each]) => drain(declaration, each)));
    await this.driver?.flush();
  }

  /** Each subscriber, and what keeps it from receiving. `stalledAfter`: ms without a message ending while some are with the handler. */
  subscriberHealth(stalledAfter: number): SubscriberHealth[] {
    return [...this.scope.all()].map((declaration) => {
      const subscribable = declaration.scope.subscribable(declaration);
      const running = this.active.get(declaration);
      const problem =
        running === undefined
          ? "not started"
          : (running.subscription.problem?.() ?? running.activity.problem(stalledAfter));
      const group = routingOf(this.kind).groupOf(subscribable);
      return {
        address: subscribable.address.template,
        ...(group === undefined ? {} : { group }),
        status: problem === undefined ? "up" : "down",
        ...(problem === undefined ? {} : { problem }),
        handling: running?.activity.handling ?? 0,
      };
    });
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
  senderFor(to: string | Channel, scope: Scope = this.scope): Sender {
    const key = typeof to === "string" ? scope.prefix + to : to;
    const known = this.undeclared.get(key);
    if (known !== undefined) return known;
    const made = createPublisher(() => scope.outlet, to, {});
    // Concrete addresses without end (`users.1`, `users.2` …) must not fill the memory.
    if (this.undeclared.size < 1000) this.undeclared.set(key, made);
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

async function drain(declaration: Declaration, { subscription, compiled }: Running): Promise<void> {
  const drained = subscription.drain();
  // Half a batch is not waited for, nor is someone who might take a message.
  compiled.hurry?.();
  declaration.life?.close();
  await drained;
}
