/** One request, as the routes see it, and what it is answered. */
import { isNumber, isObject, isText } from "./exact-json.ts";
import { invalidSubject, invalidVersion, RegistryError } from "./errors.ts";
import type { RegistryTerms } from "./port.ts";
import type { GivenSchema } from "./reading.ts";
import type { RegistryCall } from "./registering.ts";
import type { JsonObject, SchemaReference } from "./schema-store.ts";

export interface RegistryRequest extends RegistryCall, Pick<RegistryTerms, "clusterId"> {
  /** What stands in the path for `:name`, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined where there is none. */
  readonly body: unknown;
}

/** What becomes JSON, or a schema's own text. */
export type RegistryAnswer = { readonly json: unknown } | { readonly text: string };

export function json(value: unknown): RegistryAnswer {
  return { json: value };
}

/** Names with a context in front are taken as they are. */
export function subjectOf({ parameters }: RegistryRequest): string {
  return parameters["subject"] ?? "";
}

/** What a config or a mode is of: a subject, or all of them, which is null. */
export function scopeOf({ parameters }: RegistryRequest): string | null {
  return parameters["subject"] ?? null;
}

/** @throws {RegistryError} 42208 */
export function checkSubject(subject: string): void {
  if (/\p{Cc}/u.test(subject) || subject === "__GLOBAL" || subject === "__EMPTY")
    throw invalidSubject(subject);
}

/** -1 for the latest. @throws {RegistryError} 42202 */
export function versionOf({ parameters }: RegistryRequest): number {
  const given = (parameters["version"] ?? "").trim();
  if (given.toLowerCase() === "latest") return -1;
  const version = /^[+-]?\d{1,10}$/.test(given) ? Number(given) : 0;
  if ((version > 0 && version <= 2_147_483_647) || version === -1) return version;
  throw invalidVersion(given);
}

/** Undefined where it is no number: there is nothing at such a path. */
export function idOf({ parameters }: RegistryRequest): number {
  const given = parameters["id"] ?? "";
  if (/^[+-]?\d{1,10}$/.test(given)) return Number(given);
  throw new RegistryError(404, "HTTP 404 Not Found");
}

export function flag({ query }: RegistryRequest, name: string): boolean {
  return query.get(name)?.toLowerCase() === "true";
}

/** A page of a list. */
export function paged<T>({ query }: RegistryRequest, list: readonly T[]): readonly T[] {
  const read = (name: string) => Number(/^\d+$/.exec(query.get(name) ?? "")?.[0] ?? Number.NaN);
  const offset = read("offset") || 0;
  const limit = read("limit");
  return list.slice(offset, Number.isNaN(limit) ? undefined : offset + limit);
}

/** The object in the body. @throws {RegistryError} 422 where there is none */
export function bodyOf({ body }: RegistryRequest): JsonObject {
  if (isObject(body)) return body;
  throw new RegistryError(422, "the body must be an object of JSON");
}

/** The schema in the body. @throws {RegistryError} */
export function givenSchema(request: RegistryRequest): GivenSchema {
  const body = bodyOf(request);
  const { metadata, ruleSet, version, id, schema, schemaType } = body;
  return {
    subject: subjectOf(request),
    version: typeof version === "number" ? version : 0,
    id: typeof id === "number" ? id : -1,
    type: isText(schemaType) ? schemaType : "AVRO",
    text: isText(schema) ? schema : "",
    references: Array.isArray(body["references"]) ? body["references"].map(referenceIn) : [],
    ...(isObject(metadata) ? { metadata } : {}),
    ...(isObject(ruleSet) ? { ruleSet } : {}),
  };
}

function referenceIn(value: unknown): SchemaReference {
  const { name, subject, version } = isObject(value) ? value : {};
  if (isText(name) && isText(subject) && isNumber(version))
    return { name, subject, version: Number(version) };
  const text = [name, subject, version].map((each) => JSON.stringify(each ?? null)).join(", ");
  throw new RegistryError(42201, `Invalid reference: ${text}`);
}

/** Whether the schema is to be brought into its normal form. */
export function normalizes(request: RegistryRequest): boolean {
  const { settings } = request.registry;
  return (
    flag(request, "normalize") || settings.configInForce(subjectOf(request)).normalize === true
  );
}
