/** /subjects: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#subjects */
import { schemaNotFound, subjectNotFound } from "./errors.ts";
import { deleteSubject, lookUp } from "./registering.ts";
import {
  flag,
  givenSchema,
  json,
  normalizes,
  paged,
  type RegistryAnswer,
  type RegistryRequest,
  subjectOf,
} from "./request.ts";
import type { StoredVersion } from "./schema-store.ts";
import { inFormat, versionJson } from "./version-json.ts";

export function listSubjects(request: RegistryRequest): RegistryAnswer {
  const { store } = request.registry;
  const prefix = request.query.get("subjectPrefix") ?? ":*:";
  const subjects = store.subjects().filter((subject) => {
    if (prefix !== ":*:" && !subject.startsWith(prefix)) return false;
    if (flag(request, "deletedOnly"))
      return store.versions(subject, true).some(({ isDeleted }) => isDeleted);
    return store.has(subject, flag(request, "deleted"));
  });
  return json(paged(request, subjects));
}

/** POST: whether the subject has this schema, and as which version. */
export function findSchema(request: RegistryRequest): RegistryAnswer {
  const terms = { normalize: normalizes(request), withDeleted: flag(request, "deleted") };
  return found(request, lookUp(request, givenSchema(request), terms));
}

/** The latest version whose metadata has these properties. */
export function findByMetadata(request: RegistryRequest): RegistryAnswer {
  const values = request.query.getAll("value");
  const wanted = request.query.getAll("key").slice(0, values.length);
  const versions = request.registry.store.versions(subjectOf(request), flag(request, "deleted"));
  const matches = ({ schema }: StoredVersion) => {
    const properties = schema.metadata?.["properties"];
    if (typeof properties !== "object" || properties === null) return false;
    const given = new Map(Object.entries(properties));
    return wanted.every((key, index) => given.get(key) === values[index]);
  };
  return found(request, versions.toReversed().find(matches));
}

export function removeSubject(request: RegistryRequest): RegistryAnswer {
  return json(deleteSubject(request, subjectOf(request), flag(request, "permanent")));
}

function found(request: RegistryRequest, version: StoredVersion | undefined): RegistryAnswer {
  const subject = subjectOf(request);
  if (version !== undefined) return json(versionJson(version, inFormat(request, version.schema)));
  const isThere = request.registry.store.has(subject, flag(request, "deleted"));
  throw isThere ? schemaNotFound() : subjectNotFound(subject);
}
