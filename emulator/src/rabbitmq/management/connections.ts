/** Connections: listed, and closed. */
import type { ConnectionView } from "../model/contract.ts";
import { type Answer, done, noSuchObject, notAuthorised, ok } from "./answer.ts";
import { tableToJson } from "./field-json.ts";
import { listing, pageOf } from "./listing.ts";
import { type ApiRequest, existingVhost, hasTag, named } from "./request.ts";
import { tlsJson } from "./tls-json.ts";

type Item = Readonly<Record<string, unknown>>;

export function listConnections(request: ApiRequest): Answer {
  const all = visibleConnections(request).map((each) => connectionJson(request, each));
  return ok(pageOf(listing(all, request.query), request.query));
}

export function listVhostConnections(request: ApiRequest): Answer {
  const { name } = existingVhost(request);
  const all = visibleConnections(request).filter(({ vhost }) => vhost === name);
  return ok(
    listing(
      all.map((each) => connectionJson(request, each)),
      request.query,
    ),
  );
}

export function listUserConnections(request: ApiRequest): Answer {
  return ok(
    listing(
      connectionsOfUser(request).map((each) => connectionJson(request, each)),
      request.query,
    ),
  );
}

export function getConnection(request: ApiRequest): Answer {
  return ok(connectionJson(request, existingConnection(request)));
}

export function deleteConnection(request: ApiRequest): Answer {
  existingConnection(request).close(reasonOf(request));
  return done;
}

export function deleteUserConnections(request: ApiRequest): Answer {
  for (const connection of connectionsOfUser(request)) connection.close(reasonOf(request));
  return done;
}

/** One's own; a monitor sees all, and only an administrator closes those of others. @throws {ApiError} */
export function existingConnection(request: ApiRequest): ConnectionView {
  const { broker, method, user } = request;
  const wanted = named(request, "connection");
  const found = [...broker.connections].find(({ name }) => name === wanted);
  const needed = method === "DELETE" ? "administrator" : "monitoring";
  if (found?.user !== user.name && !hasTag(user, needed))
    throw notAuthorised("User not authorised to access object");
  if (found === undefined) throw noSuchObject();
  return found;
}

export function visibleConnections({ broker, user }: ApiRequest): readonly ConnectionView[] {
  const all = [...broker.connections];
  return hasTag(user, "monitoring") ? all : all.filter((each) => each.user === user.name);
}

/** Both ends are on this machine. */
export function peerOf({ clientPort }: ConnectionView): Item {
  return { peer_host: "127.0.0.1", peer_port: clientPort };
}

function connectionsOfUser(request: ApiRequest): readonly ConnectionView[] {
  const name = named(request, "username");
  const { user, broker } = request;
  if (name !== user.name && !hasTag(user, "monitoring"))
    throw notAuthorised("User not authorised to access object");
  return [...broker.connections].filter((each) => each.user === name);
}

function reasonOf({ headers }: ApiRequest): string {
  const given = headers["x-reason"];
  return typeof given === "string" ? given : "Closed via management plugin";
}

function connectionJson({ broker }: ApiRequest, connection: ConnectionView): Item {
  const name = connection.clientProperties.get("connection_name");
  return {
    name: connection.name,
    node: broker.node,
    type: "network",
    protocol: "AMQP 0-9-1",
    state: "running",
    user: connection.user,
    user_who_performed_action: connection.user,
    vhost: connection.vhost,
    host: "127.0.0.1",
    port: connection.serverPort,
    ...peerOf(connection),
    auth_mechanism: connection.mechanism,
    ssl: connection.tls !== null,
    ...tlsJson(connection.tls),
    channels: connection.channels.length,
    channel_max: connection.channelMax,
    frame_max: connection.frameMax,
    timeout: connection.heartbeat,
    connected_at: connection.connectedAt,
    client_properties: tableToJson(connection.clientProperties),
    ...(name?.type === "longstr" ? { user_provided_name: name.value.toString() } : {}),
  };
}
