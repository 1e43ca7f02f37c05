/** Who may come in and what they may, as the configuration says it: `authorization`, `users`, `permissions`. */
import { isPublicKey } from "../security/nkeys.ts";
import type { AuthOptions, UserOptions } from "../model/options.ts";
import type { SubjectPermission, UserPermissions } from "../model/permissions.ts";
import { isValidSubject } from "../model/subjects.ts";
import {
  arrayOf,
  booleanOf,
  durationOf,
  mapOf,
  numberOf,
  readFields,
  textOf,
  textsOf,
} from "./fields.ts";
import { ConfError, type ConfValue } from "./syntax.ts";

type Authorization = Pick<AuthOptions, "user" | "password" | "token" | "users"> & {
  readonly timeout?: number;
};

export function readAuthorization(given: ConfValue, account: string): Authorization {
  const read: { -readonly [Name in keyof Authorization]: Authorization[Name] } = { users: [] };
  let defaults: UserPermissions | undefined;
  readFields(given, "authorization", {
    "user username": (value) => void (read.user = textOf(value)),
    "pass password": (value) => void (read.password = plainPassword(value)),
    token: (value) => void (read.token = plainPassword(value)),
    timeout: (value) => void (read.timeout = durationOf(value)),
    users: (value) => void (read.users = readUsers(value, account)),
    "default_permission default_permissions permissions": (value) =>
      void (defaults = readPermissions(value)),
  });
  return { ...read, users: withDefaults(read.users, defaults) };
}

/** Users without permissions of their own have the common ones. */
export function withDefaults(
  users: readonly UserOptions[],
  defaults: UserPermissions | undefined,
): readonly UserOptions[] {
  return defaults === undefined ? users : users.map((user) => ({ permissions: defaults, ...user }));
}

export function readUsers(given: ConfValue, account: string): UserOptions[] {
  return arrayOf(given, "users").map((value) => {
    const read: { -readonly [Name in keyof UserOptions]: UserOptions[Name] } = { account };
    readFields(value, "a user", {
      nkey: (key) => void (read.nkey = textOf(key)),
      "user username": (name) => void (read.user = textOf(name)),
      "pass password": (word) => void (read.password = plainPassword(word)),
      "permission permissions authorization": (rules) =>
        void (read.permissions = readPermissions(rules)),
      "allowed_connection_types connection_types clients": (types) =>
        void (read.connectionTypes = textsOf(types).map((type) => type.toUpperCase())),
    });
    if (read.nkey === undefined && read.user === undefined)
      throw new ConfError(value.at, "User entry requires a user");
    if (read.nkey !== undefined && !isPublicKey(read.nkey, "U"))
      throw new ConfError(value.at, "Not a valid public nkey for a user");
    if (read.nkey !== undefined && (read.user ?? read.password) !== undefined)
      throw new ConfError(value.at, "Nkey users do not take usernames or passwords");
    return read;
  });
}

function plainPassword(given: ConfValue): string {
  const text = textOf(given);
  if (/^\$2[aby]?\$\d\d\$/.test(text))
    throw new ConfError(
      given.at,
      "bcrypted passwords are not checked here: write the password itself, this is no production server",
    );
  return text;
}

export function readPermissions(given: ConfValue): UserPermissions {
  const read: { -readonly [Name in keyof UserPermissions]: UserPermissions[Name] } = {};
  for (const [name, value] of mapOf(given, "permissions")) {
    switch (name.toLowerCase()) {
      case "pub":
      case "publish":
      case "import":
        read.publish = readSubjects(value);
        break;
      case "sub":
      case "subscribe":
      case "export":
        read.subscribe = readSubjects(value);
        break;
      case "publish_allow_responses":
      case "allow_responses": {
        const responses = readResponses(value);
        if (responses !== undefined) read.responses = responses;
        break;
      }
      default:
        throw new ConfError(value.at, `Unknown field "${name}" parsing permissions`);
    }
  }
  // Who may answer may by that not publish everything.
  return read.responses === undefined ? read : { ...read, publish: { allow: [], ...read.publish } };
}

function readSubjects(given: ConfValue): SubjectPermission {
  if (!(given.value instanceof Map)) return { allow: readList(given) };
  const read: { allow?: string[]; deny?: string[] } = {};
  for (const [name, value] of mapOf(given, "subject permissions")) {
    const side = name.toLowerCase();
    if (side !== "allow" && side !== "deny")
      throw new ConfError(
        value.at,
        `Unknown field name "${name}" parsing subject permissions, only 'allow' or 'deny' are permitted`,
      );
    read[side] = readList(value);
  }
  return read;
}

function readList(given: ConfValue): string[] {
  const subjects = textsOf(given);
  for (const subject of subjects) {
    const [pattern = "", , more] = subject.trim().split(/\s+/);
    if (more !== undefined || !isValidSubject(pattern))
      throw new ConfError(given.at, `subject "${subject}" is not a valid subject`);
  }
  return subjects;
}

/** One answer within two minutes, unless it says otherwise. */
function readResponses(given: ConfValue): UserPermissions["responses"] {
  const read = { max: 1, expires: 120_000 };
  if (typeof given.value === "boolean") return booleanOf(given) ? read : undefined;
  readFields(given, "allow_responses", {
    "max max_msgs max_messages max_responses": (value) => void (read.max = numberOf(value) || 1),
    "expires expiration ttl": (value) => void (read.expires = durationOf(value) || 120_000),
  });
  return read;
}
