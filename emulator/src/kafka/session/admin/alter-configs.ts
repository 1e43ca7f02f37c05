/**
 * AlterConfigs, 0–2: what is not in the request is set no longer. Deprecated for IncrementalAlterConfigs.
 * https://kafka.apache.org/protocol#The_Messages_AlterConfigs
 */
import { KafkaError } from "../../model/errors.ts";
import { alterConfigs } from "../../wire/apis/alter-configs.ts";
import { type Row, row } from "../handling.ts";
import { changeConfigs, refuseNulls } from "./config-changes.ts";

export const alterConfigsRow: Row = row(alterConfigs, [0, 2], (request, call) => ({
  responses: changeConfigs(request, call, ({ configs, resourceType }, { kind }) => {
    if (kind === "broker-logger")
      throw new KafkaError("INVALID_REQUEST", `Unknown resource type ${resourceType}`);
    refuseNulls(configs.flatMap(({ name, value }) => (value === null ? [name] : [])));
    return new Map(configs.map(({ name, value }) => [name, value ?? ""]));
  }),
}));
