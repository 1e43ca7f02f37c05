/** One virtual host: exchanges, queues and what binds them. */
import type {
  Actor,
  Binding,
  Broker,
  ExchangeDeclaration,
  Exchange,
  Message,
  Outgoing,
  Owner,
  Published,
  Queue,
  QueueConditions,
  QueueDeclaration,
  QueueHost,
  VhostMetadata,
  VirtualHost,
} from "./contract.ts";
import { NO_FIELDS } from "../wire/values.ts";
import { Access } from "./access.ts";
import { DelayedMessages } from "./delayed-messages.ts";
import type { BoundExchange } from "./exchange.ts";
import { ExchangeVerbs } from "./exchange-verbs.ts";
import { Exchanges } from "./exchanges.ts";
import { entryOf } from "./journal-entries.ts";
import { withoutLineEnds } from "./names.ts";
import { Policies } from "./policies.ts";
import { Publishing } from "./publishing.ts";
import { createQueueHost } from "./queue-host.ts";
import { QueueTable } from "./queue-table.ts";
import { DirectReplies } from "./replies.ts";
import { Router } from "./router.ts";
import {
  clearContents,
  restoreContents,
  snapshotContents,
  type VhostContents,
  type VhostParts,
} from "./vhost-snapshot.ts";

export class Vhost implements VirtualHost {
  readonly name: string;
  metadata: VhostMetadata = { description: "", tags: [], tracing: false };
  readonly policies: Policies;
  readonly replies: DirectReplies = new DirectReplies();
  readonly #access: Access;
  readonly #exchanges: Exchanges;
  readonly #verbs: ExchangeVerbs;
  readonly #host: QueueHost;
  readonly #queues: QueueTable;
  readonly #router: Router;
  readonly #publishing: Publishing;
  readonly #delayed: DelayedMessages;

  constructor(name: string, creator: string, broker: Pick<Broker, "clock" | "journal" | "users">) {
    const { clock, journal, users } = broker;
    this.name = name;
    this.#access = new Access(users, name);
    this.#host = createQueueHost(clock, this, (kind, message, queue, reason) => {
      const subscription = { pattern: queue.name, group: queue.name };
      const more = reason === undefined ? { subscription } : { subscription, reason };
      journal.record(entryOf(kind, message, null, more));
    });
    this.#queues = new QueueTable(name, this.#access, this.#host, (queue) =>
      this.#router.forgetName(queue),
    );
    this.#delayed = new DelayedMessages(clock, (exchange, message) => {
      const bound = this.#exchanges.byName.get(exchange);
      if (bound !== undefined) this.#publishing.release(bound, message);
    });
    this.#exchanges = new Exchanges(
      {
        random: Math.random,
        hold: (exchange, message, ms) => this.#delayed.hold(exchange, message, ms),
      },
      creator,
      () => this.#router.forget(),
    );
    this.#router = new Router({
      exchanges: this.#exchanges.byName,
      queues: this.#queues.byName,
      alternateOf: (exchange) => this.#alternateOf(exchange),
    });
    this.policies = new Policies(() => {
      this.#router.forget();
      for (const queue of this.queues.values()) queue.applyPolicy();
    });
    this.#verbs = new ExchangeVerbs(name, this.#access, this.#exchanges, this.#queues);
    this.#publishing = new Publishing({
      vhost: name,
      journal,
      access: this.#access,
      exchanges: this.#exchanges.byName,
      router: this.#router,
      replies: this.replies,
      deadLetters: this.#host.deadLetters,
    });
  }

  get exchanges(): ReadonlyMap<string, Exchange> {
    return this.#exchanges.byName;
  }

  get queues(): ReadonlyMap<string, Queue> {
    return this.#queues.byName;
  }

  declareExchange(declaration: ExchangeDeclaration, actor: Actor): void {
    this.#verbs.declare(declaration, actor);
  }

  /** Anybody may ask whether an exchange is there. */
  findExchange(name: string, _: Actor): Exchange {
    return this.#verbs.find(name);
  }

  deleteExchange(name: string, ifUnused: boolean, actor: Actor): void {
    this.#verbs.delete(name, ifUnused, actor);
  }

  bind(binding: Binding, actor: Actor): void {
    this.#verbs.bind(binding, actor);
  }

  unbind(binding: Binding, actor: Actor): void {
    this.#verbs.unbind(binding, actor);
  }

  bindingsOf(destination: string, type: Binding["destinationType"]): readonly Binding[] {
    const bindings = this.#exchanges.endingAt(type, destination);
    return type === "queue" ? [defaultBinding(destination), ...bindings] : bindings;
  }

  declareQueue(declaration: QueueDeclaration, actor: Actor): Queue {
    return this.#queues.declare(declaration, actor);
  }

  findQueue(asked: string, actor: Actor, permission: "configure" | "read" | null): Queue {
    const name = withoutLineEnds(asked);
    if (permission !== null) this.#access.require(actor, permission, "queue", name);
    return this.#queues.find(name, actor);
  }

  deleteQueue(asked: string, conditions: QueueConditions, actor: Actor): number {
    const name = withoutLineEnds(asked);
    this.#access.require(actor, "configure", "queue", name);
    const queue = this.queues.get(name);
    if (queue === undefined) return 0;
    this.#queues.assertMayUse(queue, actor);
    this.#queues.checkConditions(queue, conditions);
    // How much was in a stream is not said.
    const count = queue.type === "stream" ? 0 : queue.messageCount;
    this.dropQueue(queue);
    return count;
  }

  purgeQueue(name: string, actor: Actor): number {
    return this.findQueue(name, actor, "read").purge();
  }

  dropQueue(queue: Queue): void {
    if (!this.#queues.remove(queue)) return;
    this.#exchanges.forget("queue", queue.name);
    queue.close();
  }

  check(message: Outgoing, actor: Actor): void {
    this.#publishing.check(message, actor);
  }

  publish(message: Outgoing, actor: Actor): Published {
    return this.#publishing.publish(message, actor);
  }

  forward(message: Message, except?: (queue: Queue) => boolean): Published {
    return this.#publishing.forward(message, except);
  }

  release(owner: Owner): void {
    for (const queue of this.#queues.ownedBy(owner)) this.dropQueue(queue);
  }

  snapshot(): VhostContents {
    return snapshotContents(this.#parts());
  }

  /** Replaces all there is; consumers are told that their queues are gone. @throws where it cannot be read. */
  restore(contents: VhostContents, time: number): void {
    for (const queue of this.queues.values()) this.dropQueue(queue);
    clearContents(this.#parts());
    restoreContents(this.#parts(), contents, time);
  }

  close(): void {
    this.#delayed.clear();
    for (const queue of this.queues.values()) this.dropQueue(queue);
    this.#host.timers.clear();
  }

  #parts(): VhostParts {
    return {
      exchanges: this.#exchanges,
      queues: this.#queues,
      policies: this.policies,
      delayed: this.#delayed,
    };
  }

  #alternateOf(exchange: BoundExchange): string | undefined {
    const argument = exchange.arguments.get("alternate-exchange");
    if (argument !== undefined)
      return argument.type === "longstr" ? argument.value.toString() : undefined;
    const policy = this.policies.ofExchange(exchange.name).definition["alternate-exchange"];
    return typeof policy === "string" ? policy : undefined;
  }
}

/** Every queue has it. */
function defaultBinding(queue: string): Binding {
  return {
    source: "",
    destination: queue,
    destinationType: "queue",
    routingKey: queue,
    arguments: NO_FIELDS,
  };
}
