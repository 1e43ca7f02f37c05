/** Names of Avro: https://avro.apache.org/docs/1.11.1/specification/#names */
import type { AvroName, AvroNamed } from "./schema.ts";

/** What cannot be read. The words are Avro's own. */
export class AvroError extends Error {}

/** The types that have been declared so far; a schema may only name these. */
export class Names {
  readonly #byFullName = new Map<string, AvroNamed>();

  /** @throws {AvroError} */
  add(named: AvroNamed): void {
    const { full } = named.name;
    if (this.#byFullName.has(full)) throw new AvroError(`Can't redefine: ${full}`);
    this.#byFullName.set(full, named);
  }

  /** What a name stands for inside this namespace. @throws {AvroError} where it is none. */
  find(name: string, space: string | null): AvroNamed | undefined {
    return this.#byFullName.get(nameIn(name, space).full) ?? this.#byFullName.get(name);
  }
}

/** A name that may carry its namespace. @throws {AvroError} */
export function nameIn(given: string, space: string | null): AvroName {
  const dot = given.lastIndexOf(".");
  const name = checkedName(given.slice(dot + 1));
  const own = (dot < 0 ? space : given.slice(0, dot)) || null;
  const full = own === null ? name : `${own}.${name}`;
  return { name, space: own, full };
}

/** @throws {AvroError} */
export function checkedName(name: string): string {
  if (name === "") throw new AvroError("Empty name");
  if (!/^[A-Za-z_]/.test(name)) throw new AvroError(`Illegal initial character: ${name}`);
  if (!/^\w+$/.test(name)) throw new AvroError(`Illegal character in: ${name}`);
  return name;
}
