/** Messages on their way from a client, a queue or a delay to the queues of one virtual host. */
import type { Journal } from "../../journal.ts";
import type { Access } from "./access.ts";
import type { Actor, Message, Outgoing, Published, Queue } from "./contract.ts";
import { channelError } from "./errors.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { BoundExchange } from "./exchange.ts";
import { entryOf } from "./journal-entries.ts";
import {
  checkProperties,
  checkSize,
  copiesOf,
  mayHaveCopies,
  withoutBlindKeys,
} from "./message-checks.ts";
import { described } from "./names.ts";
import { type DirectReplies, isReplyName } from "./replies.ts";
import type { Router } from "./router.ts";

/** What a virtual host publishes with. */
export interface Surroundings {
  readonly vhost: string;
  readonly journal: Journal;
  readonly access: Access;
  readonly exchanges: ReadonlyMap<string, BoundExchange>;
  readonly router: Router;
  readonly replies: DirectReplies;
  readonly deadLetters: DeadLetters;
}

const NOWHERE: Published = { queues: 0, refused: false };
const TAKEN: Published = { queues: 1, refused: false };
const REFUSED: Published = { queues: 1, refused: true };
const NO_COPIES: readonly string[] = [];

export class Publishing {
  readonly #around: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#around = surroundings;
  }

  /** @throws {AmqpError} */
  check(outgoing: Outgoing, actor: Actor): void {
    this.#check(outgoing, actor, mayHaveCopies(outgoing.content));
  }

  publish(outgoing: Outgoing, actor: Actor): Published {
    const copied = mayHaveCopies(outgoing.content);
    const exchange = this.#check(outgoing, actor, copied);
    const { journal } = this.#around;
    const asSent = {
      number: journal.nextMessage(),
      exchange: outgoing.exchange,
      routingKey: outgoing.routingKey,
      content: outgoing.content,
    };
    const message = copied ? withoutBlindKeys(asSent) : asSent;
    journal.record(entryOf("published", message, actor.client));
    return this.#send(exchange, message, copied ? copiesOf(message) : NO_COPIES, true);
  }

  /** Nothing is checked, and nothing is said of a message that goes nowhere. */
  forward(message: Message, except?: (queue: Queue) => boolean): Published {
    const exchange = this.#around.exchanges.get(message.exchange);
    return exchange === undefined
      ? NOWHERE
      : this.#send(exchange, message, copiesOf(message), false, except);
  }

  /** A message comes out of a delay, to be routed by the exchange that kept it. */
  release(exchange: BoundExchange, message: Message): void {
    this.#send(exchange, message, copiesOf(message), true);
  }

  /** In RabbitMQ's order. */
  #check(outgoing: Outgoing, actor: Actor, copied: boolean): BoundExchange {
    const { access, vhost } = this.#around;
    const { exchange: name, content } = outgoing;
    checkSize(content.body.length);
    access.require(actor, "write", "exchange", name);
    const exchange = this.#around.exchanges.get(name);
    if (exchange === undefined) throw channelError(404, `no ${described("exchange", name, vhost)}`);
    if (exchange.internal)
      throw channelError(403, `cannot publish to internal ${described("exchange", name, vhost)}`);
    if (exchange.type === "topic") access.requireTopic(actor, "write", name, outgoing.routingKey);
    checkProperties(content, actor, copied);
    return exchange;
  }

  #send(
    exchange: BoundExchange,
    message: Message,
    copies: readonly string[],
    toldOf: boolean,
    except?: (queue: Queue) => boolean,
  ): Published {
    const queues = this.#around.router.route(exchange, message, copies);
    const [only] = queues;
    if (only !== undefined && queues.length === 1 && except === undefined && copies.length === 0)
      return only.push(message) ? TAKEN : REFUSED;
    // It is in all of its queues before one of them gives it up to another.
    const published = this.#around.deadLetters.behind(() => pushToAll(queues, message, except));
    // An answer reaches its channel and still counts as routed to no queue.
    const answered = exchange.name === "" && this.#answer(message, copies);
    if (published.queues === 0 && toldOf && !answered)
      this.#around.journal.record(entryOf("dropped", message, null, { reason: "no route" }));
    return published;
  }

  #answer(message: Message, copies: readonly string[]): boolean {
    let answered = false;
    for (const key of [message.routingKey, ...copies])
      if (isReplyName(key) && this.#around.replies.deliver(key, message)) answered = true;
    return answered;
  }
}

function pushToAll(
  queues: readonly Queue[],
  message: Message,
  except: (queue: Queue) => boolean = () => false,
): Published {
  let reached = 0;
  let refused = false;
  for (const queue of queues) {
    if (except(queue)) continue;
    reached++;
    if (!queue.push(message)) refused = true;
  }
  return { queues: reached, refused };
}
