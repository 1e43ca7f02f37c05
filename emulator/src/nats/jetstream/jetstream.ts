/** JetStream of one account: its streams, their consumers, and the API that both are asked by. https://docs.nats.io/nats-concepts/jetstream */
import { limitsInfo } from "./account-limits.ts";
import { Api } from "./api.ts";
import { consumerApi, restoreConsumer } from "./consumer-api.ts";
import type {
  AccountLimits,
  ApiTable,
  JetStream,
  JetStreamOptions,
  JetStreamView,
  Surroundings,
} from "./contract.ts";
import { StreamFiles } from "./file-store.ts";
import { timestamp } from "./header-block.ts";
import { nuid } from "./nuid.ts";
import { streamApi } from "./stream-api.ts";
import type { StreamRecord } from "./stream-record.ts";
import { Streams } from "./streams.ts";

const NOTHING: AccountLimits = {
  maxMemory: 0,
  maxStorage: 0,
  maxStreams: 0,
  maxConsumers: 0,
  maxAckPending: 0,
  memoryMaxStreamBytes: 0,
  storageMaxStreamBytes: 0,
};

export function createJetStream(surroundings: Surroundings, options: JetStreamOptions): JetStream {
  const { domain } = options;
  const view: JetStreamView = {
    surroundings,
    domain,
    account: options,
    stream: (name) => streams.get(name),
    hear(subject, heard) {
      const prefixes = domain === undefined ? ["$JS.API"] : ["$JS.API", `$JS.${domain}.API`];
      const stops = prefixes.map((prefix) => surroundings.subscribe(`${prefix}.${subject}`, heard));
      return () => {
        for (const stop of stops) stop();
      };
    },
    advise(subject, type, body) {
      if (!surroundings.interest(subject)) return;
      const time = timestamp(surroundings.clock.now());
      const event = { type, id: nuid(), timestamp: time, ...body, domain };
      surroundings.publish(subject, { payload: Buffer.from(JSON.stringify(event)), quiet: true });
    },
  };
  const files =
    options.storeDir === undefined
      ? undefined
      : new StreamFiles(options.storeDir, surroundings.clock);
  const streams = new Streams(view, options, files);

  /** All streams before any consumer: one may take from another. */
  function revive(records: readonly StreamRecord[]): void {
    const revived = records.map((record) => ({ record, stream: streams.revive(record) }));
    for (const { record, stream } of revived) {
      for (const { snapshot } of record.consumers) restoreConsumer(view, stream, snapshot);
      streams.keep(stream);
    }
  }
  if (files !== undefined) revive(files.read(() => surroundings.journal.nextMessage()));

  const takeSnapshot = () => streams.all().map((stream) => stream.snapshot());
  const usage = () => ({
    memory: streams.bytes("memory"),
    storage: streams.bytes("file"),
    reserved_memory: streams.reserved("memory"),
    reserved_storage: streams.reserved("file"),
    streams: streams.all().length,
    consumers: streams.all().reduce((sum, { consumers }) => sum + consumers.size, 0),
  });
  const info = () => ({
    ...usage(),
    // An account that has tiers has no limits beside them.
    ...(options.tier === undefined
      ? { limits: limitsInfo(options) }
      : {
          limits: limitsInfo(NOTHING),
          tiers: { [options.tier]: { ...usage(), limits: limitsInfo(options) } },
        }),
    domain,
    api: { total: api.total, errors: api.errors },
  });
  const accountApi: ApiTable = {
    INFO: { type: "io.nats.jetstream.api.v1.account_info_response", run: info },
  };
  const api = new Api(
    { ...accountApi, ...streamApi(streams, surroundings.log, options), ...consumerApi(view) },
    view,
    options.serverName,
  );

  return {
    info,
    streams: () =>
      streams.all().map((stream) => ({
        info: streams.info(stream, false),
        consumers: [...stream.consumers.values()].map((consumer) => consumer.info()),
      })),
    snapshot: takeSnapshot,
    restore(snapshot) {
      const records = readSnapshot(snapshot);
      const before = takeSnapshot();
      streams.end("Stream Deleted");
      try {
        revive(records);
      } catch (error) {
        streams.end("Stream Deleted");
        revive(before);
        throw error;
      }
    },
    async close() {
      api.stop();
      streams.end("Server Shutdown");
    },
  };
}

/** @throws {Error} */
function readSnapshot(snapshot: unknown): readonly StreamRecord[] {
  const records = snapshot as readonly StreamRecord[];
  const isRecord = ({ config, messages, consumers }: StreamRecord) =>
    typeof config === "object" && Array.isArray(messages) && Array.isArray(consumers);
  if (!Array.isArray(snapshot) || !records.every(isRecord))
    throw new Error("the snapshot cannot be read: it is none of JetStream's");
  return records;
}
