/** From a request's schema to what is kept of it: references found, text read, in the form that is compared. */
import { parseAvroSchema } from "./avro/parsed.ts";
import { invalidSchema } from "./errors.ts";
import { parseJsonSchema } from "./json/parsed.ts";
import type { ParsedSchema, ParseSchema, ReferencedSchema } from "./parsed-schema.ts";
import { parseProtobufSchema } from "./protobuf/parsed.ts";
import type {
  JsonObject,
  SchemaContent,
  SchemaReference,
  SchemaStore,
  SchemaType,
} from "./schema-store.ts";

/** Its order is what `/schemas/types` tells. */
const kinds: Readonly<Record<SchemaType, ParseSchema>> = {
  JSON: parseJsonSchema,
  PROTOBUF: parseProtobufSchema,
  AVRO: parseAvroSchema,
};

export const schemaTypes: readonly SchemaType[] = Object.keys(kinds) as SchemaType[];

/** What a client sends. */
export interface GivenSchema {
  readonly subject: string;
  /** 0 where it names none. */
  readonly version: number;
  /** -1 where it names none. */
  readonly id: number;
  readonly type: string;
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: JsonObject;
  readonly ruleSet?: JsonObject;
}

export interface ReadSchema {
  readonly content: SchemaContent;
  readonly parsed: ParsedSchema;
}

export interface ReadingTerms {
  readonly store: SchemaStore;
  /** Asked for by the request or the subject's config. */
  readonly normalize: boolean;
  /** Whether it is to be a new version, and not looked up. */
  readonly isNew: boolean;
  log(text: string): void;
}

/** @throws {RegistryError} 42201 */
export function readSchema(given: GivenSchema, terms: ReadingTerms): ReadSchema {
  const { store, normalize, isNew, log } = terms;
  const type = schemaTypes.find((each) => each === given.type);
  if (type === undefined) throw invalidSchema(`Invalid schema type ${given.type}`);
  try {
    const references = given.references.map((reference) => pinned(reference, store));
    const parse = (text: string) =>
      kinds[type](text, {
        references: referencedBy(references, store),
        checksDefaults: normalize && isNew,
        log,
      });
    const parsed = parse(given.text);
    const text = normalize ? parsed.normalized() : parsed.text;
    const { metadata, ruleSet } = given;
    return {
      parsed: text === parsed.text ? parsed : parse(text),
      content: {
        type,
        text,
        references: normalize ? inOrder(references) : references,
        ...(metadata === undefined ? {} : { metadata }),
        ...(ruleSet === undefined ? {} : { ruleSet }),
      },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidSchema(
      `Invalid schema ${describe(given)} with refs ${describeAll(given.references)} of type ${type}, details: ${why}`,
    );
  }
}

/** What was read before. */
export function readStored(
  content: SchemaContent,
  { store, log }: Pick<ReadingTerms, "store" | "log">,
): ParsedSchema {
  const references = referencedBy(content.references, store);
  return kinds[content.type](content.text, { references, checksDefaults: false, log });
}

/** The latest version is the one that it is now. */
function pinned(reference: SchemaReference, store: SchemaStore): SchemaReference {
  if (reference.version !== -1) return reference;
  return { ...reference, version: referenced(reference, store).version };
}

/** Those that are named, with those that they name before them. */
function referencedBy(
  references: readonly SchemaReference[],
  store: SchemaStore,
  seen: Set<string> = new Set(),
): ReferencedSchema[] {
  return references.flatMap((reference) => {
    const { schema } = referenced(reference, store);
    if (seen.has(reference.name)) return [];
    seen.add(reference.name);
    const { name } = reference;
    return [...referencedBy(schema.references, store, seen), { name, text: schema.text }];
  });
}

function referenced({ subject, version }: SchemaReference, store: SchemaStore) {
  const found = store.version(subject, version, true);
  if (found !== undefined) return found;
  throw new Error(`No schema reference found for subject "${subject}" and version ${version}`);
}

function inOrder(references: readonly SchemaReference[]): SchemaReference[] {
  const keyOf = ({ name, subject, version }: SchemaReference) =>
    JSON.stringify([subject, version, name]);
  const distinct = new Map(references.map((reference) => [keyOf(reference), reference]));
  return [...distinct.values()].toSorted((one, other) =>
    one.subject === other.subject
      ? one.version - other.version
      : one.subject < other.subject
        ? -1
        : 1,
  );
}

/** As the real one shows it in its messages. */
function describe({ subject, version, id, type, text, references, ...rest }: GivenSchema): string {
  const { metadata = null, ruleSet = null } = rest;
  const words = [
    `subject=${subject}`,
    `version=${version}`,
    `id=${id}`,
    `schemaType=${type}`,
    `references=${describeAll(references)}`,
    `metadata=${JSON.stringify(metadata)}`,
    `ruleSet=${JSON.stringify(ruleSet)}`,
    `schema=${text}`,
    "schemaTags=null",
  ];
  return `{${words.join(",")}}`;
}

function describeAll(references: readonly SchemaReference[]): string {
  const each = references.map(
    ({ name, subject, version }) => `{name='${name}', subject='${subject}', version=${version}}`,
  );
  return `[${each.join(", ")}]`;
}
