/** The properties of messages by their names in JSON. */
import type { Properties, PropertyName } from "../wire/properties.ts";
import { badRequest } from "./answer.ts";
import { isObject } from "./body.ts";
import { jsonToTable, tableToJson } from "./field-json.ts";

const NAMES: Readonly<Record<string, PropertyName>> = {
  content_type: "contentType",
  content_encoding: "contentEncoding",
  headers: "headers",
  delivery_mode: "deliveryMode",
  priority: "priority",
  correlation_id: "correlationId",
  reply_to: "replyTo",
  expiration: "expiration",
  message_id: "messageId",
  timestamp: "timestamp",
  type: "type",
  user_id: "userId",
  app_id: "appId",
  cluster_id: "clusterId",
};

const NUMBERS: readonly string[] = ["delivery_mode", "priority", "timestamp"];

/** Without any, an empty list: Erlang has no other empty object here. */
export function propertiesToJson(properties: Properties): unknown {
  const fields = Object.entries(NAMES).flatMap(([name, property]) => {
    const value = properties[property];
    if (value === undefined) return [];
    return [[name, typeof value === "object" ? tableToJson(value) : value] as const];
  });
  return fields.length === 0 ? [] : Object.fromEntries(fields);
}

/** @throws {ApiError} 400 */
export function readProperties(given: unknown): Properties {
  if (!isObject(given)) return {};
  const properties: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(NAMES)) {
    const value = given[name];
    if (value === undefined) continue;
    if (name === "headers") properties[property] = jsonToTable(value);
    else if (NUMBERS.includes(name)) {
      if (!Number.isSafeInteger(value)) throw badRequest(["not_int", name]);
      properties[property] = value;
    } else {
      if (typeof value !== "string") throw badRequest(["not_string", name]);
      properties[property] = value;
    }
  }
  return properties;
}
