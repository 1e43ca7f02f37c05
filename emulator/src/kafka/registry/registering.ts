/** A subject's versions: how they are added, found again and deleted. */
import { incompatibilities } from "./compatibility.ts";
import {
  incompatible,
  invalidSchema,
  notPermitted,
  referenceExists,
  schemaTooLarge,
  subjectNotFound,
  subjectNotSoftDeleted,
  subjectSoftDeleted,
  versionNotFound,
  versionNotSoftDeleted,
  versionSoftDeleted,
} from "./errors.ts";
import { type GivenSchema, readSchema, type ReadSchema, readStored } from "./reading.ts";
import type { Registry } from "./registry.ts";
import type { StoredVersion } from "./schema-store.ts";

export interface RegistryCall {
  readonly registry: Registry;
  log(text: string): void;
}

export interface Registered {
  readonly version: StoredVersion;
  /** Whether it got what the request did not say from the version before. */
  readonly isCompleted: boolean;
}

/** As a message of the real one's topic may have it. */
const LARGEST = 1024 * 1024;

/** A schema that the subject has already is that version. @throws {RegistryError} */
export function register(call: RegistryCall, given: GivenSchema, normalize: boolean): Registered {
  const { store, settings } = call.registry;
  const { subject } = given;
  checkMode(call.registry, given);
  const all = store.versions(subject, true);
  const present = store.versions(subject, false);
  const isImported = settings.modeInForce(subject) === "IMPORT";
  const complete = isImported ? given : completed(given, present.at(-1));
  const read = readSchema(complete, { ...call, store, normalize, isNew: given.id < 0 });
  if (read.content.text.length > LARGEST) throw schemaTooLarge();
  const isCompleted = complete !== given;

  const same = given.version === 0 ? findSame(call, read, present) : undefined;
  if (same !== undefined && (given.id < 0 || same.schema.id === given.id))
    return { version: same, isCompleted };

  if (!isImported) {
    const terms = { ...call, store, config: settings.configInForce(subject) };
    const messages = incompatibilities(read, present, terms);
    if (messages.length > 0) throw incompatible(subject, messages);
  }
  const next = (all.at(-1)?.version ?? 0) + 1;
  if (given.version > 0 && given.version !== next && !isImported)
    throw invalidSchema("Version is not one more than previous version");
  checkId(call.registry, given.id, read);
  const number = given.version > 0 ? given.version : next;
  const wantedId = given.id < 0 ? undefined : given.id;
  const version = store.add(subject, number, read.content, wantedId);
  const former = all.filter((each) => each.isDeleted && each.version < number);
  for (const each of former) if (each.schema.id === version.schema.id) store.deleteFor(each);
  return { version, isCompleted };
}

/** The version of the subject that has this schema. @throws {RegistryError} where it is none */
export function lookUp(
  call: RegistryCall,
  given: GivenSchema,
  { normalize, withDeleted }: { readonly normalize: boolean; readonly withDeleted: boolean },
): StoredVersion | undefined {
  const { store } = call.registry;
  if (given.text.trim() === "") return undefined;
  const read = readSchema(given, { ...call, store, normalize, isNew: false });
  return findSame(call, read, store.versions(given.subject, withDeleted));
}

/** Returns the number of the version, which may have been asked for as the latest. @throws {RegistryError} */
export function deleteVersion(
  { registry }: RegistryCall,
  subject: string,
  version: number,
  permanent: boolean,
): number {
  const { store, settings } = registry;
  const found = store.version(subject, version, true);
  const isThere = store.version(subject, version, false) !== undefined;
  if (found !== undefined && !permanent && !isThere)
    throw versionSoftDeleted(subject, version === -1 ? "latest" : String(version));
  if (found === undefined)
    throw store.has(subject, true) ? versionNotFound(version) : subjectNotFound(subject);
  checkWritable(registry, subject);
  checkUnreferenced(registry, found);
  if (permanent && !found.isDeleted) throw versionNotSoftDeleted(subject, found.version);
  if (permanent) store.deleteFor(found);
  else store.deleteSoftly(found);
  if (!permanent && !store.has(subject, false)) {
    settings.deleteConfig(subject);
    settings.deleteMode(subject);
  }
  return found.version;
}

/** Returns the numbers of the versions. @throws {RegistryError} */
export function deleteSubject(
  { registry }: RegistryCall,
  subject: string,
  permanent: boolean,
): number[] {
  const { store, settings } = registry;
  if (!store.has(subject, true)) throw subjectNotFound(subject);
  if (!permanent && !store.has(subject, false)) throw subjectSoftDeleted(subject);
  checkWritable(registry, subject);
  const versions = store.versions(subject, permanent);
  for (const version of versions) {
    checkUnreferenced(registry, version);
    if (permanent && !version.isDeleted) throw subjectNotSoftDeleted(subject);
  }
  for (const version of versions)
    if (permanent) store.deleteFor(version);
    else store.deleteSoftly(version);
  if (!permanent) {
    settings.deleteConfig(subject);
    settings.deleteMode(subject);
  }
  return versions.map(({ version }) => version);
}

/** With an id of its own a schema may only be imported. */
function checkMode({ settings }: Registry, { subject, id }: GivenSchema): void {
  checkWritable({ settings }, subject);
  const mode = settings.modeInForce(subject);
  if (id >= 0 && mode !== "IMPORT") throw notPermitted(`Subject ${subject} is not in import mode`);
  if (id < 0 && mode !== "READWRITE")
    throw notPermitted(`Subject ${subject} is not in read-write mode`);
}

/** @throws {RegistryError} */
export function checkWritable(
  { settings }: Pick<Registry, "settings">,
  subject: string | null,
): void {
  if (settings.modeInForce(subject).startsWith("READONLY"))
    throw notPermitted(`Subject ${subject} is in read-only mode`);
}

function checkUnreferenced({ store }: Registry, { subject, version }: StoredVersion): void {
  if (store.referrers(subject, version).length > 0) throw referenceExists(subject, version);
}

function checkId({ store }: Registry, id: number, { content }: ReadSchema): void {
  if (id >= 0 && store.schema(id) !== undefined && store.idOf(content) !== id)
    throw notPermitted(`Overwrite new schema with id ${id} is not permitted.`);
}

/** Without a text it is the schema of the version before; what goes with a schema stays unless another is given. */
function completed(given: GivenSchema, former: StoredVersion | undefined): GivenSchema {
  const isEmpty = given.text.trim() === "";
  if (former === undefined && isEmpty) throw invalidSchema("Empty schema");
  if (former === undefined) return given;
  const { type, text, references, metadata, ruleSet } = former.schema;
  const keepsMetadata = given.metadata === undefined && metadata !== undefined;
  const keepsRules = given.ruleSet === undefined && ruleSet !== undefined;
  if (!isEmpty && !keepsMetadata && !keepsRules) return given;
  return {
    ...given,
    ...(isEmpty ? { type, text, references } : {}),
    ...(keepsMetadata ? { metadata } : {}),
    ...(keepsRules ? { ruleSet } : {}),
  };
}

/** The same schema, or, from a client that has put the references into it, the same types. */
function findSame(
  { registry, log }: RegistryCall,
  { content, parsed }: ReadSchema,
  versions: readonly StoredVersion[],
): StoredVersion | undefined {
  const { store } = registry;
  const id = store.idOf(content);
  const latestFirst = versions.toReversed();
  const same = latestFirst.find(({ schema }) => schema.id === id);
  if (same !== undefined || content.references.length > 0) return same;
  const extras = JSON.stringify([content.metadata, content.ruleSet]);
  return latestFirst.find(({ schema }) => {
    if (schema.type !== content.type || schema.references.length === 0) return false;
    if (JSON.stringify([schema.metadata, schema.ruleSet]) !== extras) return false;
    return readStored(schema, { store, log }).inlined === parsed.inlined;
  });
}
