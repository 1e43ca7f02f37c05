/** The part of the driver that is about streams: which channel reads and writes what. */
import type { ActiveSubscription, Incoming, Outgoing, SubscribeRequest } from "../driver.ts";
import { messageOf, PublishError } from "../errors.ts";
import { createAnswers } from "./answers.ts";
import { createApi, type Api } from "./api.ts";
import { kvConsumer, objectsConsumer, openObjects, readKv, readObject } from "./buckets.ts";
import {
  optionsOf,
  type JetStreamChannelOptions,
  type KvChannelOptions,
  type ObjectsChannelOptions,
} from "./channels.ts";
import { consumerSpec, type ConsumerSpec } from "./consumer-config.ts";
import type { Link } from "./link.ts";
import type { StreamMessage } from "./options.ts";
import { startReading, type Reading } from "./reading.ts";
import { readStreamMessage } from "./stream-message.ts";
import {
  NoStreamError,
  publishToStream,
  toBucket,
  toStream,
  type StreamOutgoing,
} from "./stream-publish.ts";
import type { KvWatchOptions, ObjectsWatchOptions, PullOptions } from "./stream-options.ts";
import { ensureStream, kvSpec, objectsSpec, streamSpec, type StreamSpec } from "./topology.ts";

export interface JetStream {
  readonly api: Api;
  subscribe(request: SubscribeRequest): Promise<ActiveSubscription>;
  publish(message: Outgoing): Promise<void>;
  /** Gives back what handlers still have. */
  close(): Promise<void>;
}

/** What one channel is at the server. */
interface Reader {
  readonly stream: StreamSpec;
  readonly consumer: ConsumerSpec;
  read(message: StreamMessage): Incoming | undefined;
}

export function createJetStream(link: Link, domain: string | undefined): JetStream {
  const api = createApi(link, domain);
  const answers = createAnswers(link);
  const readings = new Set<Reading>();
  /** Streams that are made before the first message goes to them. */
  const made = new Map<string, Promise<unknown>>();

  function make(spec: StreamSpec): Promise<unknown> {
    const known = made.get(spec.name);
    if (known !== undefined) return known;
    const making = ensureStream(api, spec).catch((cause: unknown) => {
      throw new PublishError(`cannot publish to the ${spec.what}: ${messageOf(cause)}`, { cause });
    });
    made.set(spec.name, making);
    // The next publish tries again.
    making.catch(() => made.delete(spec.name));
    return making;
  }

  return {
    api,
    async subscribe(request) {
      const options = request.options as PullOptions;
      const reading = await startReading({
        ...readerOf(request),
        api,
        answers,
        push: request.channel?.type === "jetstream-push",
        concurrency: request.concurrency,
        prefetch: options.prefetch ?? request.concurrency,
        deliver: request.deliver,
      });
      readings.add(reading);
      return {
        redelivers: reading.redelivers,
        problem: () => reading.problem?.(),
        async drain() {
          await reading.drain();
          readings.delete(reading);
        },
      };
    },
    async publish(message) {
      message.signal?.throwIfAborted();
      const { spec, out } = writerOf(message);
      if (!spec.create) return publishToStream(link, out, message);
      await make(spec);
      try {
        await publishToStream(link, out, message);
      } catch (error) {
        if (!(error instanceof NoStreamError)) throw error;
        // It is gone: in memory, of a server that was started again.
        made.delete(spec.name);
        await make(spec);
        await publishToStream(link, out, message);
      }
    },
    async close() {
      for (const reading of readings) reading.giveBack();
      await answers.flush();
      answers.close();
    },
  };

  function writerOf(message: Outgoing): { spec: StreamSpec; out: StreamOutgoing } {
    if (message.channel?.type === "kv") {
      const { bucket, declare } = optionsOf<KvChannelOptions>(message.channel);
      return { spec: kvSpec(bucket, declare), out: toBucket(message, bucket) };
    }
    const { stream } = optionsOf<JetStreamChannelOptions>(message.channel);
    return { spec: streamSpec(stream), out: toStream(message, link.client.info?.version) };
  }

  function readerOf({ channel, address, options }: SubscribeRequest): Reader {
    if (channel?.type === "kv") {
      const { bucket, declare } = optionsOf<KvChannelOptions>(channel);
      const own = options as KvWatchOptions;
      return {
        stream: kvSpec(bucket, declare),
        consumer: kvConsumer(bucket, address, own),
        read: (message) => readKv(message, bucket, own),
      };
    }
    if (channel?.type === "objects") {
      const { bucket, declare } = optionsOf<ObjectsChannelOptions>(channel);
      const own = options as ObjectsWatchOptions;
      const open = () => openObjects(api, bucket);
      return {
        stream: objectsSpec(bucket, declare),
        consumer: objectsConsumer(bucket, own),
        read: (message) => readObject(message, address, own, open),
      };
    }
    const { stream } = optionsOf<JetStreamChannelOptions>(channel);
    const own = options as PullOptions;
    const spec = streamSpec(stream);
    return {
      stream: spec,
      consumer: consumerSpec(spec.name, channel, address, own),
      read: (message) => readStreamMessage(message, own.headersOnly === true),
    };
  }
}
