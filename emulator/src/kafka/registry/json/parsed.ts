/** JSON Schema, for the registry. What changes break readers is not told: no library that is kept up knows. */
import { compactJson, isObject, isText, parseJson, writeSortedJson } from "../exact-json.ts";
import type { ParsedSchema, ParseTerms } from "../parsed-schema.ts";
import { checkJsonSchema } from "./keywords.ts";

/** @throws {Error} */
export function parseJsonSchema(text: string, { log }: ParseTerms): ParsedSchema {
  const schema = parseJson(text);
  checkJsonSchema(schema);
  checkPointers(schema, schema);
  return new ParsedJson(text, schema, log);
}

class ParsedJson implements ParsedSchema {
  readonly type = "JSON";
  readonly text: string;
  readonly #schema: unknown;
  readonly #log: ParseTerms["log"];

  constructor(text: string, schema: unknown, log: ParseTerms["log"]) {
    this.text = compactJson(text);
    this.#schema = schema;
    this.#log = log;
  }

  get inlined(): string {
    return this.text;
  }

  normalized(): string {
    return writeSortedJson(this.#schema);
  }

  differences(): readonly string[] {
    this.#log("the schema registry does not compare JSON schemas: all are taken for compatible");
    return [];
  }

  formatted(): string {
    return this.text;
  }
}

/**
 * What refers to a part of the schema has to find it; other documents are not looked for. Where a schema has an `$id`,
 * what is inside of it refers to that one's parts.
 */
function checkPointers(schema: unknown, root: unknown): void {
  if (Array.isArray(schema)) for (const each of schema) checkPointers(each, root);
  if (!isObject(schema)) return;
  const own = isText(schema["$id"]) ? schema : root;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "$ref" && isText(value) && value.startsWith("#/") && !isThere(value, own))
      throw new Error(`${value}: there is no such part of the schema`);
    if (!DATA.has(key)) checkPointers(value, own);
  }
}

/** What holds values and no schemas. */
const DATA = new Set(["enum", "const", "default", "examples"]);

function isThere(pointer: string, root: unknown): boolean {
  let at: unknown = root;
  for (const part of pointer.slice(2).split("/")) {
    const key = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at !== undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
