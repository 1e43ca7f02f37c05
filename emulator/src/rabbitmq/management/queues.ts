/** Queues: declared, deleted, purged. What is listed of them: queue-json.ts. */
import type { Queue, VirtualHost } from "../model/contract.ts";
import {
  type Answer,
  badRequest,
  changing,
  done,
  noSuchObject,
  notFound,
  ok,
  put,
} from "./answer.ts";
import { readBoolean } from "./body.ts";
import { peerOf } from "./connections.ts";
import { consumerJson } from "./consumers.ts";
import { jsonToTable } from "./field-json.ts";
import { listing, pageOf } from "./listing.ts";
import { queueJson } from "./queue-json.ts";
import { type ApiRequest, existingVhost, fields, named, vhostOf, vhostsOf } from "./request.ts";

export function listQueues(request: ApiRequest): Answer {
  const all = vhostsOf(request).flatMap((vhost) =>
    [...vhost.queues.values()].map((queue) => queueJson(request, vhost, queue)),
  );
  return ok(pageOf(listing(all, request.query), request.query));
}

export function getQueue(request: ApiRequest): Answer {
  const { vhost, queue } = existingQueue(request);
  const consumers = queue.consumers.map((consumer) =>
    consumerJson(request, vhost, queue, consumer),
  );
  return ok({
    ...queueJson(request, vhost, queue),
    ...ownerOf(request, queue),
    consumer_details: consumers,
    incoming: [],
    deliveries: [],
  });
}

function ownerOf({ broker }: ApiRequest, { owner }: Queue): object {
  const connection = [...broker.connections].find((each) => each === owner);
  if (connection === undefined) return {};
  return { owner_pid_details: { name: connection.name, ...peerOf(connection) } };
}

const LONGEST_NAME = 255;

export function putQueue(request: ApiRequest): Answer {
  const name = named(request, "queue");
  const length = Buffer.byteLength(name);
  if (length > LONGEST_NAME)
    throw badRequest(`queue should be less than ${LONGEST_NAME} bytes, actually was ${length}\n`);
  const vhost = vhostOf(request);
  if (vhost === undefined) throw notFound("vhost_not_found");
  const isNew = !vhost.queues.has(name);
  declareQueue(vhost, name, fields(request), request);
  return put(isNew);
}

/** Never an exclusive one: there is no connection to own it. @throws {ApiError} */
export function declareQueue(
  vhost: VirtualHost,
  name: string,
  given: Readonly<Record<string, unknown>>,
  { actor }: ApiRequest,
): void {
  const declaration = {
    name,
    durable: readBoolean(given["durable"], false),
    autoDelete: readBoolean(given["auto_delete"], false),
    owner: null,
    arguments: jsonToTable(given["arguments"]),
  };
  changing(() => vhost.declareQueue(declaration, actor));
}

export function deleteQueue(request: ApiRequest): Answer {
  const { vhost, queue } = existingQueue(request);
  const conditions = {
    ifUnused: request.query.get("if-unused") === "true",
    ifEmpty: request.query.get("if-empty") === "true",
  };
  changing(() => vhost.deleteQueue(queue.name, conditions, request.actor));
  return done;
}

export function purgeQueue(request: ApiRequest): Answer {
  const { vhost, queue } = existingQueue(request);
  changing(() => vhost.purgeQueue(queue.name, request.actor));
  return done;
}

/** Mirrors are brought up to date, of which there are none. */
export function actOnQueue(request: ApiRequest): Answer {
  existingQueue(request);
  const { action } = fields(request, ["action"]);
  if (action !== "sync" && action !== "cancel_sync") throw badRequest(["unknown", action]);
  return done;
}

/** @throws {ApiError} 404 */
function existingQueue(request: ApiRequest): { vhost: VirtualHost; queue: Queue } {
  const vhost = existingVhost(request);
  const queue = vhost.queues.get(named(request, "queue"));
  if (queue === undefined) throw noSuchObject();
  return { vhost, queue };
}
