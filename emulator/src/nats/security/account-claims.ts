/** An account's token as the options of an account. */
import type { Export, Import } from "../model/account.ts";
import type { AccountOptions, MappingOptions } from "../model/options.ts";
import { type Claims, fieldsOf, isFields, numberOf, textOf } from "./jwt.ts";

type Fields = Readonly<Record<string, unknown>>;

export function accountOptions({ sub, nats }: Claims): AccountOptions {
  const limits = fieldsOf(nats["limits"]);
  return {
    name: sub,
    exports: each(nats["exports"], readExport),
    imports: each(nats["imports"], readImport),
    mappings: Object.entries(fieldsOf(nats["mappings"])).map(readMapping),
    limits: {
      connections: limitOf(limits["conn"], -1),
      subscriptions: limitOf(limits["subs"], -1),
      payload: limitOf(limits["payload"], -1),
    },
    jetstream: jetStreamLimits(limits),
  };
}

/** accounts.go, UpdateAccountClaims: an account has its limits by tiers or has no tiers. One server alone keeps all in one replica. */
function jetStreamLimits(limits: Fields): AccountOptions["jetstream"] {
  const whole = readLimits(limits);
  if (whole.maxMemory !== 0 || whole.maxStorage !== 0) return whole;
  const tier = fieldsOf(limits["tiered_limits"])["R1"];
  return tier === undefined ? null : { ...readLimits(fieldsOf(tier)), tier: "R1" };
}

function readLimits(given: Fields): NonNullable<AccountOptions["jetstream"]> {
  return {
    maxMemory: limitOf(given["mem_storage"], 0),
    maxStorage: limitOf(given["disk_storage"], 0),
    maxStreams: limitOf(given["streams"], 0),
    maxConsumers: limitOf(given["consumer"], 0),
    // For these nothing stands for no limit.
    maxAckPending: limitOf(given["max_ack_pending"], 0) || -1,
    memoryMaxStreamBytes: limitOf(given["mem_max_stream_bytes"], 0) || -1,
    storageMaxStreamBytes: limitOf(given["disk_max_stream_bytes"], 0) || -1,
    maxBytesRequired: given["max_bytes_required"] === true,
  };
}

function readExport(given: Readonly<Record<string, unknown>>): Export {
  const response = textOf(given["response_type"]).toLowerCase();
  return {
    kind: kindOf(given),
    subject: textOf(given["subject"]),
    response: response === "stream" ? "stream" : response === "chunked" ? "chunked" : "singleton",
    // Private exports need activation tokens, which are not looked at: nobody gets them.
    ...(given["token_req"] === true ? { accounts: [] } : {}),
  };
}

function readImport(given: Readonly<Record<string, unknown>>): Import {
  const subject = textOf(given["subject"]);
  const to = textOf(given["to"]);
  const local = textOf(given["local_subject"]);
  const stream = kindOf(given) === "stream";
  // `to` was the prefix of a stream and, the other way round, the subject here of a service.
  const renamed = local !== "" ? local : to === "" ? subject : stream ? `${to}.${subject}` : to;
  return { kind: kindOf(given), account: textOf(given["account"]), subject, to: renamed };
}

function readMapping([from, given]: [string, unknown]): MappingOptions {
  return {
    from,
    destinations: each(given, (one) => ({
      to: textOf(one["subject"]),
      weight: numberOf(one["weight"]) || 100,
    })),
  };
}

/** Version 2 has words, version 1 had the numbers 1 and 2. */
function kindOf({ type }: Readonly<Record<string, unknown>>): "stream" | "service" {
  return type === "service" || type === 2 ? "service" : "stream";
}

function each<Read>(
  given: unknown,
  read: (one: Readonly<Record<string, unknown>>) => Read,
): Read[] {
  return Array.isArray(given) ? given.filter(isFields).map(read) : [];
}

function limitOf(given: unknown, otherwise: number): number {
  return typeof given === "number" ? given : otherwise;
}

/** The keys that may sign users in the account's name; a scoped one brings the permissions of all its users. */
export function signingKeys(account: Claims): ReadonlyMap<string, unknown> {
  const keys = new Map<string, unknown>([[account.sub, undefined]]);
  const given = account.nats["signing_keys"];
  if (!Array.isArray(given)) return keys;
  for (const key of given) {
    if (typeof key === "string") keys.set(key, undefined);
    else if (isFields(key)) keys.set(textOf(key["key"]), key["template"]);
  }
  return keys;
}

/** Whether the account took back what it gave this user at that time, seconds. */
export function isRevoked(account: Claims, user: string, issued: number): boolean {
  const revocations = fieldsOf(account.nats["revocations"]);
  return [user, "*"].some((key) => {
    const at = revocations[key];
    return typeof at === "number" && at >= issued;
  });
}
