/**
 * ListConfigResources, 0–1: what has configs, or could have. Version 0, then ListClientMetricsResources, tells of
 * subscriptions to clients' metrics only.
 * https://kafka.apache.org/protocol#The_Messages_ListConfigResources, KIP-1142
 */
import { listConfigResources } from "../../wire/apis/list-config-resources.ts";
import { may } from "../authorization.ts";
import { type Call, type Row, row } from "../handling.ts";
import { type ConfigResource, RESOURCE_TYPES, resourceOf } from "./config-resources.ts";
import { plain } from "./failure.ts";

const kinds = Object.keys(RESOURCE_TYPES) as ConfigResource[];

export const listConfigResourcesRow: Row = row(listConfigResources, [0, 1], (request, call) => {
  if (!may(call, "DescribeConfigs", "Cluster", "kafka-cluster"))
    return { errorCode: plain("CLUSTER_AUTHORIZATION_FAILED").code, configResources: [] };
  const asked = call.version === 0 ? [RESOURCE_TYPES["client-metrics"]] : request.resourceTypes;
  const wanted = asked.length === 0 ? kinds : asked.map(resourceOf);
  if (wanted.includes(null))
    return { errorCode: plain("UNSUPPORTED_VERSION").code, configResources: [] };
  return {
    errorCode: 0,
    configResources: wanted.flatMap((kind) =>
      kind === null
        ? []
        : namesOf(kind, call).map((resourceName) => ({
            resourceName,
            resourceType: RESOURCE_TYPES[kind],
          })),
    ),
  };
});

function namesOf(kind: ConfigResource, { cluster }: Call): string[] {
  switch (kind) {
    case "topic":
      return [...cluster.topics.all].map(({ name }) => name);
    case "group":
      return [...cluster.groupConfigs.names];
    case "client-metrics":
      return [...cluster.metricsConfigs.names];
    case "broker":
    case "broker-logger":
      return cluster.nodes.map(({ id }) => String(id));
  }
}
