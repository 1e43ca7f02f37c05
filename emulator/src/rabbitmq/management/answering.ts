/** From a request to its answer: the route, the user, what it may do, and the fields that are wanted. */
import type { IncomingMessage } from "node:http";
import type { Actor } from "../model/contract.ts";
import type { User } from "../model/users.ts";
import { authenticate, authorize } from "./access.ts";
import { type Answer, LOGIN_REALM, noSuchObject } from "./answer.ts";
import { columnsOf } from "./listing.ts";
import { allowed, matchPath } from "./match.ts";
import type { Management } from "./request.ts";

/** @throws {ApiError} */
export function answerRequest(
  management: Management,
  request: IncomingMessage,
  body: Buffer,
): Answer {
  const { method = "GET", headers } = request;
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = /^\/api(\/.+)$/.exec(url.pathname)?.[1];
  const match = path === undefined ? undefined : matchPath(path);
  if (match === undefined) throw noSuchObject();
  const allow = allowed(match);
  if (method === "OPTIONS") return { status: 200, headers: { allow } };
  const route = match.routes.get(method === "HEAD" ? "GET" : method);
  if (route === undefined) return { status: 405, headers: { allow } };
  if (headers.authorization === undefined) return { status: 401, headers: LOGIN_REALM };
  const user = authenticate(management.broker, headers.authorization);
  const { parameters } = match;
  const [, , access, handle] = route;
  authorize(access, user, management.broker, parameters["vhost"]);
  const query = url.searchParams;
  const actor = actorOf(management, user, request);
  const answer = handle({ ...management, method, parameters, query, headers, body, user, actor });
  return answer.status === 200 ? { ...answer, body: columnsOf(answer.body, query) } : answer;
}

/** Each request is a connection for itself, to which no exclusive queue belongs. */
function actorOf({ connection }: Management, user: User, { socket }: IncomingMessage): Actor {
  return {
    user,
    connection: { name: `management of ${user.name}` },
    client: { connection, name: "management", port: socket.remotePort ?? null },
  };
}
