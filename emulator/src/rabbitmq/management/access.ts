/** Who may ask what: users by basic authentication, and what their tags allow. https://www.rabbitmq.com/docs/management#permissions */
import type { User } from "../model/users.ts";
import type { Broker } from "../model/contract.ts";
import { ApiError, LOGIN_REALM, notAuthorised } from "./answer.ts";
import { hasTag } from "./request.ts";

/** Tags with which a user may use this API at all. */
const TAGS = ["administrator", "monitoring", "policymaker", "management"];

type Rule = (user: User, broker: Broker, vhost: string | undefined) => boolean;

/** What a route asks of its user. */
export type Access =
  | "any"
  | "monitoring"
  | "administrator"
  | "vhost"
  | "policies"
  | "global parameters";

/** With what is said to others. */
const RULES: Readonly<Record<Access, { readonly allows: Rule; readonly otherwise: string }>> = {
  any: { allows: () => true, otherwise: "" },
  monitoring: {
    allows: (user) => hasTag(user, "monitoring"),
    otherwise: "Not monitor user",
  },
  administrator: {
    allows: (user) => hasTag(user, "administrator"),
    otherwise: "Not administrator user",
  },
  vhost: {
    allows: (user, broker, vhost) => hasTag(user, "administrator") || reaches(user, broker, vhost),
    otherwise: "User not authorised to access virtual host",
  },
  policies: {
    allows: (user, broker, vhost) =>
      hasTag(user, "administrator") ||
      (hasTag(user, "policymaker") && reaches(user, broker, vhost)),
    otherwise: "User not authorised to access object",
  },
  "global parameters": {
    allows: (user) => hasTag(user, "policymaker"),
    otherwise: "User not authorised to access object",
  },
};

/** The user of the request. @throws {ApiError} 401 */
export function authenticate(broker: Broker, authorization: string): User {
  const [, encoded] = /^basic +(\S+)$/i.exec(authorization) ?? [];
  if (encoded === undefined) throw new ApiError(401, "not_authorized", "Login failed", LOGIN_REALM);
  const decoded = Buffer.from(encoded, "base64").toString();
  const colon = decoded.indexOf(":");
  const user = broker.users.authenticate(
    decoded.slice(0, Math.max(0, colon)),
    decoded.slice(colon + 1),
  );
  if (user === null) throw new ApiError(401, "not_authorized", "Login failed", LOGIN_REALM);
  if (!user.tags.some((tag) => TAGS.includes(tag))) throw notAuthorised("Not management user");
  return user;
}

/** @throws {ApiError} 401 */
export function authorize(
  access: Access,
  user: User,
  broker: Broker,
  vhost: string | undefined,
): void {
  const { allows, otherwise } = RULES[access];
  if (!allows(user, broker, vhost)) throw notAuthorised(otherwise);
}

/** What is not there is nobody's: the route answers it. */
function reaches(user: User, broker: Broker, vhost: string | undefined): boolean {
  if (vhost === undefined || !broker.vhosts.has(vhost)) return true;
  return broker.users.permissions.get(user.name, vhost) !== undefined;
}
