/** /jsz and /healthz: the streams of all accounts, and whether all is well. */
import { statfsSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import type { Account } from "../model/account.ts";
import type { Server } from "../model/server.ts";
import { isAsked, type Query, timeOf, type View } from "./query.ts";

export function jsz({ server }: View, query: Query): object {
  const head = { server_id: server.id, now: timeOf(server.context.clock.now()) };
  const { jetstream } = server.options;
  const none = {
    memory: 0,
    storage: 0,
    reserved_memory: 0,
    reserved_storage: 0,
    accounts: 0,
    ha_assets: 0,
  };
  if (jetstream === null)
    return {
      ...head,
      disabled: true,
      config: { max_memory: 0, max_storage: 0 },
      ...none,
      api: { total: 0, errors: 0 },
      streams: 0,
      consumers: 0,
      messages: 0,
      bytes: 0,
    };
  const accounts = withStreams(server);
  const states = accounts.flatMap((account) => streamsOf(account).map(({ state }) => state));
  const detailed =
    isAsked(query, "accounts") ||
    isAsked(query, "streams") ||
    isAsked(query, "consumers") ||
    query.has("acc");
  const wanted = query.get("acc") ?? "";
  return {
    ...head,
    config: jetStreamConfig(jetstream),
    ...statistics(server),
    streams: states.length,
    consumers: accounts.reduce((sum, { jetstream: js }) => sum + (js?.info().consumers ?? 0), 0),
    messages: states.reduce((sum, { messages }) => sum + messages, 0),
    bytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(detailed
      ? {
          account_details: accounts
            .filter(({ name }) => wanted === "" || name === wanted)
            .map((account) => describe(account, query)),
        }
      : {}),
  };
}

/** One account's. @throws {RangeError} for one that has no streams. */
export function accountJsz({ server }: View, query: Query): object {
  const name = query.get("acc") ?? "";
  if (server.options.jetstream === null) throw new RangeError("jetstream not enabled");
  const account = server.accounts.get(name);
  if (account === undefined) throw new RangeError(`account "${name}" not found`);
  if (account.jetstream === undefined)
    throw new RangeError(`account "${name}" not jetstream enabled`);
  return describe(account, query);
}

export function healthz({ server }: View, query: Query): object {
  const needed = ["js-enabled-only", "js-enabled"].some((name) => isAsked(query, name));
  const account = query.get("account");
  if (needed && server.options.jetstream === null)
    return { status: "unavailable", error: "JetStream is not enabled" };
  const stream = query.get("stream");
  if (stream === null || stream === "") return { status: "ok" };
  const found = server.accounts.get(account ?? "$G");
  const known =
    found !== undefined && streamsOf(found).some(({ config }) => config.name === stream);
  return known
    ? { status: "ok" }
    : {
        status: "unavailable",
        error: `JetStream stream '${account ?? "$G"} > ${stream}' is not current`,
      };
}

/** Over all accounts. */
export function statistics(server: Server): object {
  const infos = withStreams(server).map(({ jetstream }) => jetstream?.info());
  const sum = (count: (info: NonNullable<(typeof infos)[number]>) => number) =>
    infos.reduce((total, info) => total + (info === undefined ? 0 : count(info)), 0);
  return {
    memory: sum(({ memory }) => memory),
    storage: sum(({ storage }) => storage),
    reserved_memory: reserved(server, "memory"),
    reserved_storage: reserved(server, "file"),
    accounts: infos.length,
    ha_assets: 0,
    api: { total: sum(({ api }) => api.total), errors: sum(({ api }) => api.errors) },
  };
}

/** What streams with a limit of bytes may come to take. */
function reserved(server: Server, storage: string): number {
  return withStreams(server)
    .flatMap(streamsOf)
    .filter(({ config }) => config.storage === storage)
    .reduce((sum, { config }) => sum + Math.max(0, config.max_bytes), 0);
}

interface Shown {
  readonly config: { readonly name: string; readonly storage: string; readonly max_bytes: number };
  readonly state: { readonly messages: number; readonly bytes: number };
  readonly created: string;
}

function describe(account: Account, query: Query): object {
  const info = account.jetstream?.info();
  const streams = isAsked(query, "streams") || isAsked(query, "consumers");
  return {
    name: account.name,
    id: account.name,
    memory: info?.memory ?? 0,
    storage: info?.storage ?? 0,
    reserved_memory: 0,
    reserved_storage: 0,
    accounts: 0,
    ha_assets: 0,
    api: info?.api ?? { total: 0, errors: 0 },
    ...(streams
      ? {
          stream_detail: (account.jetstream?.streams() ?? []).map(({ info: stream, consumers }) => {
            const { config, state, created } = stream as Shown;
            return {
              name: config.name,
              created,
              state,
              ...(isAsked(query, "config") ? { config } : {}),
              ...(isAsked(query, "consumers") ? { consumer_detail: consumers } : {}),
            };
          }),
        }
      : {}),
  };
}

function withStreams({ accounts }: Server): Account[] {
  return [...accounts.values()].filter(({ jetstream }) => jetstream !== undefined);
}

function streamsOf({ jetstream }: Account): Shown[] {
  return (jetstream?.streams() ?? []).map(({ info }) => info as Shown);
}

/** As /varz and /jsz say it. Limits that are not set are what the machine has: jetstream.go, dynJetStreamConfig. */
export function jetStreamConfig(options: {
  readonly maxMemory: number;
  readonly maxStorage: number;
  readonly storeDir?: string | undefined;
  readonly domain?: string;
}): object {
  const { maxMemory, maxStorage, storeDir, domain } = options;
  return {
    max_memory: maxMemory < 0 ? threeQuarters(totalmem()) : maxMemory,
    max_storage: maxStorage < 0 ? threeQuarters(free(storeDir ?? tmpdir())) : maxStorage,
    ...(storeDir === undefined ? {} : { store_dir: `${storeDir}/jetstream` }),
    sync_interval: 120_000_000_000,
    ...(domain === undefined ? {} : { domain }),
    ...(maxMemory < 0 || maxStorage < 0 ? {} : { compress_ok: true }),
  };
}

function threeQuarters(bytes: number): number {
  return Math.floor(bytes / 4) * 3;
}

/** Bytes on the disk of this folder. */
function free(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 2 ** 40;
  }
}
