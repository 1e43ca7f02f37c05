/** Virtual hosts. */
import type { VhostMetadata, VirtualHost } from "../model/contract.ts";
import { type Answer, done, noSuchObject, ok, put } from "./answer.ts";
import { asText, readBoolean, readTags } from "./body.ts";
import { listing, pageOf } from "./listing.ts";
import { totalOf } from "./queue-json.ts";
import { type ApiRequest, existingVhost, fields, named, visibleVhosts } from "./request.ts";

export function listVhosts(request: ApiRequest): Answer {
  const all = visibleVhosts(request).map((vhost) => vhostJson(request, vhost));
  return ok(pageOf(listing(all, request.query, ["name"]), request.query));
}

export function getVhost(request: ApiRequest): Answer {
  return ok(vhostJson(request, existingVhost(request)));
}

export function putVhost(request: ApiRequest): Answer {
  return put(makeVhost(named(request, "vhost"), fields(request), request));
}

/** Creates it, or changes what is said of it. Who creates it may do everything there. True where it is new. */
export function makeVhost(
  name: string,
  given: Readonly<Record<string, unknown>>,
  { broker, user }: ApiRequest,
): boolean {
  const before = broker.vhosts.get(name);
  const metadata = readMetadata(given, before?.metadata);
  const vhost = before ?? broker.createVhost(name, user.name);
  vhost.metadata = metadata;
  if (before !== undefined) return false;
  const everything = { configure: ".*", write: ".*", read: ".*" };
  broker.users.permissions.set({ user: user.name, vhost: name, ...everything });
  return true;
}

export function deleteVhost(request: ApiRequest): Answer {
  const { name } = existingVhost(request);
  request.broker.deleteVhost(name);
  return done;
}

/** A node has to be told to start it again where it has failed, which it never has here. */
export function restartVhost(request: ApiRequest): Answer {
  existingVhost(request);
  if (named(request, "node") !== request.broker.node) throw noSuchObject();
  return done;
}

function readMetadata(
  given: Readonly<Record<string, unknown>>,
  before: VhostMetadata | undefined,
): VhostMetadata {
  return {
    description: asText(given["description"] ?? before?.description ?? ""),
    tags: given["tags"] === undefined ? (before?.tags ?? []) : readTags(given["tags"]),
    tracing: readBoolean(given["tracing"], before?.tracing ?? false),
  };
}

function vhostJson({ broker }: ApiRequest, vhost: VirtualHost): Readonly<Record<string, unknown>> {
  const { description, tags, tracing } = vhost.metadata;
  return {
    name: vhost.name,
    description,
    tags,
    default_queue_type: "undefined",
    metadata: { description, tags },
    tracing,
    cluster_state: { [broker.node]: "running" },
    ...totalOf([...vhost.queues.values()]),
  };
}
