/**
 * x-delayed-message: a message with a positive x-delay (ms) is routed when that time is over, as by an exchange of the
 * type that x-delayed-type says. Until then it counts as not routed: `mandatory` returns it.
 * https://github.com/rabbitmq/rabbitmq-delayed-message-exchange
 */
import type { FieldValue } from "../wire/values.ts";
import type { Binding, Message } from "./contract.ts";
import type { Routing } from "./routing.ts";

/** Erlang's timers go no further. */
const LONGEST_DELAY = 2 ** 32 - 1;

export class DelayedRouting implements Routing {
  readonly byKey = false;
  readonly #behind: Routing;
  readonly #hold: (message: Message, ms: number) => void;

  constructor(behind: Routing, hold: (message: Message, ms: number) => void) {
    this.#behind = behind;
    this.#hold = hold;
  }

  add(binding: Binding): void {
    this.#behind.add(binding);
  }

  remove(binding: Binding): void {
    this.#behind.remove(binding);
  }

  match(message: Message, keys: readonly string[], found: (binding: Binding) => void): void {
    const delay = delayOf(message);
    if (delay > 0 && delay <= LONGEST_DELAY) this.#hold(message, delay);
    else this.#behind.match(message, keys, found);
  }
}

/** The message as it leaves the delay: what stands in x-delay is negative, so that no other exchange delays it again. */
export function withoutDelay(message: Message): Message {
  const headers = new Map(message.content.properties.headers);
  headers.set("x-delay", { type: "signedint", value: -delayOf(message) });
  return { ...message, content: message.content.with({ headers }) };
}

function delayOf({ content }: Message): number {
  if (!content.has("headers")) return 0;
  const value = content.properties.headers?.get("x-delay");
  return value === undefined ? 0 : wholeNumber(value);
}

/** Texts and fractions count, too. */
function wholeNumber(value: FieldValue): number {
  switch (value.type) {
    case "longstr":
      return /^[+-]?\d{1,15}$/.test(value.value.toString()) ? Number(value.value.toString()) : 0;
    case "decimal":
      return Math.trunc(value.value / 10 ** value.scale);
    case "float":
    case "double":
      return Math.trunc(value.value) || 0;
    case "byte":
    case "unsignedbyte":
    case "short":
    case "unsignedshort":
    case "signedint":
    case "unsignedint":
    case "long":
      return Number(value.value);
    default:
      return 0;
  }
}
