/**
 * What JSON Schema's keywords take, of drafts 4 to 2020-12: https://json-schema.org/draft/2020-12/json-schema-validation
 * Unknown keywords say nothing, so they are let be.
 */
import { integerOf, isNumber, isObject, isText, writeJson } from "../exact-json.ts";

/** @throws {Error} that names the place as a JSON pointer. */
export function checkJsonSchema(schema: unknown, path = "#"): void {
  if (typeof schema === "boolean") return;
  if (!isObject(schema))
    throw new Error(`${path}: expected an object or a boolean, found ${writeJson(schema)}`);
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${path}/${keyword}`;
    const kind = KEYWORDS.get(keyword);
    if (kind === undefined) continue;
    if (kind === "schemas") checkEach(value, at);
    else if (kind === "schema list") checkList(value, at);
    else if (kind === "schema") checkJsonSchema(value, at);
    else if (kind === "items" && Array.isArray(value)) checkList(value, at);
    else if (kind === "items") checkJsonSchema(value, at);
    else if (!CHECKS[kind](value))
      throw new Error(`${at}: expected ${kind}, found ${writeJson(value)}`);
  }
}

function checkEach(value: unknown, path: string): void {
  if (!isObject(value))
    throw new Error(`${path}: expected an object of schemas, found ${writeJson(value)}`);
  for (const [name, schema] of Object.entries(value)) {
    const pointer = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    // `dependencies` also takes names of properties.
    if (!path.endsWith("/dependencies") || !Array.isArray(schema)) checkJsonSchema(schema, pointer);
  }
}

function checkList(value: unknown, path: string): void {
  if (!Array.isArray(value))
    throw new Error(`${path}: expected an array of schemas, found ${writeJson(value)}`);
  for (const [index, schema] of value.entries()) checkJsonSchema(schema, `${path}/${index}`);
}

const TYPES = new Set<unknown>("null boolean object array number string integer".split(" "));

const CHECKS = {
  "a type": (value: unknown): boolean =>
    TYPES.has(value) || (Array.isArray(value) && value.every((each) => TYPES.has(each))),
  "a text": isText,
  "a number": isNumber,
  "a number or a boolean": (value: unknown): boolean =>
    isNumber(value) || typeof value === "boolean",
  "a count": (value: unknown): boolean => (integerOf(value) ?? -1n) >= 0n,
  "a boolean": (value: unknown): boolean => typeof value === "boolean",
  "an array": (value: unknown): boolean => Array.isArray(value),
  "an array of texts": (value: unknown): boolean => Array.isArray(value) && value.every(isText),
  // Draft 3 has `required: true` at a property.
  "an array of texts or a boolean": (value: unknown): boolean =>
    typeof value === "boolean" || (Array.isArray(value) && value.every(isText)),
} as const;

type Kind = keyof typeof CHECKS | "schema" | "schemas" | "schema list" | "items";

const WORDS: Readonly<Record<Kind, string>> = {
  "a type": "type",
  "a text": "$ref $id $schema $anchor $dynamicRef $comment title description pattern format",
  "a number": "maximum minimum multipleOf",
  "a number or a boolean": "exclusiveMaximum exclusiveMinimum",
  "a count":
    "maxLength minLength maxItems minItems maxProperties minProperties maxContains minContains",
  "a boolean": "uniqueItems readOnly writeOnly deprecated",
  "an array": "enum examples",
  "an array of texts": "",
  "an array of texts or a boolean": "required",
  schema:
    "additionalProperties additionalItems contains propertyNames not if then else unevaluatedItems unevaluatedProperties contentSchema",
  schemas: "properties patternProperties definitions $defs dependentSchemas dependencies",
  "schema list": "allOf anyOf oneOf prefixItems",
  items: "items",
};

const KEYWORDS: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(WORDS) as Kind[]).flatMap((kind) =>
    WORDS[kind].split(" ").map((word) => [word, kind] as const),
  ),
);
