/** Messages as plain data, for snapshots. */
import { Content } from "../wire/content.ts";
import type { Message } from "./contract.ts";

/** `blind`: the keys of a BCC header. */
interface MessageData {
  readonly number: number;
  readonly exchange: string;
  readonly key: string;
  readonly blind?: readonly string[];
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

export function snapshotMessage(message: Message): unknown {
  const { number, exchange, routingKey, blindKeys, content } = message;
  return {
    number,
    exchange,
    key: routingKey,
    ...(blindKeys === undefined ? {} : { blind: [...blindKeys] }),
    header: new Uint8Array(content.header),
    body: new Uint8Array(content.body),
  } satisfies MessageData;
}

/** @throws {TypeError} */
export function restoreMessage(data: unknown): Message {
  const { number, exchange, key, blind, header, body } = (data ?? {}) as Partial<MessageData>;
  if (
    typeof number !== "number" ||
    typeof exchange !== "string" ||
    typeof key !== "string" ||
    !(header instanceof Uint8Array) ||
    !(body instanceof Uint8Array)
  )
    throw new TypeError("this is no message of RabbitMQ");
  return {
    number,
    exchange,
    routingKey: key,
    ...(blind === undefined ? {} : { blindKeys: blind }),
    content: new Content(Buffer.from(header), Buffer.from(body)),
  };
}
