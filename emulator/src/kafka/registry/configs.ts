/** /config: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#config */
import { invalidCompatibility, noSubjectCompatibility, subjectNotFound } from "./errors.ts";
import { isObject, isText } from "./exact-json.ts";
import { checkWritable } from "./registering.ts";
import {
  bodyOf,
  checkSubject,
  flag,
  json,
  type RegistryAnswer,
  type RegistryRequest,
  scopeOf,
} from "./request.ts";
import type { JsonObject } from "./schema-store.ts";
import { type Config, levels } from "./settings.ts";

export function getConfig(request: RegistryRequest): RegistryAnswer {
  const { settings } = request.registry;
  const scope = scopeOf(request);
  const config = flag(request, "defaultToGlobal")
    ? settings.configInForce(scope)
    : settings.config(scope);
  if (config === undefined) throw noSubjectCompatibility(scope ?? "");
  return json(config);
}

/** The level has another name in here than in what is got. */
export function putConfig(request: RegistryRequest): RegistryAnswer {
  const scope = scopeOf(request);
  const changes = readConfig(bodyOf(request));
  if (scope !== null) checkSubject(scope);
  checkWritable(request.registry, scope);
  const updated = request.registry.settings.updateConfig(scope, changes);
  const { compatibilityLevel: compatibility, ...rest } = updated;
  return json({ ...rest, compatibility });
}

/** Answers what was in force. */
export function deleteConfig(request: RegistryRequest): RegistryAnswer {
  const { settings } = request.registry;
  const scope = scopeOf(request);
  const config = settings.config(scope);
  if (config === undefined) throw subjectNotFound(scope ?? "");
  checkWritable(request.registry, scope);
  settings.deleteConfig(scope);
  return json(config);
}

const READERS: Readonly<
  Record<Exclude<keyof Config, "compatibilityLevel">, (value: unknown) => boolean>
> = {
  alias: isText,
  normalize: isBoolean,
  validateFields: isBoolean,
  validateRules: isBoolean,
  compatibilityGroup: isText,
  defaultMetadata: isObject,
  overrideMetadata: isObject,
  defaultRuleSet: isObject,
  overrideRuleSet: isObject,
};

function readConfig(body: JsonObject): Config {
  const { compatibility } = body;
  const wanted = isText(compatibility) ? compatibility.toUpperCase() : undefined;
  const level = levels.find((each) => each === wanted);
  if (compatibility !== undefined && compatibility !== null && level === undefined)
    throw invalidCompatibility();
  const known = Object.entries(READERS).filter(([name, reads]) => reads(body[name]));
  return {
    ...Object.fromEntries(known.map(([name]) => [name, body[name]])),
    ...(level === undefined ? {} : { compatibilityLevel: level }),
  };
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}
