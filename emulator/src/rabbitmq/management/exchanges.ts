/** Exchanges: listed, declared, deleted. */
import type { Exchange, VirtualHost } from "../model/contract.ts";
import { type Answer, changing, done, noSuchObject, notFound, ok, put } from "./answer.ts";
import { readBoolean } from "./body.ts";
import { jsonToTable, tableToJson } from "./field-json.ts";
import { listing, pageOf } from "./listing.ts";
import {
  type ApiRequest,
  exchangeNamed,
  existingVhost,
  fields,
  vhostOf,
  vhostsOf,
} from "./request.ts";

export function listExchanges(request: ApiRequest): Answer {
  const all = vhostsOf(request).flatMap((vhost) =>
    [...vhost.exchanges.values()].map((exchange) => exchangeJson(vhost, exchange)),
  );
  return ok(pageOf(listing(all, request.query), request.query));
}

export function getExchange(request: ApiRequest): Answer {
  const vhost = existingVhost(request);
  const exchange = vhost.exchanges.get(exchangeNamed(request, "exchange"));
  if (exchange === undefined) throw noSuchObject();
  return ok({ ...exchangeJson(vhost, exchange), incoming: [], outgoing: [] });
}

export function putExchange(request: ApiRequest): Answer {
  const vhost = vhostOf(request);
  if (vhost === undefined) throw notFound("vhost_not_found");
  const name = exchangeNamed(request, "exchange");
  const isNew = !vhost.exchanges.has(name);
  declareExchange(vhost, name, fields(request), request);
  return put(isNew);
}

/** @throws {ApiError} */
export function declareExchange(
  vhost: VirtualHost,
  name: string,
  given: Readonly<Record<string, unknown>>,
  { actor }: ApiRequest,
): void {
  const declaration = {
    name,
    type: typeof given["type"] === "string" ? given["type"] : "direct",
    durable: readBoolean(given["durable"], false),
    autoDelete: readBoolean(given["auto_delete"], false),
    internal: readBoolean(given["internal"], false),
    arguments: jsonToTable(given["arguments"]),
  };
  changing(() => vhost.declareExchange(declaration, actor));
}

export function deleteExchange(request: ApiRequest): Answer {
  const vhost = existingVhost(request);
  const name = exchangeNamed(request, "exchange");
  if (!vhost.exchanges.has(name)) throw noSuchObject();
  const ifUnused = request.query.get("if-unused") === "true";
  changing(() => vhost.deleteExchange(name, ifUnused, request.actor));
  return done;
}

export function exchangeJson(
  vhost: VirtualHost,
  exchange: Exchange,
): Readonly<Record<string, unknown>> {
  const policy = vhost.policies.ofExchange(exchange.name).policy;
  return {
    name: exchange.name,
    vhost: vhost.name,
    type: exchange.type,
    durable: exchange.durable,
    auto_delete: exchange.autoDelete,
    internal: exchange.internal,
    arguments: tableToJson(exchange.arguments),
    user_who_performed_action: exchange.creator,
    ...(policy === null ? {} : { policy: policy.name }),
  };
}
