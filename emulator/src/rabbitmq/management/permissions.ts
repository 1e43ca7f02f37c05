/** What users may do in each virtual host, and with the routing keys of topic exchanges. */
import type { Broker } from "../model/contract.ts";
import type { Permissions, TopicPermissions } from "../model/permissions.ts";
import { type Answer, badRequest, done, noSuchObject, ok, put } from "./answer.ts";
import { asText } from "./body.ts";
import { listing } from "./listing.ts";
import { type ApiRequest, existingVhost, fields, named } from "./request.ts";
import { existingUser } from "./users.ts";

type Given = Readonly<Record<string, unknown>>;

const SORTS = ["vhost", "user"];

export function listPermissions({ broker, query }: ApiRequest): Answer {
  return ok(listing(broker.users.permissions.list().map(permissionsJson), query, SORTS));
}

export function listVhostPermissions(request: ApiRequest): Answer {
  const { name } = existingVhost(request);
  const all = request.broker.users.permissions.list().filter(({ vhost }) => vhost === name);
  return ok(listing(all.map(permissionsJson), request.query, SORTS));
}

export function listUserPermissions(request: ApiRequest): Answer {
  const { name } = existingUser(request);
  const all = request.broker.users.permissions.list().filter(({ user }) => user === name);
  return ok(listing(all.map(permissionsJson), request.query, SORTS));
}

export function getPermissions(request: ApiRequest): Answer {
  const found = request.broker.users.permissions.get(
    named(request, "user"),
    named(request, "vhost"),
  );
  if (found === undefined) throw noSuchObject();
  return ok(permissionsJson(found));
}

export function putPermissions(request: ApiRequest): Answer {
  const { broker } = request;
  const [user, vhost] = ends(request);
  const isNew = broker.users.permissions.get(user, vhost) === undefined;
  setPermissions(broker, { ...fields(request, ["configure", "write", "read"]), user, vhost });
  return put(isNew);
}

/** @throws {ApiError} 400 */
export function setPermissions(broker: Broker, given: Given): void {
  const { user, vhost, configure, write, read } = given;
  checkEnds(broker, user, vhost);
  const permissions = {
    user: asText(user),
    vhost: asText(vhost),
    configure: asText(configure),
    write: asText(write),
    read: asText(read),
  };
  checked(() => broker.users.permissions.set(permissions));
}

export function deletePermissions(request: ApiRequest): Answer {
  const { broker } = request;
  if (!broker.users.permissions.clear(named(request, "user"), named(request, "vhost")))
    throw noSuchObject();
  return done;
}

export function listTopicPermissions(request: ApiRequest): Answer {
  return topicAnswer(request, () => true);
}

export function listVhostTopicPermissions(request: ApiRequest): Answer {
  const { name } = existingVhost(request);
  return topicAnswer(request, ({ vhost }) => vhost === name);
}

export function listUserTopicPermissions(request: ApiRequest): Answer {
  const { name } = existingUser(request);
  return topicAnswer(request, ({ user }) => user === name);
}

/** A list: a user has them for each exchange. */
export function getTopicPermissions(request: ApiRequest): Answer {
  const held = heldTopics(request);
  if (held.length === 0) throw noSuchObject();
  return ok(held.map(topicJson));
}

export function putTopicPermissions(request: ApiRequest): Answer {
  const { broker } = request;
  const [user, vhost] = ends(request);
  const isNew = heldTopics(request).length === 0;
  setTopicPermissions(broker, { ...fields(request, ["exchange", "write", "read"]), user, vhost });
  return put(isNew);
}

/** @throws {ApiError} 400 */
export function setTopicPermissions(broker: Broker, given: Given): void {
  const { user, vhost, exchange, write, read } = given;
  checkEnds(broker, user, vhost);
  const permissions = {
    user: asText(user),
    vhost: asText(vhost),
    exchange: asText(exchange),
    write: asText(write),
    read: asText(read),
  };
  checked(() => broker.users.permissions.setTopic(permissions));
}

export function deleteTopicPermissions(request: ApiRequest): Answer {
  const { broker, parameters } = request;
  if (heldTopics(request).length === 0) throw noSuchObject();
  broker.users.permissions.clearTopic(
    named(request, "user"),
    named(request, "vhost"),
    parameters["exchange"],
  );
  return done;
}

/** The user and the virtual host of the path. @throws {ApiError} 400 where one is not there. */
function ends(request: ApiRequest): readonly [user: string, vhost: string] {
  const user = named(request, "user");
  const vhost = named(request, "vhost");
  if (request.broker.users.get(user) === undefined || !request.broker.vhosts.has(vhost))
    throw badRequest("vhost_or_user_not_found");
  return [user, vhost];
}

/** As an import words it. */
function checkEnds({ users, vhosts }: Broker, user: unknown, vhost: unknown): void {
  if (users.get(asText(user)) === undefined) throw badRequest(["no_such_user", user]);
  if (!vhosts.has(asText(vhost))) throw badRequest(["no_such_vhost", vhost]);
}

function checked(set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // PCRE would word the reason in its own way.
    throw badRequest(["invalid_regexp", error.message]);
  }
}

function heldTopics(request: ApiRequest): readonly TopicPermissions[] {
  const { broker, parameters } = request;
  const exchange = parameters["exchange"];
  return broker.users.permissions
    .listTopics()
    .filter(
      (each) =>
        each.user === named(request, "user") &&
        each.vhost === named(request, "vhost") &&
        (exchange === undefined || each.exchange === exchange),
    );
}

function topicAnswer(
  { broker, query }: ApiRequest,
  filter: (each: TopicPermissions) => boolean,
): Answer {
  const all = broker.users.permissions.listTopics().filter(filter);
  return ok(listing(all.map(topicJson), query, SORTS));
}

function permissionsJson({ user, vhost, configure, write, read }: Permissions): Given {
  return { user, vhost, configure, write, read };
}

function topicJson({ user, vhost, exchange, write, read }: TopicPermissions): Given {
  return { user, vhost, exchange, write, read };
}
