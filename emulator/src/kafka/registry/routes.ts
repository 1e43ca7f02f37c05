/** All that can be asked, as a table. https://docs.confluent.io/platform/7.9/schema-registry/develop/api.html */
import * as compatibility from "./compatibility-routes.ts";
import * as configs from "./configs.ts";
import * as modes from "./mode-routes.ts";
import { json, type RegistryAnswer, type RegistryRequest } from "./request.ts";
import * as schemas from "./schemas.ts";
import * as subjects from "./subjects.ts";
import * as versions from "./versions.ts";

/** Clients of Kafka 3.9 meet this one. */
const RELEASE = { version: "7.9.1", commitId: "millrace" };

type Method = "GET" | "POST" | "PUT" | "DELETE";

export type Route = readonly [
  method: Method,
  /** `:name` stands for one part. */
  path: string,
  handle: (request: RegistryRequest) => RegistryAnswer,
];

export const routes: readonly Route[] = [
  ["GET", "/", () => json({})],
  ["POST", "/", () => json({})],
  ["GET", "/subjects", subjects.listSubjects],
  ["POST", "/subjects/:subject", subjects.findSchema],
  ["DELETE", "/subjects/:subject", subjects.removeSubject],
  ["GET", "/subjects/:subject/metadata", subjects.findByMetadata],
  ["GET", "/subjects/:subject/versions", versions.listVersions],
  ["POST", "/subjects/:subject/versions", versions.registerSchema],
  ["GET", "/subjects/:subject/versions/:version", versions.getVersion],
  ["DELETE", "/subjects/:subject/versions/:version", versions.removeVersion],
  ["GET", "/subjects/:subject/versions/:version/schema", versions.getVersionText],
  ["GET", "/subjects/:subject/versions/:version/referencedby", versions.listReferrers],
  ["GET", "/schemas", schemas.listSchemas],
  ["GET", "/schemas/types", schemas.listTypes],
  ["GET", "/schemas/ids/:id", schemas.getSchema],
  ["GET", "/schemas/ids/:id/schema", schemas.getSchemaText],
  ["GET", "/schemas/ids/:id/subjects", schemas.listUsingSubjects],
  ["GET", "/schemas/ids/:id/versions", schemas.listUsingVersions],
  ["POST", "/compatibility/subjects/:subject/versions", compatibility.checkWithSubject],
  ["POST", "/compatibility/subjects/:subject/versions/:version", compatibility.checkWithVersion],
  ["GET", "/config", configs.getConfig],
  ["PUT", "/config", configs.putConfig],
  ["DELETE", "/config", configs.deleteConfig],
  ["GET", "/config/:subject", configs.getConfig],
  ["PUT", "/config/:subject", configs.putConfig],
  ["DELETE", "/config/:subject", configs.deleteConfig],
  ["GET", "/mode", modes.getMode],
  ["PUT", "/mode", modes.putMode],
  ["GET", "/mode/:subject", modes.getMode],
  ["PUT", "/mode/:subject", modes.putMode],
  ["DELETE", "/mode/:subject", modes.deleteMode],
  ["GET", "/contexts", () => json(["."])],
  ["GET", "/v1/metadata/id", ({ clusterId }) => json(identity(clusterId))],
  ["GET", "/v1/metadata/version", () => json(RELEASE)],
];

function identity(clusterId: string): object {
  const clusters = { "kafka-cluster": clusterId, "schema-registry-cluster": "schema-registry" };
  return { id: "", scope: { path: [], clusters } };
}
