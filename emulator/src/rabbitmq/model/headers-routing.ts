/**
 * Headers: a binding's arguments are looked for among a message's headers. x-match says whether all must be there (as
 * where nothing is said) or any; arguments that begin with x- count only for the two kinds "with-x".
 */
import type { FieldTable, FieldValue } from "../wire/values.ts";
import { NO_FIELDS } from "../wire/values.ts";
import type { Binding, Message } from "./contract.ts";
import { erlangTerm } from "./erlang-term.ts";
import { sameValue } from "./field-equality.ts";
import { fieldText } from "./field-text.ts";
import type { Routing } from "./routing.ts";

interface Wanted {
  readonly all: boolean;
  readonly headers: readonly (readonly [string, FieldValue])[];
}

export class HeadersRouting implements Routing {
  readonly byKey = false;
  readonly #bindings = new Map<Binding, Wanted>();

  add(binding: Binding): void {
    this.#bindings.set(binding, wantedBy(binding.arguments));
  }

  remove(binding: Binding): void {
    this.#bindings.delete(binding);
  }

  match(message: Message, _: readonly string[], found: (binding: Binding) => void): void {
    const headers = message.content.properties.headers ?? NO_FIELDS;
    for (const [binding, wanted] of this.#bindings) if (matches(wanted, headers)) found(binding);
  }
}

const KINDS = ["all", "any", "all-with-x", "any-with-x"];

/** What is wrong with a binding's x-match, in RabbitMQ's words. */
export function checkHeadersBinding({ arguments: table }: Binding): string | null {
  const value = table.get("x-match");
  if (value === undefined) return null;
  if (value.type !== "longstr")
    return `Invalid x-match field type ${value.type} (value ${fieldText(value)}); expected longstr`;
  const kind = value.value.toString();
  return KINDS.includes(kind)
    ? null
    : `Invalid x-match field value ${erlangTerm(kind)}; expected all, any, all-with-x, or any-with-x`;
}

function wantedBy(table: FieldTable): Wanted {
  const value = table.get("x-match");
  const kind = value?.type === "longstr" ? value.value.toString() : "all";
  const withX = kind.endsWith("-with-x");
  return {
    all: kind.startsWith("all"),
    headers: [...table].filter(([name]) => name !== "x-match" && (withX || !name.startsWith("x-"))),
  };
}

function matches({ all, headers }: Wanted, given: FieldTable): boolean {
  for (const [name, value] of headers) {
    const header = given.get(name);
    // A value of no type asks only whether the header is there.
    const met = header !== undefined && (value.type === "void" || sameValue(value, header));
    if (met !== all) return met;
  }
  return all;
}
