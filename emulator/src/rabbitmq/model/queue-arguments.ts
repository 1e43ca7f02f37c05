/** Arguments of queue.declare and basic.consume: which type of queue takes which, and what they may be. */
import type { QueueDeclaration, QueueType } from "./contract.ts";
import { channelError } from "./errors.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import { readAge, readStreamOffset } from "./stream-offset.ts";

type Types = readonly QueueType[];
type Complaint = string | null;
type Check = (value: FieldValue, all: FieldTable) => Complaint;

const ALL: Types = ["classic", "quorum", "stream"];
const NOT_STREAMS: Types = ["classic", "quorum"];

/** In the order in which RabbitMQ looks at them. */
const queueArguments: Readonly<Record<string, { types: Types; check?: Check }>> = {
  "x-expires": { types: NOT_STREAMS, check: expires },
  "x-message-ttl": { types: NOT_STREAMS, check: timeToLive },
  "x-dead-letter-exchange": { types: NOT_STREAMS, check: oneOf() },
  "x-dead-letter-routing-key": { types: NOT_STREAMS, check: deadLetterRoutingKey },
  "x-dead-letter-strategy": {
    types: ["quorum"],
    check: oneOf("invalid_dlx_strategy", "at-most-once", "at-least-once"),
  },
  "x-max-length": { types: NOT_STREAMS, check: notNegative },
  "x-max-length-bytes": { types: ALL, check: notNegative },
  "x-max-in-memory-length": { types: ["quorum"], check: notNegative },
  "x-max-in-memory-bytes": { types: ["quorum"], check: notNegative },
  "x-max-priority": { types: ["classic"], check: maxPriority },
  "x-overflow": {
    types: NOT_STREAMS,
    check: oneOf("invalid_overflow", "drop-head", "reject-publish", "reject-publish-dlx"),
  },
  "x-queue-mode": { types: ["classic"], check: unsupported("queue mode", "default", "lazy") },
  "x-queue-version": { types: ["classic"], check: queueVersion },
  "x-single-active-consumer": { types: NOT_STREAMS, check: bool },
  "x-queue-type": { types: ALL, check: unsupported("queue type", ...ALL) },
  "x-quorum-initial-group-size": { types: ["quorum"], check: clusterSize },
  "x-max-age": { types: ["stream"], check: maxAge },
  "x-stream-max-segment-size-bytes": { types: ["stream"], check: notNegative },
  "x-initial-cluster-size": { types: ["stream"], check: clusterSize },
  "x-queue-leader-locator": {
    types: ["quorum", "stream"],
    check: oneOf(
      "invalid_queue_locator_arg",
      "client-local",
      "balanced",
      "random",
      "least-leaders",
    ),
  },
  "x-queue-master-locator": { types: ["classic"] },
  // RabbitMQ takes whatever it is.
  "x-delivery-limit": { types: ["quorum"] },
};

const consumerArguments: Readonly<Record<string, { types: Types; check?: Check }>> = {
  "x-priority": { types: NOT_STREAMS, check: integer },
  "x-cancel-on-ha-failover": { types: ["classic"], check: bool },
  "x-stream-offset": { types: ["stream"], check: streamOffset },
  "x-credit": { types: ALL },
};

/** Of arguments that were checked. */
export function queueTypeOf(table: FieldTable): QueueType {
  const value = table.get("x-queue-type");
  const type = value?.type === "longstr" ? value.value.toString() : "classic";
  return ALL.find((known) => known === type) ?? "classic";
}

/** Those that are compared where a queue of this type is declared again, in this order; all others are free. */
export function queueArgumentsOf(type: QueueType): readonly string[] {
  const first = COMPARED_FIRST[type];
  const names = Object.keys(queueArguments).filter((name) =>
    queueArguments[name]?.types.includes(type),
  );
  return [...first, ...names.filter((name) => !first.includes(name))];
}

const COMPARED_FIRST: Readonly<Record<QueueType, readonly string[]>> = {
  classic: [],
  quorum: [
    "x-dead-letter-exchange",
    "x-dead-letter-routing-key",
    "x-dead-letter-strategy",
    "x-expires",
    "x-max-length",
    "x-max-length-bytes",
    "x-max-in-memory-length",
    "x-max-in-memory-bytes",
    "x-overflow",
    "x-single-active-consumer",
    "x-queue-type",
    "x-quorum-initial-group-size",
    "x-delivery-limit",
  ],
  stream: ["x-max-length-bytes", "x-queue-type"],
};

/** @throws {AmqpError} 406, in RabbitMQ's words. */
export function checkQueueArguments(declaration: QueueDeclaration, vhost: string): void {
  const where = `queue '${declaration.name}' in vhost '${vhost}'`;
  const table = declaration.arguments;
  checkValue("x-queue-type", queueArguments, table, where);
  const type = queueTypeOf(table);
  check(queueArguments, table, type, where);
  if (type === "classic") return;
  for (const [property, is] of [
    ["auto-delete", declaration.autoDelete],
    ["exclusive-owner", declaration.owner !== null],
    ["non-durable", !declaration.durable],
  ])
    if (is) throw channelError(406, `invalid property '${property}' for ${where}`);
}

/** @throws {AmqpError} 406, in RabbitMQ's words. */
export function checkConsumeArguments(
  table: FieldTable,
  queue: QueueDeclaration & { readonly type: QueueType },
  vhost: string,
): void {
  check(consumerArguments, table, queue.type, `queue '${queue.name}' in vhost '${vhost}'`);
}

function check(
  known: typeof queueArguments,
  table: FieldTable,
  type: QueueType,
  where: string,
): void {
  if (table.size === 0) return;
  for (const name of Object.keys(known))
    if (known[name]?.types.includes(type)) checkValue(name, known, table, where);
  for (const name of table.keys())
    if (known[name]?.types.includes(type) === false)
      throw channelError(
        406,
        `invalid arg '${name}' for ${where} of queue type rabbit_${type}_queue`,
      );
}

function checkValue(
  name: string,
  known: typeof queueArguments,
  table: FieldTable,
  where: string,
): void {
  const value = table.get(name);
  const complaint = value === undefined ? null : known[name]?.check?.(value, table);
  if (complaint) throw channelError(406, `invalid arg '${name}' for ${where}: ${complaint}`);
}

// ------------------------------------------------------------ checks: complaints are Erlang terms

const MAX_EXPIRY = 315_360_000_000;
const INTEGERS = new Set([
  "byte",
  "short",
  "signedint",
  "long",
  "unsignedbyte",
  "unsignedshort",
  "unsignedint",
]);

function integer(value: FieldValue): Complaint {
  return INTEGERS.has(value.type) ? null : `"expected integer, got ${value.type}"`;
}

function numberOf(value: FieldValue): number | bigint {
  return "value" in value && (typeof value.value === "number" || typeof value.value === "bigint")
    ? value.value
    : 0;
}

function notNegative(value: FieldValue): Complaint {
  return (
    integer(value) ?? (numberOf(value) < 0 ? `{value_negative,${String(numberOf(value))}}` : null)
  );
}

function timeToLive(value: FieldValue): Complaint {
  return (
    notNegative(value) ??
    (numberOf(value) > MAX_EXPIRY ? `{value_too_large,${String(numberOf(value))}}` : null)
  );
}

function notZero(value: FieldValue): Complaint {
  return integer(value) ?? (Number(numberOf(value)) === 0 ? "{value_zero,0}" : null);
}

function expires(value: FieldValue): Complaint {
  return notZero(value) ?? timeToLive(value);
}

function clusterSize(value: FieldValue): Complaint {
  return notZero(value) ?? notNegative(value);
}

function maxPriority(value: FieldValue): Complaint {
  return (
    notNegative(value) ??
    (numberOf(value) > 255 ? `{max_value_exceeded,${String(numberOf(value))}}` : null)
  );
}

function queueVersion(value: FieldValue): Complaint {
  const version = numberOf(value);
  return (
    notNegative(value) ??
    (Number(version) === 1 || Number(version) === 2
      ? null
      : `"unsupported queue version '${String(version)}'"`)
  );
}

function bool(value: FieldValue): Complaint {
  return value.type === "bool" ? null : `{unacceptable_type,${value.type}}`;
}

/** A longstr, one of these; any without them. */
function oneOf(complaint?: string, ...known: readonly string[]): Check {
  return (value) => {
    if (value.type !== "longstr") return `{unacceptable_type,${value.type}}`;
    if (complaint === undefined || known.includes(value.value.toString())) return null;
    return complaint;
  };
}

function unsupported(what: string, ...known: readonly string[]): Check {
  return (value) => {
    if (value.type !== "longstr") return `{unacceptable_type,${value.type}}`;
    const given = value.value.toString();
    return known.includes(given) ? null : `"unsupported ${what} '${given}'"`;
  };
}

function deadLetterRoutingKey(value: FieldValue, all: FieldTable): Complaint {
  if (value.type !== "longstr") return `{unacceptable_type,${value.type}}`;
  return all.has("x-dead-letter-exchange") ? null : "routing_key_but_no_dlx_defined";
}

function maxAge(value: FieldValue): Complaint {
  if (value.type !== "longstr") return `{unacceptable_type,${value.type}}`;
  return readAge(value.value.toString()) === null ? "invalid_max_age" : null;
}

function streamOffset(value: FieldValue): Complaint {
  // What is no offset at all is found out later, by crashing.
  if (value.type !== "longstr" || readStreamOffset(value, 0) !== null) return null;
  return `{invalid_stream_offset_arg,{longstr,<<"${value.value.toString()}">>}}`;
}
