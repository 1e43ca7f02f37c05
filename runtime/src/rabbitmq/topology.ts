/** What must be at the broker before a message can go or come: computed from the declarations, as plain data. */
import type { Channel } from "../channel.ts";
import type { Subscribable } from "../driver.ts";
import type { QueueOptions, QueueType } from "./channels.ts";
import {
  isPredeclared,
  type Exchange,
  type ExchangeBinding,
  type HeadersMatch,
  topic,
} from "./exchanges.ts";
import type { RabbitmqSubscriberOptions } from "./options.ts";

export type Arguments = Readonly<Record<string, unknown>>;

/** One declaration, in AMQP's words. */
export type Step =
  | {
      readonly does: "exchange";
      readonly name: string;
      readonly type: string;
      readonly passive: boolean;
      readonly durable: boolean;
      readonly autoDelete: boolean;
      readonly internal: boolean;
      readonly arguments: Arguments;
    }
  | ({ readonly does: "bind exchange"; readonly to: string } & Bound)
  | ({ readonly does: "queue" } & QueueStep)
  | ({ readonly does: "bind queue"; readonly to: string } & Bound);

interface Bound {
  readonly from: string;
  readonly key: string;
  readonly arguments: Arguments;
}

interface QueueStep {
  /** Empty: the server names it. */
  readonly name: string;
  readonly passive: boolean;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Arguments;
}

/** A subscription as queue and bindings. */
export interface Subscribed {
  readonly queue: QueueStep;
  readonly bindings: readonly ExchangeBinding[];
  /** Where the queue's dead letters go, when that is to be declared. */
  readonly deadLetters?: Exchange;
  /** `own`: this subscriber's alone, and gone with its connection. */
  readonly kind: "own" | "shared" | "stream";
}

/** Where plain addresses go when nobody says otherwise. */
export const AMQ_TOPIC: Exchange<"topic"> = topic("amq.topic");

/** The queue and bindings behind a subscriber. */
export function subscribed(
  { address, channel, options }: Subscribable,
  defaultExchange: Exchange,
): Subscribed {
  if (channel !== undefined) {
    const { bind = [] } = channel.options as QueueOptions;
    const kind = channel.type === "stream" ? "stream" : "shared";
    return {
      queue: queueStep(address.template, channel),
      bindings: bind,
      kind,
      ...grave(channel.options),
    };
  }
  const given = options as RabbitmqSubscriberOptions;
  const exchange = given.exchange ?? defaultExchange;
  const binding = { exchange, ...bindingOf(given, exchange, address.pattern) };
  if (given.group === undefined) {
    return { queue: OWN, bindings: [binding], kind: "own" };
  }
  const { name = groupQueueName(given.group, exchange, address.pattern), ...queueOptions } =
    given.queue ?? {};
  return {
    queue: queueStep(name, { options: queueOptions }),
    bindings: [...(given.queue?.bind ?? []), binding],
    kind: "shared",
    ...grave(queueOptions),
  };
}

function grave(options: object): Pick<Subscribed, "deadLetters"> {
  const exchange = (options as QueueOptions<"classic">).deadLetter?.exchange;
  return exchange === undefined ? {} : { deadLetters: exchange };
}

/** AMQP 0-9-1: an exclusive queue is deleted with its connection, an auto-delete queue with its last consumer. */
const OWN: QueueStep = {
  name: "",
  passive: false,
  durable: false,
  exclusive: true,
  autoDelete: true,
  arguments: {},
};

function groupQueueName(group: string, { name }: Exchange, pattern: string): string {
  return [group, name === AMQ_TOPIC.name ? [] : name, pattern].flat().join(".");
}

function bindingOf(
  { bindKey, match }: RabbitmqSubscriberOptions,
  { type }: Exchange,
  pattern: string,
): Pick<ExchangeBinding, "key" | "match"> {
  if (match !== undefined) return { key: "", match };
  return { key: bindKey ?? (type === "x-consistent-hash" ? "1" : pattern) };
}

function queueStep(name: string, { options }: Pick<Channel, "options">): QueueStep {
  const given = options as QueueOptions<"classic"> & { type?: QueueType };
  const durable = given.type === undefined || given.type === "classic" ? given.durable : true;
  return {
    name,
    passive: given.passive ?? false,
    durable: durable ?? true,
    exclusive: given.exclusive ?? false,
    autoDelete: given.autoDelete ?? false,
    arguments: queueArguments(options as QueueOptions),
  };
}

/** Our names and AMQP's. https://www.rabbitmq.com/docs/queues#optional-arguments */
const QUEUE_ARGUMENTS: Readonly<Record<string, string>> = {
  messageTtl: "x-message-ttl",
  expires: "x-expires",
  maxLength: "x-max-length",
  maxLengthBytes: "x-max-length-bytes",
  overflow: "x-overflow",
  maxPriority: "x-max-priority",
  singleActiveConsumer: "x-single-active-consumer",
  deliveryLimit: "x-delivery-limit",
  deadLetterStrategy: "x-dead-letter-strategy",
  maxAge: "x-max-age",
  maxSegmentSize: "x-stream-max-segment-size-bytes",
};

function queueArguments(options: QueueOptions): Arguments {
  const found: Record<string, unknown> = {};
  // A classic queue is what RabbitMQ makes by default: not saying so keeps the queues of others the same.
  if (options.type === "quorum" || options.type === "stream") found["x-queue-type"] = options.type;
  for (const [option, value] of Object.entries(options)) {
    const name = QUEUE_ARGUMENTS[option];
    if (name !== undefined && value !== undefined) found[name] = value;
  }
  const { deadLetter, replicas } = options as QueueOptions<"classic"> & { replicas?: number };
  if (deadLetter !== undefined) {
    found["x-dead-letter-exchange"] = deadLetter.exchange?.name ?? "";
    if (deadLetter.key !== undefined) found["x-dead-letter-routing-key"] = deadLetter.key;
  }
  if (replicas !== undefined)
    found[options.type === "stream" ? "x-initial-cluster-size" : "x-quorum-initial-group-size"] =
      replicas;
  return { ...found, ...options.arguments };
}

/** All declarations that a queue needs before it is bound, and the queue. */
export function stepsBefore({ queue, bindings, deadLetters }: Subscribed): Step[] {
  const exchanges = [...bindings.map(({ exchange }) => exchange), deadLetters ?? []].flat();
  return [...exchanges.flatMap((each) => exchangeSteps(each)), { does: "queue", ...queue }];
}

/** The bindings of a queue, under the name the broker gave it. */
export function bindSteps(bindings: readonly ExchangeBinding[], queue: string): Step[] {
  return bindings.map((binding) => ({ does: "bind queue", to: queue, ...boundTo(binding) }));
}

/** An exchange, those it knows of first, and what it is bound to. */
export function exchangeSteps(exchange: Exchange, above: ReadonlySet<string> = new Set()): Step[] {
  const { name, type, options } = exchange;
  if (above.has(name)) return [];
  const inside = new Set([...above, name]);
  const { alternate, bindTo = [], passive = false } = options;
  const known = [alternate ?? [], bindTo.map((each) => each.exchange)].flat(2);
  const before = known.flatMap((each) => exchangeSteps(each, inside));
  const own: Step[] = isPredeclared(name)
    ? []
    : [
        {
          does: "exchange",
          name,
          type,
          passive,
          durable: options.durable ?? true,
          autoDelete: options.autoDelete ?? false,
          internal: options.internal ?? false,
          arguments: exchangeArguments(exchange),
        },
      ];
  return [
    ...before,
    ...own,
    ...bindTo.map((each): Step => ({ does: "bind exchange", to: name, ...boundTo(each) })),
  ];
}

/** Our names and AMQP's. */
const EXCHANGE_ARGUMENTS: Readonly<Record<string, string>> = {
  delayedType: "x-delayed-type",
  hashHeader: "hash-header",
  hashProperty: "hash-property",
  keep: "x-recent-history-length",
};

function exchangeArguments({ options }: Exchange): Arguments {
  const found: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(options)) {
    const name = EXCHANGE_ARGUMENTS[option];
    if (name !== undefined && value !== undefined) found[name] = value;
  }
  if (options.alternate !== undefined) found["alternate-exchange"] = options.alternate.name;
  return { ...found, ...options.arguments };
}

function boundTo(binding: ExchangeBinding): Bound {
  return {
    from: binding.exchange.name,
    key: keyOf(binding),
    arguments: { ...matchArguments(binding.match), ...binding.arguments },
  };
}

export const keyOf = ({ key, exchange }: ExchangeBinding): string =>
  key ?? (exchange.type === "topic" ? "#" : "");

function matchArguments(match: HeadersMatch | undefined): Arguments {
  if (match === undefined) return {};
  return match.all === undefined
    ? { "x-match": "any", ...match.any }
    : { "x-match": "all", ...match.all };
}
