/** Definitions brought back: what is there already stays as it is, but users, permissions and policies are set anew. */
import type { VirtualHost } from "../model/contract.ts";
import type { PolicyKind } from "../model/policies.ts";
import { InvalidPolicy } from "../model/policy-keys.ts";
import { type Answer, ApiError, badRequest, changing, done, notFound } from "./answer.ts";
import { asText, isObject } from "./body.ts";
import { declareExchange } from "./exchanges.ts";
import { jsonToTable } from "./field-json.ts";
import { setPermissions, setTopicPermissions } from "./permissions.ts";
import { escapeHtml, setPolicy } from "./policies.ts";
import { declareQueue } from "./queues.ts";
import { type ApiRequest, vhostOf } from "./request.ts";
import { setUser } from "./users.ts";
import { makeVhost } from "./vhosts.ts";

type Item = Readonly<Record<string, unknown>>;

export function importDefinitions(request: ApiRequest): Answer {
  const { broker, globalParameters } = request;
  const all = readDefinitions(request);
  for (const user of all("users")) setUser(broker, asText(user["name"]), user);
  for (const vhost of all("vhosts")) makeVhost(asText(vhost["name"]), withMetadata(vhost), request);
  for (const permissions of all("permissions")) setPermissions(broker, permissions);
  for (const permissions of all("topic_permissions")) setTopicPermissions(broker, permissions);
  for (const { name, value } of all("global_parameters")) globalParameters.set(asText(name), value);
  declareAll(request, all, ({ vhost: name }) => {
    const vhost = broker.vhosts.get(asText(name));
    if (vhost === undefined) throw badRequest(["no_such_vhost", name]);
    return vhost;
  });
  return done;
}

/** Users, permissions and virtual hosts are left aside. */
export function importVhostDefinitions(request: ApiRequest): Answer {
  const all = readDefinitions(request);
  const vhost = vhostOf(request);
  if (vhost === undefined) throw notFound("vhost_not_found");
  declareAll(request, all, () => vhost);
  return done;
}

type Definitions = (name: string) => readonly Item[];

/** @throws {ApiError} */
function readDefinitions({ body, headers }: ApiRequest): Definitions {
  if (!/^application\/json\b/i.test(headers["content-type"] ?? ""))
    throw new ApiError(415, "unsupported_media_type", "definitions are application/json");
  const text = body.toString();
  const definitions = text === "" ? {} : parse(text);
  if (!isObject(definitions)) throw badRequest("failed_to_parse_json");
  return (name) => {
    const items = definitions[name];
    return Array.isArray(items) ? items.filter(isObject) : [];
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("failed_to_parse_json");
  }
}

function declareAll(
  request: ApiRequest,
  all: Definitions,
  vhostFor: (item: Item) => VirtualHost,
): void {
  for (const item of all("exchanges")) {
    const vhost = vhostFor(item);
    const name = nameOf(item);
    if (name === "" || isReserved(name) || vhost.exchanges.has(name)) continue;
    declareExchange(vhost, name, item, request);
  }
  for (const item of all("policies")) importPolicy("policy", vhostFor(item), item, item);
  for (const item of all("parameters")) {
    const { component, value } = item;
    if (component !== "operator_policy")
      throw badRequest(
        `Validation failed\n\ncomponent ${asText(component)} not found\n (${asText(item["vhost"])}/${asText(component)}/${asText(item["name"])})`,
      );
    importPolicy("operator_policy", vhostFor(item), item, isObject(value) ? value : {});
  }
  for (const item of all("queues")) {
    const vhost = vhostFor(item);
    const name = nameOf(item);
    if (isReserved(name) || vhost.queues.has(name)) continue;
    declareQueue(vhost, name, item, request);
  }
  for (const item of all("bindings")) importBinding(request, vhostFor(item), item);
}

function importPolicy(kind: PolicyKind, vhost: VirtualHost, item: Item, settings: Item): void {
  const name = nameOf(item);
  try {
    setPolicy(kind, vhost, name, settings);
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    throw badRequest(escapeHtml(`${error.message} (${vhost.name}/${name})`));
  }
}

/** One whose ends are not there is left out. */
function importBinding({ actor }: ApiRequest, vhost: VirtualHost, item: Item): void {
  const destinationType = item["destination_type"] === "exchange" ? "exchange" : "queue";
  const source = asText(item["source"]);
  const destination = asText(item["destination"]);
  const ends = destinationType === "exchange" ? vhost.exchanges : vhost.queues;
  if (source === "" || !vhost.exchanges.has(source) || !ends.has(destination)) return;
  const binding = {
    source,
    destination,
    destinationType,
    routingKey: asText(item["routing_key"] ?? ""),
    arguments: jsonToTable(item["arguments"]),
  } as const;
  changing(() => vhost.bind(binding, actor));
}

/** @throws {ApiError} 400 */
function nameOf({ name }: Item): string {
  if (typeof name !== "string") throw badRequest("function_clause");
  return name;
}

function isReserved(name: string): boolean {
  return name.startsWith("amq.");
}

function withMetadata(vhost: Item): Item {
  const { metadata } = vhost;
  return isObject(metadata) ? { ...metadata, ...vhost } : vhost;
}
