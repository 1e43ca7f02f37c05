/** What a client's message must be before it is routed, and the keys that it is routed by. */
import type { Content } from "../wire/content.ts";
import type { FieldTable } from "../wire/values.ts";
import type { Actor, Message } from "./contract.ts";
import { channelError } from "./errors.ts";

/** RabbitMQ's own, bytes of body, where nothing else is configured. */
export const MAX_MESSAGE_SIZE = 134_217_728;
/** Ten years. */
const LONGEST_EXPIRATION = 315_360_000_000;

/** @throws {AmqpError} 406 */
export function checkSize(size: number): void {
  if (size > MAX_MESSAGE_SIZE)
    throw channelError(
      406,
      `message size ${size} is larger than configured max size ${MAX_MESSAGE_SIZE}`,
    );
}

/**
 * Properties are read only where there is something to check. `copied`: what `mayHaveCopies` says.
 * @throws {AmqpError} 406
 */
export function checkProperties(content: Content, { user }: Actor, copied: boolean): void {
  if (content.has("userId")) {
    const { userId } = content.properties;
    if (userId !== user.name && !user.tags.includes("impersonator"))
      throw channelError(
        406,
        `user_id property set to '${userId}' but authenticated user was '${user.name}'`,
      );
  }
  if (content.has("expiration")) {
    const { expiration = "" } = content.properties;
    const wrong = whatIsWrongWith(expiration);
    if (wrong !== null) throw channelError(406, `invalid expiration '${expiration}': ${wrong}`);
  }
  const mode = deliveryModeOf(content);
  if (mode !== 1 && mode !== 2)
    throw channelError(406, `invalid message: {delivery_mode_unknown,${mode}}`);
  if (copied)
    for (const header of COPIES) {
      const value = content.properties.headers?.get(header);
      if (value !== undefined && value.type !== "array")
        throw channelError(
          406,
          `invalid message: {unacceptable_type_in_header,"${header}",${value.type}}`,
        );
    }
}

/** The keys of CC and BCC, beside its routing key. */
export function copiesOf({ content, blindKeys }: Message): readonly string[] {
  const { headers } = content.properties;
  return [...routesIn(headers, "CC"), ...(blindKeys ?? [])];
}

/** Takes the BCC header out, which no recipient sees. */
export function withoutBlindKeys(message: Message): Message {
  const { headers } = message.content.properties;
  if (headers?.has("BCC") !== true) return message;
  const rest = new Map(headers);
  rest.delete("BCC");
  return {
    ...message,
    blindKeys: routesIn(headers, "BCC"),
    content: message.content.with({ headers: rest }),
  };
}

const COPIES = ["CC", "BCC"] as const;
const COPY_BYTES = Buffer.from("CC");

/** Whether these letters stand anywhere in the properties: it is asked of every message, once. */
export function mayHaveCopies(content: Content): boolean {
  return content.has("headers") && content.header.includes(COPY_BYTES);
}

function routesIn(headers: FieldTable | undefined, name: string): string[] {
  const value = headers?.get(name);
  if (value?.type !== "array") return [];
  return value.value.flatMap((item) => (item.type === "longstr" ? [item.value.toString()] : []));
}

/** Read in its place, without the others; 1 where none is said. */
function deliveryModeOf(content: Content): number {
  if (!content.has("deliveryMode")) return 1;
  const { header } = content;
  let at = 2;
  if (content.has("contentType")) at += 1 + (header[at] ?? 0);
  if (content.has("contentEncoding")) at += 1 + (header[at] ?? 0);
  if (content.has("headers")) at += 4 + header.readUInt32BE(at);
  return header[at] ?? 1;
}

/** In Erlang's terms. */
function whatIsWrongWith(expiration: string): string | null {
  const [all, digits, rest] = /^([+-]?\d+)(.*)$/s.exec(expiration) ?? [];
  if (all === undefined || digits === undefined) return "no_integer";
  if (rest !== "") return `{leftover_string,${JSON.stringify(rest)}}`;
  const number = BigInt(digits.replace("+", ""));
  if (number < 0n) return `{value_negative,${number}}`;
  return number > LONGEST_EXPIRATION ? `{value_too_large,${number}}` : null;
}
