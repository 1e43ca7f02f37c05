/** Values as Erlang prints them (`~p`): RabbitMQ's errors show them so. */
import { binaryTerm } from "../wire/erlang-binary.ts";

/** A JSON value. */
export function erlangTerm(value: unknown): string {
  if (typeof value === "string") return binaryTerm(Buffer.from(value));
  if (Array.isArray(value)) return `[${value.map(erlangTerm).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value);
    return `#{${fields.map(([key, field]) => `${erlangTerm(key)} => ${erlangTerm(field)}`).join(",")}}`;
  }
  return String(value);
}

/** A name that is an atom there. */
export function erlangAtom(name: string): string {
  return /^[a-z][\w@]*$/.test(name) ? name : `'${name}'`;
}
