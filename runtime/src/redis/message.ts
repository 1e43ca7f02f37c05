/** What Redis carries ↔ our messages. Pure: nothing here talks to a server. */
import type { Incoming, Outgoing } from "../driver.ts";
import { seal, unseal, type Envelope, type Enveloped } from "./envelope.ts";
import type { RedisChannelMessage, RedisListMessage, RedisStreamEntry } from "./options.ts";

/** Where an answer goes; the correlation id beside it comes back with it. Both as FastStream names them. */
const REPLY_TO = "reply_to";
/** Redis has no partitions, but the order of a key is kept where handlers run concurrently. */
const KEY = "millrace-key";
/** The field of a stream's entry that holds an envelope, as FastStream has it. */
export const DATA_FIELD = "__data__";

/** The bytes of a message on its way out; `replyTo` where an answer is wanted. */
export function writeMessage(
  { payload, headers, key }: Pick<Outgoing, "payload" | "headers" | "key">,
  form: Envelope,
  replyTo?: string,
): Buffer {
  const sent = {
    ...headers,
    ...(key === undefined ? {} : { [KEY]: key }),
    ...(replyTo === undefined ? {} : { [REPLY_TO]: replyTo }),
  };
  return seal({ payload, headers: sent }, form);
}

/** Publishes an answer to where the sender waits for it. */
export type Answer = (
  replyTo: string,
  answer: Pick<Outgoing, "payload" | "headers">,
) => Promise<void>;

export function readChannel(raw: RedisChannelMessage, answer: Answer): Incoming {
  return { ...common(unseal(raw.data), answer), address: raw.channel, attempt: 1, raw };
}

export function readList(raw: RedisListMessage, answer: Answer): Incoming {
  return { ...common(unseal(raw.data), answer), address: raw.list, attempt: 1, raw };
}

/** An entry without an envelope is a JSON object of its fields, taken for text. */
export function readEntry(raw: RedisStreamEntry, answer: Answer): Incoming {
  const data = raw.fields.find(([name]) => name.toString() === DATA_FIELD)?.[1];
  const message = data === undefined ? plainFields(raw) : unseal(data);
  return { ...common(message, answer), id: raw.id, address: raw.stream, attempt: 1, raw };
}

function common(
  { payload, headers }: Enveloped,
  answer: Answer,
): Pick<Incoming, "payload" | "headers" | "key" | "id" | "respond"> {
  const { [KEY]: key, [REPLY_TO]: replyTo, message_id: id } = headers;
  return {
    payload,
    headers,
    ...(key === undefined ? {} : { key }),
    ...(id === undefined ? {} : { id }),
    ...(replyTo ? { respond: (reply) => answer(replyTo, reply) } : {}),
  };
}

function plainFields({ fields }: RedisStreamEntry): Enveloped {
  const texts = fields.map(([name, value]) => [name.toString(), value.toString()] as const);
  return {
    payload: Buffer.from(JSON.stringify(Object.fromEntries(texts))),
    headers: { "content-type": "application/json" },
  };
}
