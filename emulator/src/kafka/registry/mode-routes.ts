/** /mode: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#mode */
import { invalidMode, noSubjectMode, notPermitted, subjectNotFound } from "./errors.ts";
import {
  bodyOf,
  checkSubject,
  flag,
  json,
  type RegistryAnswer,
  type RegistryRequest,
  scopeOf,
} from "./request.ts";
import { modes } from "./settings.ts";

export function getMode(request: RegistryRequest): RegistryAnswer {
  const { settings } = request.registry;
  const scope = scopeOf(request);
  const mode = flag(request, "defaultToGlobal")
    ? settings.modeInForce(scope)
    : settings.mode(scope);
  if (mode === undefined) throw noSubjectMode(scope ?? "");
  return json({ mode });
}

/** Importing begins with nothing there, unless it is forced. */
export function putMode(request: RegistryRequest): RegistryAnswer {
  const { settings, store } = request.registry;
  const scope = scopeOf(request);
  if (scope !== null) checkSubject(scope);
  const given = bodyOf(request)["mode"];
  const mode = modes.find((each) => each === String(given).toUpperCase());
  if (mode === undefined) throw invalidMode();
  if (mode === "IMPORT" && settings.modeInForce(scope) !== "IMPORT" && !flag(request, "force")) {
    const subjects = scope === null ? store.subjects() : [scope];
    if (subjects.some((subject) => store.has(subject, false)))
      throw notPermitted("Cannot import since found existing subjects");
    const deleted = subjects.flatMap((subject) => store.versions(subject, true));
    for (const version of deleted) store.deleteFor(version);
  }
  settings.setMode(scope, mode);
  return json({ mode: given });
}

/** Answers the one that was set. */
export function deleteMode(request: RegistryRequest): RegistryAnswer {
  const { settings } = request.registry;
  const scope = scopeOf(request);
  const mode = settings.mode(scope);
  if (mode === undefined) throw subjectNotFound(scope ?? "");
  settings.deleteMode(scope);
  return json({ mode });
}
