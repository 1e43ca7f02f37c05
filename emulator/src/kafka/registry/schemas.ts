/** /schemas: https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html#schemas */
import { schemaNotFound } from "./errors.ts";
import { schemaTypes } from "./reading.ts";
import { flag, idOf, json, paged, type RegistryAnswer, type RegistryRequest } from "./request.ts";
import type { StoredSchema } from "./schema-store.ts";
import { describeContent, inFormat, versionJson } from "./version-json.ts";

export function listSchemas(request: RegistryRequest): RegistryAnswer {
  const { store } = request.registry;
  const prefix = request.query.get("subjectPrefix") ?? "";
  const versions = store
    .subjects()
    .filter((subject) => subject.startsWith(prefix === ":*:" ? "" : prefix))
    .flatMap((subject) => {
      const all = store.versions(subject, flag(request, "deleted"));
      return flag(request, "latestOnly") ? all.slice(-1) : all;
    });
  return json(paged(request, versions).map((each) => versionJson(each, each.schema.text)));
}

export function getSchema(request: RegistryRequest): RegistryAnswer {
  const schema = existingSchema(request);
  const { schemaType, ...further } = describeContent(schema);
  const maxId = flag(request, "fetchMaxId") ? request.registry.store.lastId : undefined;
  return json({ schemaType, schema: inFormat(request, schema), ...further, maxId });
}

export function getSchemaText(request: RegistryRequest): RegistryAnswer {
  return { text: inFormat(request, existingSchema(request)) };
}

export function listUsingSubjects(request: RegistryRequest): RegistryAnswer {
  return json(usesOf(request).map(({ subject }) => subject));
}

export function listUsingVersions(request: RegistryRequest): RegistryAnswer {
  return json(usesOf(request).map(({ subject, version }) => ({ subject, version })));
}

export function listTypes(): RegistryAnswer {
  return json(schemaTypes);
}

function existingSchema(request: RegistryRequest): StoredSchema {
  const id = idOf(request);
  const schema = request.registry.store.schema(id);
  if (schema === undefined) throw schemaNotFound(id);
  return schema;
}

function usesOf(request: RegistryRequest) {
  const { store } = request.registry;
  const id = idOf(request);
  if (store.schema(id) === undefined) throw schemaNotFound();
  return store.uses(id, flag(request, "deleted"));
}
