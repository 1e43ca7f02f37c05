/** Reads a request's JSON as Go does: null and what is missing are the zero value, a wrong type refuses the whole. */
import { refusal } from "./errors.ts";

export class Fields {
  readonly #json: Readonly<Record<string, unknown>>;

  constructor(json: unknown) {
    if (json === undefined || json === null) json = {};
    if (typeof json !== "object" || Array.isArray(json)) throw refusal("invalidJson");
    this.#json = json as Record<string, unknown>;
  }

  string(name: string): string {
    return this.#typed(name, "string") ?? "";
  }

  boolean(name: string): boolean {
    return this.#typed(name, "boolean") ?? false;
  }

  integer(name: string): number {
    const value = this.#typed(name, "number") ?? 0;
    if (!Number.isInteger(value)) throw refusal("invalidJson");
    return value;
  }

  /** uint64. */
  count(name: string): number {
    const value = this.integer(name);
    if (value < 0) throw refusal("invalidJson");
    return value;
  }

  /** RFC 3339, as ms. */
  time(name: string): number | undefined {
    const text = this.#typed(name, "string");
    if (text === undefined) return undefined;
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) throw refusal("invalidJson");
    return ms;
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.#typed(name, "string");
    if (text === undefined) return undefined;
    const word = words.find((known) => known === text);
    if (word === undefined) throw refusal("invalidJson");
    return word;
  }

  strings(name: string): string[] {
    return this.#list(name).map((value) => {
      if (typeof value !== "string") throw refusal("invalidJson");
      return value;
    });
  }

  object(name: string): Fields | undefined {
    const value = this.#json[name];
    return value === undefined || value === null ? undefined : new Fields(value);
  }

  objects(name: string): Fields[] {
    return this.#list(name).map((value) => new Fields(value));
  }

  /** A map of strings; undefined where it is missing or empty. */
  map(name: string): Record<string, string> | undefined {
    const given = this.object(name);
    if (given === undefined) return undefined;
    const entries = Object.keys(given.#json).map((key) => [key, given.string(key)] as const);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  #list(name: string): readonly unknown[] {
    const value = this.#json[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw refusal("invalidJson");
    return value;
  }

  #typed(name: string, type: "string"): string | undefined;
  #typed(name: string, type: "boolean"): boolean | undefined;
  #typed(name: string, type: "number"): number | undefined;
  #typed(name: string, type: string): unknown {
    const value = this.#json[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== type) throw refusal("invalidJson");
    return value;
  }
}
