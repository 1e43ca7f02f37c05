/** Schemas in answers. What is empty is left out, and so is the type of Avro, as from before there were others. */
import { readStored } from "./reading.ts";
import type { RegistryRequest } from "./request.ts";
import type { SchemaContent, StoredVersion } from "./schema-store.ts";

export function versionJson({ subject, version, schema }: StoredVersion, text: string): object {
  const { schemaType, references, ...further } = describeContent(schema);
  return { subject, version, id: schema.id, schemaType, references, ...further, schema: text };
}

/** Without its text. Members that are undefined are not in the JSON. */
export function describeContent({ type, references, metadata, ruleSet }: SchemaContent): {
  schemaType: string | undefined;
  references: unknown;
  metadata: unknown;
  ruleSet: unknown;
} {
  return {
    schemaType: type === "AVRO" ? undefined : type,
    references: references.length === 0 ? undefined : references,
    metadata,
    ruleSet,
  };
}

/** The schema's text, in the format that the request asks for. */
export function inFormat({ query, registry, log }: RegistryRequest, schema: SchemaContent): string {
  const format = query.get("format")?.trim() ?? "";
  if (format === "") return schema.text;
  return readStored(schema, { store: registry.store, log }).formatted(format);
}
