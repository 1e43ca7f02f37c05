/** What the journal is told of a message. */
import type {
  ContentSource,
  JournalClient,
  JournalEntry,
  JournalKind,
  MessageContent,
} from "../../journal.ts";
import type { Content } from "../wire/content.ts";
import type { FieldTable, FieldValue } from "../wire/values.ts";
import type { Message } from "./contract.ts";

interface More {
  readonly subscription?: { readonly pattern: string; readonly group: string };
  readonly reason?: string;
  /** Where it is not the message's own. */
  readonly content?: Content;
}

export function entryOf(
  kind: JournalKind,
  message: Message,
  client: JournalClient | null,
  more: More = NOTHING,
): JournalEntry {
  const { subscription, reason } = more;
  const entry: { -readonly [Name in keyof JournalEntry]: JournalEntry[Name] } = {
    kind,
    protocol: "rabbitmq",
    channel: message.routingKey,
    channelType: channelTypeOf(message.exchange),
    message: message.number,
    client,
    content: new Source(more.content ?? message.content),
  };
  if (subscription !== undefined) entry.subscription = subscription;
  if (reason !== undefined) entry.reason = reason;
  return entry;
}

const NOTHING: More = {};

const channelTypes = new Map<string, string>([["", "queue"]]);

/** Through the default exchange a message goes to the queue that its routing key names. */
function channelTypeOf(exchange: string): string {
  const known = channelTypes.get(exchange);
  if (known !== undefined) return known;
  // Names of exchanges may come and go without end.
  if (channelTypes.size > 1_000) return `exchange:${exchange}`;
  const made = `exchange:${exchange}`;
  channelTypes.set(exchange, made);
  return made;
}

class Source implements ContentSource {
  readonly #content: Content;

  constructor(content: Content) {
    this.#content = content;
  }

  get size(): number {
    return this.#content.header.length + this.#content.body.length;
  }

  read(): MessageContent {
    const { properties, body } = this.#content;
    const { replyTo } = properties;
    const { [KEY_HEADER]: key, ...headers } = readHeaders(this.#content);
    return {
      headers,
      payload: body,
      ...(key === undefined ? {} : { key }),
      ...(replyTo === undefined ? {} : { replyTo }),
    };
  }
}

/** The header in which a message carries its key, for which AMQP has no place. */
export const KEY_HEADER = "millrace-key";

/** The headers as text, beside them the properties that are headers elsewhere. */
function readHeaders({ properties }: Content): Record<string, string> {
  const { contentType, contentEncoding, correlationId, headers } = properties;
  return {
    ...(contentType === undefined ? {} : { "content-type": contentType }),
    ...(contentEncoding === undefined ? {} : { "content-encoding": contentEncoding }),
    ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
    ...Object.fromEntries([...(headers ?? [])].map(([name, field]) => [name, textOf(field)])),
  };
}

function textOf(field: FieldValue): string {
  const plain = plainOf(field);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function plainOf(field: FieldValue): unknown {
  switch (field.type) {
    case "longstr":
      return field.value.toString();
    case "binary":
      return field.value.toString("base64");
    case "table":
      return plainTable(field.value);
    case "array":
      return field.value.map(plainOf);
    case "void":
      return null;
    case "decimal":
      return field.value / 10 ** field.scale;
    case "timestamp":
      return timeOf(field.value);
    default:
      return typeof field.value === "bigint" ? String(field.value) : field.value;
  }
}

function plainTable(table: FieldTable): Record<string, unknown> {
  return Object.fromEntries([...table].map(([name, field]) => [name, plainOf(field)]));
}

/** As far as a Date goes. */
function timeOf(seconds: number | bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}
