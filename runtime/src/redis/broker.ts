/** Redis: channels and patterns, lists, streams. */
import { parseAddress, type Address, type AddressDialect } from "../address.ts";
import { Broker } from "../broker.ts";
import type { Channel } from "../channel.ts";
import type { BrokerKind, Complain, Subscribable } from "../driver.ts";
import { AddressError, DeclarationError } from "../errors.ts";
import { Router } from "../router.ts";
import { Scope } from "../scope.ts";
import type { ListOptions, StreamOptions } from "./channels.ts";
import { connectRedis } from "./driver.ts";
import { escapeGlob, matchesGlob } from "./glob.ts";
import type { RedisKind, RedisOptions } from "./options.ts";

/** Names are what users make them; these two separate in most places. */
const NAMES: AddressDialect = {
  separator: ".:",
  one: "*",
  rest: ">",
  restMatchesParent: false,
  noWildcards: 'write a {param}, or pattern("logs.*") for a Redis pattern',
};

export const redis: BrokerKind = {
  protocol: "redis",
  dialect: NAMES,
  redelivers: ({ channel }) =>
    channel?.type === "reliable-list" || channel?.type === "stream-group",
  headers: true,
  routing: {
    matches: ({ address, channel }, message) =>
      spaceOf(channel) === spaceOf(message.channel) && address.match(message.address) !== null,
    groupOf: ({ address, channel }) =>
      spaceOf(channel) === "list"
        ? address.template
        : (channel?.options as StreamOptions | undefined)?.group,
  },
  address: (channel, prefix) =>
    channel.type === "pattern"
      ? globAddress(escapeGlob(prefix) + channel.address)
      : parseAddress(prefix + channel.address, NAMES),
  check,
};

/** A connection to Redis, alone, behind sentinels or as a cluster. */
export class RedisBroker extends Broker<RedisKind> {
  constructor(options: RedisOptions = {}) {
    checkOptions(options);
    super(
      options.envelope === "none" ? { ...redis, headers: false } : redis,
      connectRedis(
        options,
        () => options.url ?? process.env["MILLRACE_REDIS_URL"] ?? "redis://localhost:6379",
      ),
    );
  }
}

/** Declarations to be included in a {@link RedisBroker}. */
export class RedisRouter extends Router<RedisKind> {
  constructor(options: { /** Before each address: `admin.`. */ readonly prefix?: string } = {}) {
    super(new Scope(redis, options));
  }
}

/** A list, a stream and a channel of one name are three things. */
function spaceOf(channel: Channel | undefined): "channel" | "list" | "stream" {
  if (channel === undefined || channel.type === "pattern") return "channel";
  return channel.type === "list" || channel.type === "reliable-list" ? "list" : "stream";
}

function globAddress(glob: string): Address {
  if (glob === "") throw new AddressError("an address cannot be empty");
  return {
    template: glob,
    pattern: glob,
    params: [],
    wild: true,
    match: (concrete) => (matchesGlob(glob, concrete) ? {} : null),
    fill() {
      throw new AddressError(`"${glob}" is a pattern: a message goes to one address`);
    },
  };
}

function check({ address, channel, options }: Subscribable, complain: Complain): void {
  if ((options as { group?: string }).group !== undefined) {
    complain(
      channel === undefined || channel.type === "pattern"
        ? `a group, and a Redis channel has none: use stream("${address.template}", { group })`
        : `the option group: it belongs into stream("${address.template}", { group }); a list is shared by all its subscribers`,
    );
  }
  if (channel === undefined || channel.type === "pattern") return;
  if (address.wild)
    complain(`a {param}, and a ${spaceOf(channel)} is read by its name: give it in full`);
  if (spaceOf(channel) === "list") checkList(channel.options, channel.type, complain);
  else checkStream(channel.options, channel.type, complain);
}

function checkList(options: ListOptions, type: string, complain: Complain): void {
  for (const option of ["processing", "consumer", "rejected"] as const) {
    if (type === "list" && options[option] !== undefined)
      complain(`${option}, which only a reliable list has: add reliable: true`);
  }
}

function checkStream(options: StreamOptions, type: string, complain: Complain): void {
  for (const option of GROUP_ONLY) {
    if (type === "stream" && options[option] !== undefined)
      complain(`${option}, which only a stream with a group has: add group`);
  }
  for (const option of ["minIdle", "claimInterval", "maxDeliveries"] as const) {
    const value = options[option];
    if (typeof value === "number" && !(value >= 1))
      complain(`${option} ${value}: give a number from 1`);
  }
  if (options.maxLength !== undefined && options.minId !== undefined)
    complain("maxLength and minId: a stream is trimmed by one of them");
}

const GROUP_ONLY = [
  "consumer",
  "minIdle",
  "claimInterval",
  "deleteAfterAck",
  "onGroupMissing",
  "maxDeliveries",
] as const;

function checkOptions(options: RedisOptions): void {
  const ways = (["url", "sentinel", "cluster", "client"] as const).filter(
    (way) => options[way] !== undefined && !(way === "url" && options.cluster === true),
  );
  if (ways.length > 1)
    throw new DeclarationError(
      `a RedisBroker has ${ways.join(" and ")}: give one of them, or url with cluster: true`,
    );
  if (options.cluster !== undefined && (options.database ?? 0) !== 0)
    throw new DeclarationError(
      `a RedisBroker has cluster and database ${options.database}: a cluster has only database 0`,
    );
}
