/**
 * x-consistent-hash: each message goes to one binding, by a hash of its routing key, of a header or of a property. The
 * binding's key is a number: its weight. https://github.com/rabbitmq/rabbitmq-server/tree/main/deps/rabbitmq_consistent_hash_exchange
 */
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type { Binding, Message } from "./contract.ts";
import { erlangTerm } from "./erlang-term.ts";
import { channelError } from "./errors.ts";
import { hashOfAtom, hashOfBytes, hashOfTagged, uniform } from "./erlang-hash.ts";
import { fieldText } from "./field-text.ts";
import type { Routing } from "./routing.ts";

const PROPERTIES = {
  correlation_id: "correlationId",
  message_id: "messageId",
  timestamp: "timestamp",
} as const;

/** @throws {AmqpError} 406 */
export function checkHashArguments(table: FieldTable): void {
  const property = textOf(table, "hash-property");
  if (property === undefined) return;
  if (table.has("hash-header"))
    throw channelError(406, "hash-header and hash-property are mutually exclusive");
  if (!Object.hasOwn(PROPERTIES, property))
    throw channelError(406, `Unsupported property: ${property}`);
}

export function checkHashBinding({ routingKey }: Binding): string | null {
  if (!/^[+-]?\d+$/.test(routingKey))
    return `The binding key must be an integer: ${erlangTerm(routingKey)}`;
  return Number(routingKey) < 1 ? "The binding key must be greater than 0" : null;
}

export class HashRouting implements Routing {
  readonly byKey: boolean;
  readonly #header: string | undefined;
  readonly #property: string | undefined;
  /** A ring of buckets: each destination has as many, one behind the other, as its weight says. */
  #ring: { readonly binding: Binding; readonly weight: number }[] = [];
  #buckets = 0;

  constructor(table: FieldTable) {
    this.#header = textOf(table, "hash-header");
    this.#property = textOf(table, "hash-property");
    this.byKey = this.#header === undefined && this.#property === undefined;
  }

  add(binding: Binding): void {
    // A second binding of one destination adds nothing.
    if (this.#ring.some((held) => sameDestination(held.binding, binding))) return;
    const weight = Number(binding.routingKey);
    this.#ring.push({ binding, weight });
    this.#buckets += weight;
  }

  /** All of its destination's buckets go, also where another binding had brought them. */
  remove(binding: Binding): void {
    this.#ring = this.#ring.filter((held) => !sameDestination(held.binding, binding));
    this.#buckets = this.#ring.reduce((sum, { weight }) => sum + weight, 0);
  }

  match(message: Message, keys: readonly string[], found: (binding: Binding) => void): void {
    if (this.#buckets === 0) return;
    let bucket = this.#buckets === 1 ? 0 : jump(this.#hash(message, keys), this.#buckets);
    for (const { binding, weight } of this.#ring) {
      if (bucket < weight) return found(binding);
      bucket -= weight;
    }
  }

  #hash({ content }: Message, [key = ""]: readonly string[]): number {
    if (this.#header !== undefined) {
      const value = content.properties.headers?.get(this.#header);
      if (value === undefined) return hashOfAtom("undefined");
      return hashOfTagged(value.type, hashable(value));
    }
    if (this.#property === undefined) return hashOfBytes(Buffer.from(key));
    const name = PROPERTIES[this.#property as keyof typeof PROPERTIES];
    const value = content.properties[name];
    return value === undefined ? hashOfAtom("undefined") : hashOfBytes(Buffer.from(String(value)));
  }
}

/** Jump consistent hashing: when a bucket is added few keys move, and only to it. https://arxiv.org/abs/1406.2294 */
function jump(hash: number, buckets: number): number {
  const numbers = uniform(hash);
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    next = Math.trunc((bucket + 1) / numbers.next().value);
  }
  return bucket;
}

function sameDestination(one: Binding, other: Binding): boolean {
  return one.destination === other.destination && one.destinationType === other.destinationType;
}

function textOf(table: FieldTable, name: string): string | undefined {
  const value = table.get(name);
  return value?.type === "longstr" ? value.value.toString() : undefined;
}

/** Small integers and texts as Erlang has them; of all else the text counts here, Erlang's term there. */
function hashable(value: FieldValue): Uint8Array | number {
  switch (value.type) {
    case "longstr":
    case "binary":
      return value.value;
    case "byte":
    case "unsignedbyte":
    case "short":
    case "unsignedshort":
    case "signedint":
    case "unsignedint":
    case "long":
      if (Math.abs(Number(value.value)) < SMALL_INTEGERS) return Number(value.value);
      break;
    default:
  }
  return Buffer.from(fieldText(value));
}

const SMALL_INTEGERS = 2 ** 27;
