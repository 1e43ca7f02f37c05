/** The queues of one virtual host: declared, found, deleted. What is in them is theirs. */
import type { Access } from "./access.ts";
import type {
  Actor,
  Owner,
  Queue,
  QueueConditions,
  QueueDeclaration,
  QueueHost,
} from "./contract.ts";
import { assertSameArguments, assertSameField } from "./equivalence.ts";
import { channelError, connectionError } from "./errors.ts";
import { described, generatedName, withoutLineEnds } from "./names.ts";
import { queueArgumentsOf, queueTypeOf } from "./queue-arguments.ts";
import { createQueue } from "./queue-types.ts";

/** No service has so many. RabbitMQ has no limit of its own, and words for one that is set. */
const MOST_QUEUES = 65_536;

export class QueueTable {
  readonly byName: Map<string, Queue> = new Map();
  readonly #owned = new Map<Owner, Set<Queue>>();
  readonly #vhost: string;
  readonly #access: Access;
  readonly #host: QueueHost;
  readonly #changed: (name: string) => void;

  /** `changed` is called when a queue has come or gone. */
  constructor(vhost: string, access: Access, host: QueueHost, changed: (name: string) => void) {
    this.#vhost = vhost;
    this.#access = access;
    this.#host = host;
    this.#changed = changed;
  }

  /** @throws {AmqpError} */
  declare(asked: QueueDeclaration, actor: Actor): Queue {
    const declaration = {
      ...asked,
      name: this.#nameFor(asked),
      // An exclusive queue ends with its connection; RabbitMQ does not compare what was said here.
      durable: asked.durable && asked.owner === null,
    };
    const { name } = declaration;
    this.#access.require(actor, "configure", "queue", name);
    const existing = this.byName.get(name);
    if (existing !== undefined) {
      this.#assertSame(existing, declaration);
      existing.touch();
      return existing;
    }
    this.#checkNew(declaration, actor);
    return this.add(declaration);
  }

  /** @throws {AmqpError} 406 for arguments that it cannot have. */
  add(declaration: QueueDeclaration): Queue {
    const queue = createQueue(this.#host, declaration);
    this.byName.set(queue.name, queue);
    this.#changed(queue.name);
    if (queue.owner !== null) {
      const owned = this.#owned.get(queue.owner) ?? new Set<Queue>();
      this.#owned.set(queue.owner, owned.add(queue));
    }
    return queue;
  }

  /** @throws {AmqpError} 404, or 405 for another connection's. */
  find(name: string, actor: Actor): Queue {
    const queue = this.byName.get(name);
    if (queue === undefined) throw channelError(404, `no ${described("queue", name, this.#vhost)}`);
    this.assertMayUse(queue, actor);
    return queue;
  }

  /** @throws {AmqpError} 405 */
  assertMayUse(queue: Queue, { connection }: Actor): void {
    if (queue.owner !== null && queue.owner !== connection) throw this.#locked(queue.name);
  }

  /** @throws {AmqpError} where the queue is not as the client says. */
  checkConditions(queue: Queue, { ifUnused, ifEmpty }: QueueConditions): void {
    const what = described("queue", queue.name, this.#vhost);
    if (queue.type === "quorum" && (ifUnused || ifEmpty))
      throw connectionError(
        540,
        `cannot delete ${what}. queue.delete operations with ${ifUnused ? "if-unused" : "if-empty"} flag set are not supported by quorum queues`,
      );
    if (queue.type !== "classic") return;
    if (ifEmpty && queue.messageCount > 0) throw channelError(406, `${what} not empty`);
    if (ifUnused && queue.consumers.length > 0) throw channelError(406, `${what} in use`);
  }

  /** Returns false where it has gone before. */
  remove(queue: Queue): boolean {
    if (this.byName.get(queue.name) !== queue) return false;
    this.byName.delete(queue.name);
    this.#changed(queue.name);
    if (queue.owner !== null) {
      const owned = this.#owned.get(queue.owner);
      owned?.delete(queue);
      if (owned?.size === 0) this.#owned.delete(queue.owner);
    }
    return true;
  }

  ownedBy(owner: Owner): readonly Queue[] {
    return [...(this.#owned.get(owner) ?? [])];
  }

  #nameFor(declaration: QueueDeclaration): string {
    const name = withoutLineEnds(declaration.name);
    if (name.startsWith("amq."))
      throw channelError(403, `queue name '${name}' contains reserved prefix 'amq.*'`);
    if (name !== "") return name;
    const type = queueTypeOf(declaration.arguments);
    if (type !== "classic")
      throw channelError(406, `Cannot declare a server-named queue for type rabbit_${type}_queue`);
    return generatedName();
  }

  #assertSame(queue: Queue, declaration: QueueDeclaration): void {
    // An exclusive queue is none for others, and one that is not is no exclusive one.
    if (queue.owner !== declaration.owner) throw this.#locked(queue.name);
    const what = described("queue", queue.name, this.#vhost);
    assertSameField(what, "durable", declaration.durable, queue.durable);
    assertSameField(what, "auto_delete", declaration.autoDelete, queue.autoDelete);
    const names = queueArgumentsOf(queue.type);
    assertSameArguments(what, names, declaration.arguments, queue.arguments);
  }

  #checkNew(declaration: QueueDeclaration, actor: Actor): void {
    const { name } = declaration;
    const what = described("queue", name, this.#vhost);
    if (this.byName.size >= MOST_QUEUES)
      throw channelError(
        406,
        `cannot declare queue '${name}': queue limit in vhost '${this.#vhost}' (${MOST_QUEUES}) is reached`,
      );
    const exchange = declaration.arguments.get("x-dead-letter-exchange");
    if (exchange === undefined) return;
    if (exchange.type !== "longstr")
      throw channelError(
        406,
        `invalid type '${exchange.type}' for arg 'x-dead-letter-exchange' in ${what}`,
      );
    this.#access.require(actor, "read", "queue", name);
    this.#access.require(actor, "write", "exchange", exchange.value.toString());
  }

  #locked(name: string): Error {
    return channelError(
      405,
      `cannot obtain exclusive access to locked ${described("queue", name, this.#vhost)}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`,
    );
  }
}
