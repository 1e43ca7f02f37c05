/** Bindings, in all the places where they are listed, and what names one in a path: its `properties_key`. */
import { createHash } from "node:crypto";
import type { Binding, VirtualHost } from "../model/contract.ts";
import type { FieldTable } from "../wire/values.ts";
import { writeTable } from "../wire/field-table.ts";
import { type Answer, changing, done, noSuchObject, notFound, ok } from "./answer.ts";
import { jsonToTable, tableToJson } from "./field-json.ts";
import { listing } from "./listing.ts";
import {
  type ApiRequest,
  exchangeNamed,
  existingVhost,
  fields,
  named,
  vhostOf,
  vhostsOf,
} from "./request.ts";

type Item = Readonly<Record<string, unknown>>;

const SORTS = ["vhost", "source", "type", "destination", "routing_key", "properties_key"];

export function listBindings(request: ApiRequest): Answer {
  return answer(
    request,
    vhostsOf(request).map((vhost) => [vhost, allBindings(vhost)] as const),
  );
}

/** Of a queue that is there, or would be bound to the default exchange if it were. */
export function listQueueBindings(request: ApiRequest): Answer {
  return ofOneVhost(request, (vhost) => vhost.bindingsOf(named(request, "queue"), "queue"));
}

export function listExchangeSources(request: ApiRequest): Answer {
  return ofOneVhost(request, (vhost) => bindingsFrom(vhost, exchangeNamed(request, "exchange")));
}

export function listExchangeDestinations(request: ApiRequest): Answer {
  return ofOneVhost(request, (vhost) =>
    vhost.bindingsOf(exchangeNamed(request, "exchange"), "exchange"),
  );
}

export function listBetween(request: ApiRequest): Answer {
  return ofOneVhost(request, (vhost) => between(request, vhost));
}

export function getBinding(request: ApiRequest): Answer {
  const vhost = existingVhost(request);
  return ok(bindingJson(vhost, existingBinding(request, vhost)));
}

/** 201 with where it is now, relative to where it was posted. */
export function postBinding(request: ApiRequest): Answer {
  const vhost = vhostOf(request);
  if (vhost === undefined) throw notFound("vhost_not_found");
  const given = fields(request);
  const { destination } = endsOf(request);
  const binding: Binding = {
    ...endsOf(request),
    routingKey: typeof given["routing_key"] === "string" ? given["routing_key"] : "",
    arguments: jsonToTable(given["arguments"]),
  };
  changing(() => vhost.bind(binding, request.actor));
  const location = [destination, propertiesKey(binding)].map(encodeURIComponent).join("/");
  return { status: 201, headers: { location } };
}

export function deleteBinding(request: ApiRequest): Answer {
  const vhost = existingVhost(request);
  const binding = existingBinding(request, vhost);
  changing(() => vhost.unbind(binding, request.actor));
  return done;
}

export function allBindings(vhost: VirtualHost): readonly Binding[] {
  const implied = [...vhost.queues.keys()].map(toDefaultExchange);
  return [...implied, ...[...vhost.exchanges.values()].flatMap(({ bindings }) => bindings)];
}

export function bindingJson(vhost: VirtualHost, binding: Binding): Item {
  return {
    source: binding.source,
    vhost: vhost.name,
    destination: binding.destination,
    destination_type: binding.destinationType,
    routing_key: binding.routingKey,
    arguments: tableToJson(binding.arguments),
    properties_key: propertiesKey(binding),
  };
}

/** Every queue is bound to the default exchange by its name. */
function toDefaultExchange(name: string): Binding {
  const destinationType = "queue";
  return { source: "", destination: name, destinationType, routingKey: name, arguments: new Map() };
}

function bindingsFrom(vhost: VirtualHost, source: string): readonly Binding[] {
  if (source === "") return [...vhost.queues.keys()].map(toDefaultExchange);
  return vhost.exchanges.get(source)?.bindings ?? [];
}

function between(request: ApiRequest, vhost: VirtualHost): readonly Binding[] {
  const { source, destination, destinationType } = endsOf(request);
  if (source === "" && destinationType === "queue") return [toDefaultExchange(destination)];
  return bindingsFrom(vhost, source).filter(
    (each) => each.destination === destination && each.destinationType === destinationType,
  );
}

function endsOf(request: ApiRequest): Pick<Binding, "source" | "destination" | "destinationType"> {
  const source = exchangeNamed(request, "source");
  // `q` or `e`: no other path is a route.
  return named(request, "kind") === "e"
    ? { source, destination: exchangeNamed(request, "destination"), destinationType: "exchange" }
    : { source, destination: named(request, "destination"), destinationType: "queue" };
}

function existingBinding(request: ApiRequest, vhost: VirtualHost): Binding {
  const [key = "", hash = ""] = named(request, "key").split("~");
  const routingKey = unquoted(key);
  const { source, destination } = endsOf(request);
  if (source === "" && !vhost.queues.has(destination)) throw noSuchObject();
  const found = between(request, vhost).find(
    (each) => each.routingKey === routingKey && hashOf(each.arguments) === hash,
  );
  if (found === undefined) throw noSuchObject();
  return found;
}

function ofOneVhost(
  request: ApiRequest,
  bindings: (vhost: VirtualHost) => readonly Binding[],
): Answer {
  const vhost = vhostOf(request);
  return answer(request, vhost === undefined ? [] : [[vhost, bindings(vhost)]]);
}

function answer(
  { query }: ApiRequest,
  found: readonly (readonly [VirtualHost, readonly Binding[]])[],
): Answer {
  const all = found.flatMap(([vhost, bindings]) =>
    bindings.map((each) => bindingJson(vhost, each)),
  );
  return ok(listing(all, query, SORTS));
}

/** The routing key, and a hash of the arguments where there are any; `~` for neither. */
function propertiesKey({ routingKey, arguments: given }: Binding): string {
  const hash = hashOf(given);
  return routingKey !== "" && hash === "" ? quoted(routingKey) : `${quoted(routingKey)}~${hash}`;
}

function quoted(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch {
    return text;
  }
}

/** Clients take it from a listing: any hash will do, and RabbitMQ's is Erlang's own. */
function hashOf(given: FieldTable): string {
  if (given.size === 0) return "";
  return createHash("sha256")
    .update(writeTable(given))
    .digest()
    .subarray(0, 4)
    .toString("base64url");
}
