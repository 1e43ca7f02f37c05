/** `$JS.API.CONSUMER.*`: making, changing, finding and ending consumers. jetstream_api.go of nats-server. */
import { type ConsumerConfig, consumerFields, inOrder, readConfig } from "./consumer-config.ts";
import { controlApi } from "./consumer-control.ts";
import { withThreshold } from "./consumer-inactivity.ts";
import { refuse } from "./consumer-refusals.ts";
import { checkUpdate, sameConfig } from "./consumer-update.ts";
import {
  checkName,
  checkPartition,
  checkWorkQueue,
  validate,
  withDefaults,
} from "./consumer-validation.ts";
import { Consumer, type ConsumerSnapshot } from "./consumer.ts";
import type { ApiCall, ApiTable, ConsumerView, JetStreamView, StreamView } from "./contract.ts";
import { randomBytes } from "node:crypto";

const NO_PAGE = { total: 0, offset: 0, limit: 0, consumers: [] };
const MOST_NAMES = 1024;
const MOST_INFOS = 256;

export function consumerApi(jetstream: JetStreamView): ApiTable {
  return {
    "CONSUMER.CREATE.*": row("create", (call) =>
      createConsumer(jetstream, readRequest(jetstream, call), undefined),
    ),
    "CONSUMER.CREATE.*.>": row("create", (call) => {
      const [name = "", ...filter] = (call.params[1] ?? "").split(".");
      const { config, ...request } = readRequest(jetstream, call);
      const named = { ...request, config: { ...config, name } };
      return createConsumer(jetstream, named, name, filter.join("."));
    }),
    "CONSUMER.DURABLE.CREATE.*.*": row("create", (call) => {
      const request = readRequest(jetstream, call);
      if (request.config.durable_name === undefined) throw refuse("durableNotSet");
      return createConsumer(jetstream, request, call.params[1] ?? "");
    }),
    "CONSUMER.INFO.*.*": row("info", (call) => {
      expectEmpty(call);
      return find(jetstream, call).info();
    }),
    "CONSUMER.DELETE.*.*": row("delete", (call) => {
      expectEmpty(call);
      find(jetstream, call).end("Consumer Deleted");
      return { success: true };
    }),
    "CONSUMER.LEADER.STEPDOWN.*.*": row("leader_stepdown", () => {
      throw refuse("clusterRequired");
    }),
    "CONSUMER.NAMES.*": {
      ...row("names", (call) => page(jetstream, call, MOST_NAMES, ({ name }) => name)),
      beside: NO_PAGE,
    },
    "CONSUMER.LIST.*": {
      ...row("list", (call) => page(jetstream, call, MOST_INFOS, (consumer) => consumer.info())),
      beside: NO_PAGE,
    },
    ...controlApi((call) => find(jetstream, call)),
  };
}

/** Takes up a consumer where its snapshot left it. @throws {Error} where the snapshot cannot be read. */
export function restoreConsumer(
  jetstream: JetStreamView,
  stream: StreamView,
  snapshot: unknown,
): void {
  const from = snapshot as ConsumerSnapshot;
  new Consumer(jetstream, stream, from.name, from.config, from);
}

interface CreateRequest {
  readonly stream: string;
  readonly config: ConsumerConfig;
  readonly action: "" | "create" | "update";
}

function row(
  kind: string,
  run: (call: ApiCall) => object | undefined,
): { type: string; run: (call: ApiCall) => object | undefined } {
  return { type: `io.nats.jetstream.api.v1.consumer_${kind}_response`, run };
}

function readRequest({ surroundings }: JetStreamView, { body, params }: ApiCall): CreateRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse("invalidJson");
  const { stream_name: stream = "", config, action = "" } = body as Record<string, unknown>;
  if (typeof stream !== "string") throw refuse("invalidJson");
  if (action !== "" && action !== "create" && action !== "update") throw refuse("invalidJson");
  const read = readConfig(config);
  for (const field of Object.keys(config ?? {}))
    if (!consumerFields.includes(field))
      surroundings.log(`nats: the consumer option ${field} is not offered, it is left out`);
  if (stream !== params[0]) throw refuse("streamMismatch");
  return { stream, config: read, action };
}

/** `name`: as the subject says it; left out, it is an ephemeral of the old kind. */
function createConsumer(
  jetstream: JetStreamView,
  { stream: streamName, config: given, action }: CreateRequest,
  name: string | undefined,
  filter = "",
): object {
  if (name === undefined) {
    if (given.durable_name !== undefined) throw refuse("ephemeralWithDurable");
  } else {
    if (/[\\/]/.test(name)) throw refuse("pathSeparators");
    if (given.durable_name !== undefined && given.durable_name !== name)
      throw refuse("durableMismatch");
  }
  if (filter !== "") {
    if ((given.filter_subjects ?? []).length > 0) throw refuse("filtersInSubject");
    if (given.filter_subject !== filter) throw refuse("filterMismatch");
  }
  if (given.num_replicas > 1) throw refuse("replicasNotSupported");
  const stream = jetstream.stream(streamName);
  if (stream === undefined) throw refuse("streamNotFound");
  const config = withDefaults(given, stream, jetstream.account);
  validate(config, stream, jetstream.account);
  const known = stream.consumers.get(config.durable_name ?? config.name ?? "");
  if (known instanceof Consumer) return update(jetstream, stream, known, config, action);
  if (action === "update") throw refuse("doesNotExist");
  return make(jetstream, stream, config);
}

function update(
  { surroundings }: JetStreamView,
  stream: StreamView,
  consumer: Consumer,
  given: ConsumerConfig,
  action: CreateRequest["action"],
): object {
  // Only CONSUMER.PAUSE changes a pause.
  const { pause_until: _, ...unpaused } = given;
  const { pause_until: until } = consumer.config;
  const wanted = until === undefined ? unpaused : { ...unpaused, pause_until: until };
  // An ephemeral that names no threshold differs from what was made of it, as nats-server compares.
  if (action === "create" && !sameConfig(wanted, consumer.config)) throw refuse("alreadyExists");
  const config = inOrder(withThreshold(wanted));
  if (stream.retention === "workqueue") checkPartition(config, others(stream, consumer.name));
  checkUpdate(consumer.config, config, (subject) => surroundings.interest(subject));
  consumer.update(config);
  if (consumer.paused.paused) consumer.announcePause();
  return consumer.info();
}

function make(jetstream: JetStreamView, stream: StreamView, given: ConsumerConfig): object {
  const { maxConsumers: ofAccount = -1 } = jetstream.account;
  const { maxConsumers: own } = stream.limits;
  const most = own <= 0 || (ofAccount > 0 && ofAccount < own) ? ofAccount : own;
  if (most > 0 && publicConsumers(stream).length >= most) throw refuse("maxConsumers");
  if (stream.retention === "workqueue") checkWorkQueue(given, others(stream, ""));
  let name = given.durable_name ?? given.name;
  if (name === undefined) {
    do name = randomName();
    while (stream.consumers.has(name));
  }
  checkName(name);
  const config = inOrder(withThreshold(given));
  const consumer = new Consumer(jetstream, stream, name, config);
  consumer.advisories.action("create");
  if (consumer.paused.paused) consumer.announcePause();
  stream.consumerChanged(name);
  return consumer.info();
}

function others(stream: StreamView, name: string): ConsumerConfig[] {
  return [...stream.consumers.values()].flatMap((consumer) =>
    consumer instanceof Consumer && consumer.name !== name ? [consumer.config] : [],
  );
}

/** Those that clients made: not the ones with which a mirror or a source reads. */
function publicConsumers(stream: StreamView): ConsumerView[] {
  return [...stream.consumers.values()].filter(
    (consumer) => !(consumer instanceof Consumer && consumer.config.direct === true),
  );
}

function find(
  jetstream: JetStreamView,
  { params: [streamName = "", name = ""] }: ApiCall,
): Consumer {
  const stream = jetstream.stream(streamName);
  if (stream === undefined) throw refuse("streamNotFound");
  const consumer = stream.consumers.get(name);
  if (!(consumer instanceof Consumer)) throw refuse("notFound");
  return consumer;
}

function page(
  jetstream: JetStreamView,
  { params, body }: ApiCall,
  limit: number,
  show: (consumer: ConsumerView) => unknown,
): object {
  const { offset: asked = 0 } = (body ?? {}) as { offset?: unknown };
  if (typeof asked !== "number") throw refuse("invalidJson");
  const stream = jetstream.stream(params[0] ?? "");
  if (stream === undefined) throw refuse("streamNotFound");
  const all = publicConsumers(stream).sort((a, b) => (a.name < b.name ? -1 : 1));
  const offset = Math.min(Math.max(0, asked), all.length);
  const consumers = all.slice(offset, offset + limit).map((consumer) => show(consumer));
  return { total: all.length, offset, limit, consumers };
}

/** nats-server's isEmptyRequest. */
function expectEmpty({ heard: { payload } }: ApiCall): void {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
  if (!/^\s*(\{\s*\}\s*)?$/.test(text)) throw refuse("notEmptyRequest");
}

/** As nats-server names those that have none: eight letters and digits. */
function randomName(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return [...randomBytes(8)].map((byte) => letters[byte % letters.length]).join("");
}
