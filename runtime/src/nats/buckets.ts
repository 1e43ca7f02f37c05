/** Changes of keys and objects as messages, and the client's own access to buckets. */
import type { Address } from "../address.ts";
import type { Incoming } from "../driver.ts";
import { DeclarationError } from "../errors.ts";
import type { Api } from "./api.ts";
import type { ConsumerSpec } from "./consumer-config.ts";
import type { KV, KvEntry, ObjectStore } from "./driver.ts";
import { readHeaders } from "./message.ts";
import { download } from "./object-download.ts";
import type { ObjectMessage, StreamMessage } from "./options.ts";
import type { KvWatchOptions, ObjectChange, ObjectsWatchOptions } from "./stream-options.ts";
import { ensureStream, kvSpec, objectsSpec } from "./topology.ts";

/** What the watch of a bucket reads: in order, unacknowledged. */
const watching = {
  durable: undefined,
  acknowledges: false,
  declared: {},
} as const;

export function kvConsumer(
  bucket: string,
  { pattern }: Pick<Address, "pattern">,
  { include = "last" }: KvWatchOptions,
): ConsumerSpec {
  const from = ({ last: "last-per-subject", history: "all", updates: "new" } as const)[include];
  return { ...watching, stream: `KV_${bucket}`, filters: [`$KV.${bucket}.${pattern}`], from };
}

export function objectsConsumer(
  bucket: string,
  { include = "last" }: ObjectsWatchOptions,
): ConsumerSpec {
  const from = include === "last" ? "last-per-subject" : "new";
  return { ...watching, stream: `OBJ_${bucket}`, filters: [`$O.${bucket}.M.>`], from };
}

/** A key that was put or deleted; undefined where it is not wanted. */
export function readKv(
  message: StreamMessage,
  bucket: string,
  { deletes = true }: KvWatchOptions,
): Incoming | undefined {
  const key = message.subject.slice(`$KV.${bucket}.`.length);
  const operation = (message.headers?.get("KV-Operation") || "PUT") as KvEntry["operation"];
  const deleted = operation !== "PUT";
  if (deleted && !deletes) return undefined;
  const { info } = message;
  const entry: KvEntry = {
    bucket,
    key,
    value: message.data,
    created: new Date(info.timestampNanos / 1e6),
    revision: info.streamSequence,
    delta: info.pending,
    operation,
    length: message.data.byteLength,
    json: () => message.json(),
    string: () => message.string(),
  };
  return {
    ...readHeaders(message.headers),
    address: key,
    key,
    payload: message.data,
    ...(deleted ? { tombstone: true } : {}),
    id: `${bucket}:${entry.revision}`,
    attempt: 1,
    raw: entry,
  };
}

/** An object that was put or deleted; undefined where it is not wanted. */
export function readObject(
  message: StreamMessage,
  address: Address,
  { deletes = true }: ObjectsWatchOptions,
  open: () => Promise<ObjectStore>,
): Incoming | undefined {
  const known = message.json<Omit<ObjectChange, "deleted"> & { deleted?: boolean }>();
  // Left out by other clients where it is not so.
  const change = { ...known, deleted: known.deleted === true };
  if (address.match(change.name) === null || (change.deleted && !deletes)) return undefined;
  const raw: ObjectMessage = {
    change,
    download: async () => download(await open(), change.name),
  };
  return {
    headers: { "content-type": "application/json" },
    address: change.name,
    key: change.name,
    payload: new TextEncoder().encode(JSON.stringify(change)),
    id: `${change.bucket}:${message.info.streamSequence}`,
    attempt: 1,
    raw,
  };
}

/** The client's own access to a bucket that exists. @throws {DeclarationError} where it does not. */
export async function openKv(api: Api, bucket: string): Promise<KV> {
  checkBucket(bucket);
  const { config } = await ensureStream(api, kvSpec(bucket, false));
  const direct = config["allow_direct"] === true;
  return jetstreamOf(api).views.kv(bucket, { bindOnly: true, allow_direct: direct });
}

/** The client's own access to an object store that exists. @throws {DeclarationError} where it does not. */
export async function openObjects(api: Api, bucket: string): Promise<ObjectStore> {
  checkBucket(bucket);
  await ensureStream(api, objectsSpec(bucket, false));
  return jetstreamOf(api).views.os(bucket);
}

function jetstreamOf({ link, prefix }: Api) {
  return link.client.jetstream({ apiPrefix: prefix });
}

/** @throws {DeclarationError} */
export function checkBucket(bucket: string): void {
  if (!/^[-\w]+$/.test(bucket))
    throw new DeclarationError(
      `bucket: "${bucket}" is no name of a bucket: letters, digits, - and _ only`,
    );
}
