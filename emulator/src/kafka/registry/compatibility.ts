/** Whether a subject may go on with a schema: https://docs.confluent.io/platform/7.9/schema-registry/fundamentals/schema-evolution.html#compatibility-types */
import type { ParsedSchema } from "./parsed-schema.ts";
import type { CompatibilityLevel, Config } from "./settings.ts";
import type { StoredVersion } from "./schema-store.ts";
import { readStored, type ReadingTerms, type ReadSchema } from "./reading.ts";

export interface CompatibilityTerms extends Pick<ReadingTerms, "store" | "log"> {
  readonly config: Config & { readonly compatibilityLevel: CompatibilityLevel };
}

/** What stands against it, in the real one's words; nothing where it is compatible. `versions` are the oldest first. */
export function incompatibilities(
  { parsed, content }: ReadSchema,
  versions: readonly StoredVersion[],
  terms: CompatibilityTerms,
): readonly string[] {
  const { compatibilityLevel: level, compatibilityGroup: group, validateFields } = terms.config;
  if (level === "NONE") return [];
  const alike = versions.filter(
    ({ schema }) => group === undefined || groupOf(schema, group) === groupOf(content, group),
  );
  const compared = level.endsWith("_TRANSITIVE") ? alike.toReversed() : alike.slice(-1);
  for (const version of compared) {
    const messages = compare(parsed, version, terms);
    if (messages.length === 0) continue;
    const checks = `{validateFields: '${validateFields ?? false}', compatibility: '${level}'}`;
    return [...messages, checks];
  }
  return [];
}

function compare(
  parsed: ParsedSchema,
  version: StoredVersion,
  terms: CompatibilityTerms,
): string[] {
  if (version.schema.type !== parsed.type) return ["Incompatible because of different schema type"];
  const level = terms.config.compatibilityLevel;
  const old = readStored(version.schema, terms);
  const backward = () => reworded(parsed.differences(old), "new", "old");
  const forward = () => reworded(old.differences(parsed), "old", "new");
  if (level.startsWith("BACKWARD")) return withOld(backward(), version);
  if (level.startsWith("FORWARD")) return withOld(forward(), version);
  return [...forward(), ...withOld(backward(), version)];
}

function reworded(messages: readonly string[], reader: string, writer: string): string[] {
  return messages.map((message) => message.replace("%s", reader).replace("%s", writer));
}

/** More of a schema's text is not shown. */
const SHOWN = 10 * 1024;

function withOld(messages: readonly string[], { version, schema }: StoredVersion): string[] {
  if (messages.length === 0) return [];
  const shown =
    schema.text.length <= SHOWN
      ? `{oldSchema: '${schema.text}'}`
      : `{oldSchema: <truncated> '${schema.text.slice(0, SHOWN)}...'}`;
  return [...messages, `{oldSchemaVersion: ${version}}`, shown];
}

function groupOf({ metadata }: ReadSchema["content"], group: string): unknown {
  const properties = metadata?.["properties"];
  if (typeof properties !== "object" || properties === null) return undefined;
  return (properties as Readonly<Record<string, unknown>>)[group];
}
