/** /subjects/:subject/versions: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#subjects */
import { subjectNotFound, versionNotFound } from "./errors.ts";
import { deleteVersion, register } from "./registering.ts";
import {
  checkSubject,
  flag,
  givenSchema,
  json,
  normalizes,
  type RegistryAnswer,
  type RegistryRequest,
  subjectOf,
  versionOf,
} from "./request.ts";
import type { StoredVersion } from "./schema-store.ts";
import { describeContent, inFormat, versionJson } from "./version-json.ts";

export function listVersions(request: RegistryRequest): RegistryAnswer {
  const { store } = request.registry;
  const subject = subjectOf(request);
  const onlyDeleted = flag(request, "deletedOnly");
  const withDeleted = onlyDeleted || flag(request, "deleted");
  if (!store.has(subject, withDeleted)) throw subjectNotFound(subject);
  const versions = store.versions(subject, withDeleted);
  const wanted = onlyDeleted ? versions.filter(({ isDeleted }) => isDeleted) : versions;
  return json(wanted.map(({ version }) => version));
}

/** The id alone, unless the request left something to the registry: then all of it. */
export function registerSchema(request: RegistryRequest): RegistryAnswer {
  const given = givenSchema(request);
  checkSubject(given.subject);
  const { version, isCompleted } = register(request, given, normalizes(request));
  const { schema } = version;
  if (!isCompleted) return json({ id: schema.id });
  const content = describeContent(schema);
  return json({ id: schema.id, version: version.version, ...content, schema: schema.text });
}

export function getVersion(request: RegistryRequest): RegistryAnswer {
  const version = existingVersion(request, flag(request, "deleted"));
  return json(versionJson(version, inFormat(request, version.schema)));
}

export function getVersionText(request: RegistryRequest): RegistryAnswer {
  const version = existingVersion(request, flag(request, "deleted"));
  return { text: inFormat(request, version.schema) };
}

export function listReferrers(request: RegistryRequest): RegistryAnswer {
  const { subject, version } = existingVersion(request, true);
  return json(request.registry.store.referrers(subject, version));
}

export function removeVersion(request: RegistryRequest): RegistryAnswer {
  const version = versionOf(request);
  return json(deleteVersion(request, subjectOf(request), version, flag(request, "permanent")));
}

function existingVersion(request: RegistryRequest, withDeleted: boolean): StoredVersion {
  const { store } = request.registry;
  const subject = subjectOf(request);
  const version = versionOf(request);
  const found = store.version(subject, version, withDeleted);
  if (found !== undefined) return found;
  throw store.has(subject, withDeleted) ? versionNotFound(version) : subjectNotFound(subject);
}
