/** /compatibility: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#compatibility */
import { incompatibilities } from "./compatibility.ts";
import { invalidSchema, RegistryError, versionNotFound } from "./errors.ts";
import { readSchema } from "./reading.ts";
import {
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

/** With one version; a subject that has none yet is compatible with everything. */
export function checkWithVersion(request: RegistryRequest): RegistryAnswer {
  const version = versionOf(request);
  const found = request.registry.store.version(subjectOf(request), version, false);
  if (found === undefined && version !== -1) throw versionNotFound(version);
  return check(request, found === undefined ? [] : [found]);
}

/** As registering would. */
export function checkWithSubject(request: RegistryRequest): RegistryAnswer {
  return check(request, request.registry.store.versions(subjectOf(request), false));
}

function check(request: RegistryRequest, versions: readonly StoredVersion[]): RegistryAnswer {
  const isVerbose = flag(request, "verbose");
  const messages = messagesFor(request, versions, isVerbose);
  const isCompatible = messages.length === 0;
  return json({ is_compatible: isCompatible, ...(isVerbose ? { messages } : {}) });
}

/** Who asks for all words is told in the same place of a schema that is none. */
function messagesFor(
  request: RegistryRequest,
  versions: readonly StoredVersion[],
  isVerbose: boolean,
): readonly string[] {
  const { store, settings } = request.registry;
  const { log } = request;
  try {
    const given = givenSchema(request);
    if (given.text.trim() === "") throw invalidSchema("Empty schema");
    const normalize = normalizes(request);
    const read = readSchema(given, { store, log, normalize, isNew: true });
    const config = settings.configInForce(given.subject);
    return incompatibilities(read, versions, { store, log, config });
  } catch (error) {
    if (isVerbose && error instanceof RegistryError && error.code === 42201) return [error.message];
    throw error;
  }
}
