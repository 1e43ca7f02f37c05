/** A schema that has been read, of whatever type. */
import type { SchemaType } from "./schema-store.ts";

export interface ParsedSchema {
  readonly type: SchemaType;
  /** How it is kept: two texts that say the same in another layout become one. */
  readonly text: string;
  /** With its references in it, where the type has a way to say so. */
  readonly inlined: string;
  /** The text of the form in which also order makes no difference. */
  normalized(): string;
  /** Why it cannot read what was written with `writer`. In the texts `%s` stands for the reader's word, then for the writer's. */
  differences(writer: ParsedSchema): readonly string[];
  /** The text in a format of the type's own: `serialized`. What is not known is told as it is kept. */
  formatted(format: string): string;
}

/** A schema that another one names. */
export interface ReferencedSchema {
  readonly name: string;
  readonly text: string;
}

export interface ParseTerms {
  /** In an order in which each names only those before it. */
  readonly references: readonly ReferencedSchema[];
  /** Whether a field's default has to be of its type. */
  readonly checksDefaults: boolean;
  /** Tells what is not offered. */
  log(text: string): void;
}

/** @throws {Error} where it is no schema; the message says why. */
export type ParseSchema = (text: string, terms: ParseTerms) => ParsedSchema;
