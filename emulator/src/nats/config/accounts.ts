/** `accounts`: worlds of subjects, what they give to each other, and who is in them. */
import type { Export, Import } from "../model/account.ts";
import type { AccountOptions, MappingOptions, UserOptions } from "../model/options.ts";
import type { UserPermissions } from "../model/permissions.ts";
import { readPermissions, readUsers, withDefaults } from "./access.ts";
import {
  arrayOf,
  booleanOf,
  mapOf,
  numberOf,
  readFields,
  sizeOf,
  textOf,
  textsOf,
} from "./fields.ts";
import { ConfError, type ConfValue } from "./syntax.ts";

interface ReadAccounts {
  readonly accounts: readonly AccountOptions[];
  readonly users: readonly UserOptions[];
}

export function readAccounts(given: ConfValue): ReadAccounts {
  const read = [...mapOf(given, "accounts")].map(([name, value]) => readAccount(name, value));
  const users = read.flatMap((each) => each.users);
  const names = users.map(({ user, nkey }) => user ?? nkey);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConfError(given.at, `Duplicate user "${twice}" detected`);
  return { accounts: read.map((each) => each.account), users };
}

function readAccount(
  name: string,
  given: ConfValue,
): { account: AccountOptions; users: readonly UserOptions[] } {
  if (name === "$G") throw new ConfError(given.at, `"${name}" is a Reserved Account`);
  const account: { -readonly [Name in keyof AccountOptions]: AccountOptions[Name] } = {
    name,
    exports: [],
    imports: [],
    mappings: [],
    limits: {},
    jetstream: null,
  };
  let users: UserOptions[] = [];
  let defaults: UserPermissions | undefined;
  readFields(given, `the account ${name}`, {
    users: (value) => void (users = readUsers(value, name)),
    exports: (value) => void (account.exports = arrayOf(value, "exports").map(readExport)),
    imports: (value) => void (account.imports = arrayOf(value, "imports").map(readImport)),
    jetstream: (value) => void (account.jetstream = readJetStream(value)),
    "mappings maps": (value) => void (account.mappings = readMappings(value)),
    limits: (value) => void (account.limits = readLimits(value)),
    nkey: textOf,
    default_permissions: (value) => void (defaults = readPermissions(value)),
  });
  return { account, users: withDefaults(users, defaults) };
}

function readExport(given: ConfValue): Export {
  const read: { -readonly [Name in keyof Export]?: Export[Name] } = {};
  readFields(given, "an export", {
    "stream service": (value, kind) => {
      if (read.kind !== undefined)
        throw new ConfError(value.at, `Detected ${kind} but already saw a ${read.kind}`);
      read.kind = kind.toLowerCase() === "stream" ? "stream" : "service";
      read.subject = textOf(value);
    },
    accounts: (value) => void (read.accounts = textsOf(value)),
    "response response_type": (value) => void (read.response = readResponseType(value)),
    "threshold response_threshold response_max_time response_time latency account_token_position":
      () => {},
  });
  const { kind, subject, accounts, response = "singleton" } = read;
  if (kind === undefined || subject === undefined)
    throw new ConfError(given.at, 'an export needs a stream or a service: { stream: "orders.>" }');
  return { kind, subject, response, ...(accounts === undefined ? {} : { accounts }) };
}

function readResponseType(given: ConfValue): Export["response"] {
  switch (textOf(given).toLowerCase()) {
    case "single":
    case "singleton":
      return "singleton";
    case "stream":
      return "stream";
    case "chunk":
    case "chunked":
      return "chunked";
    default:
      throw new ConfError(given.at, `Unknown response type: "${textOf(given)}"`);
  }
}

function readImport(given: ConfValue): Import {
  let from: Pick<Import, "kind" | "account" | "subject"> | undefined;
  let to: string | undefined;
  let prefix: string | undefined;
  readFields(given, "an import", {
    "stream service": (value, kind) =>
      void (from = {
        kind: kind.toLowerCase() === "stream" ? "stream" : "service",
        ...readOrigin(value),
      }),
    to: (value) => void (to = textOf(value)),
    prefix: (value) => void (prefix = textOf(value)),
    "share allow_trace": booleanOf,
  });
  if (from === undefined)
    throw new ConfError(
      given.at,
      'an import needs a stream or a service: { stream: { account: A, subject: "orders.>" } }',
    );
  const { subject } = from;
  return { ...from, to: to ?? (prefix === undefined ? subject : `${prefix}.${subject}`) };
}

function readOrigin(given: ConfValue): { account: string; subject: string } {
  const read: { account?: string; subject?: string } = {};
  readFields(given, "an import's origin", {
    account: (value) => void (read.account = textOf(value)),
    subject: (value) => void (read.subject = textOf(value)),
  });
  const { account, subject } = read;
  if (account === undefined || subject === undefined)
    throw new ConfError(given.at, "Expect an account name and a subject");
  return { account, subject };
}

/** By the subject: another one, or several by chance. */
export function readMappings(given: ConfValue): MappingOptions[] {
  return [...mapOf(given, "mappings")].map(([from, value]) => ({
    from,
    destinations: Array.isArray(value.value)
      ? arrayOf(value, "destinations").map(readDestination)
      : value.value instanceof Map
        ? [readDestination(value)]
        : [{ to: textOf(value), weight: 100 }],
  }));
}

function readDestination(given: ConfValue): MappingOptions["destinations"][number] {
  const read = { to: "", weight: 100 };
  readFields(given, "a mapping's destination", {
    "dest destination": (value) => void (read.to = textOf(value)),
    weight: (value) => {
      const weight = Number(textOf(value).replace(/%$/, ""));
      if (!(weight >= 0 && weight <= 100))
        throw new ConfError(value.at, `Invalid weight ${textOf(value)} for mapping destination`);
      read.weight = weight;
    },
    cluster: textOf,
  });
  return read;
}

function readLimits(given: ConfValue): AccountOptions["limits"] {
  const limits: { connections?: number; subscriptions?: number; payload?: number } = {};
  readFields(given, "limits", {
    "max_connections max_conn": (value) => void (limits.connections = numberOf(value)),
    "max_subscriptions max_subs": (value) => void (limits.subscriptions = numberOf(value)),
    "max_payload max_pay": (value) => void (limits.payload = sizeOf(value)),
    "max_leafnodes max_leafs": numberOf,
  });
  return limits;
}

type Limits = NonNullable<AccountOptions["jetstream"]>;

function readJetStream(given: ConfValue): AccountOptions["jetstream"] {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = {
    maxMemory: -1,
    maxStorage: -1,
  };
  const { value } = given;
  if (typeof value === "boolean") return value ? limits : null;
  if (typeof value === "string") {
    if (/^enabled?$/i.test(value)) return limits;
    if (/^disabled?$/i.test(value)) return null;
    throw new ConfError(
      given.at,
      `Expected 'enabled' or 'disabled' for string value, got '${value}'`,
    );
  }
  readFields(given, "an account's jetstream", {
    "max_memory max_mem mem memory": (size) => void (limits.maxMemory = sizeOf(size)),
    "max_store max_file max_disk store disk": (size) => void (limits.maxStorage = sizeOf(size)),
    "max_streams streams": (count) => void (limits.maxStreams = numberOf(count)),
    "max_consumers consumers": (count) => void (limits.maxConsumers = numberOf(count)),
    max_ack_pending: (count) => void (limits.maxAckPending = numberOf(count)),
    "mem_max_stream_bytes memory_max_stream_bytes": (size) =>
      void (limits.memoryMaxStreamBytes = sizeOf(size)),
    "disk_max_stream_bytes store_max_stream_bytes": (size) =>
      void (limits.storageMaxStreamBytes = sizeOf(size)),
    "max_bytes_required max_stream_bytes max_bytes": (is) =>
      void (limits.maxBytesRequired = booleanOf(is)),
  });
  return limits;
}
