/** Users. Their passwords are known by their hashes. */
import type { Broker } from "../model/contract.ts";
import { isHashingAlgorithm } from "../model/passwords.ts";
import type { User } from "../model/users.ts";
import { type Answer, badRequest, done, noSuchObject, ok, put } from "./answer.ts";
import { asText, readBase64, readBoolean, readTags, readText } from "./body.ts";
import { listing } from "./listing.ts";
import { type ApiRequest, fields, named } from "./request.ts";

type Given = Readonly<Record<string, unknown>>;

export function whoAmI({ user }: ApiRequest): Answer {
  return ok({ name: user.name, tags: user.tags });
}

export function listUsers({ broker, query }: ApiRequest): Answer {
  return ok(listing(broker.users.list().map(userJson), query));
}

export function listUsersWithoutPermissions({ broker, query }: ApiRequest): Answer {
  const permitted = new Set(broker.users.permissions.list().map(({ user }) => user));
  const all = broker.users.list().filter(({ name }) => !permitted.has(name));
  return ok(listing(all.map(userJson), query));
}

export function getUser(request: ApiRequest): Answer {
  return ok(userJson(existingUser(request)));
}

export function putUser(request: ApiRequest): Answer {
  const name = named(request, "user");
  const isNew = request.broker.users.get(name) === undefined;
  setUser(request.broker, name, fields(request));
  return put(isNew);
}

/** Without password and hash nobody can log in as this user with a password. @throws {ApiError} 400 */
export function setUser({ users }: Broker, name: string, given: Given): void {
  const { password, password_hash: hash } = given;
  const tags = tagsOf(given);
  if (password !== undefined && hash !== undefined)
    throw badRequest("both_password_and_password_hash_are_provided");
  if (typeof password === "string" && password !== "") {
    users.setPassword(name, password, tags);
    return;
  }
  const algorithm = asText(given["hashing_algorithm"]);
  users.put({
    name,
    tags,
    passwordHash:
      hash === undefined ? "" : readBase64(readText(hash, "password_hash")).toString("base64"),
    hashingAlgorithm: isHashingAlgorithm(algorithm) ? algorithm : "rabbit_password_hashing_sha256",
  });
}

export function deleteUser(request: ApiRequest): Answer {
  if (!request.broker.users.delete(named(request, "user"))) throw noSuchObject();
  return done;
}

export function deleteUsers(request: ApiRequest): Answer {
  const { users } = fields(request, ["users"]);
  if (Array.isArray(users)) for (const name of users) request.broker.users.delete(asText(name));
  return done;
}

/** @throws {ApiError} 404 */
export function existingUser(request: ApiRequest): User {
  const user = request.broker.users.get(named(request, "user"));
  if (user === undefined) throw noSuchObject();
  return user;
}

export function userJson({ name, tags, passwordHash, hashingAlgorithm }: User): Given {
  return {
    name,
    password_hash: passwordHash,
    hashing_algorithm: hashingAlgorithm,
    tags,
    limits: {},
  };
}

/** `administrator` is how it was said before there were tags. */
function tagsOf({ tags, administrator }: Given): readonly string[] {
  if (tags !== undefined) return readTags(tags);
  if (administrator === undefined) throw badRequest("tags_not_present");
  return readBoolean(administrator, false) ? ["administrator"] : [];
}
