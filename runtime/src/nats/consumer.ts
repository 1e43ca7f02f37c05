/** A consumer at the server: found, made, made anew where it went. */
import { DeclarationError } from "../errors.ts";
import { ApiError, CONSUMER_NOT_FOUND, isApiError, STREAM_NOT_FOUND, type Api } from "./api.ts";
import {
  configOf,
  consumerDifferences,
  refuseForeign,
  type ConsumerSpec,
} from "./consumer-config.ts";
import type { Holding } from "./holding.ts";
import { ensureStream, type StreamFacts, type StreamSpec, type Wire } from "./topology.ts";

/** What the server says of a consumer. */
export interface ConsumerFacts {
  readonly stream_name: string;
  readonly name: string;
  readonly created: string;
  readonly config: Wire;
}

export interface Consumer {
  /** Sees to it that there is one, and resolves with what it is. @throws {DeclarationError}; {ApiError}; {ConnectError} */
  ensure(holding: Holding): Promise<ConsumerFacts>;
  /** The last one seen. */
  readonly current: ConsumerFacts | undefined;
  /** Our own is of no use to anybody else. */
  leave(): Promise<void>;
}

export interface ConsumerOptions {
  readonly api: Api;
  readonly stream: StreamSpec;
  readonly spec: ConsumerSpec;
  /** Where messages are pushed to. */
  readonly deliverTo?: string | undefined;
}

export function createConsumer({ api, stream, spec, deliverTo }: ConsumerOptions): Consumer {
  const { logger } = api.link;
  const { durable } = spec;
  let known: StreamFacts | undefined;
  let current: ConsumerFacts | undefined;
  /** The stream's last sequence when we began with what is new. */
  let begun: number | undefined;

  async function find(): Promise<ConsumerFacts | undefined> {
    const name = durable ?? current?.name;
    // A consumer that does not acknowledge has gone on while we did not hear it.
    if (name === undefined || !spec.acknowledges) return undefined;
    try {
      return await api.call<ConsumerFacts>(`CONSUMER.INFO.${spec.stream}.${name}`);
    } catch (error) {
      if (isApiError(error, CONSUMER_NOT_FOUND, STREAM_NOT_FOUND)) return undefined;
      throw error;
    }
  }

  async function make(after: number | undefined): Promise<ConsumerFacts> {
    const name = durable ?? api.link.nats.nuid.next();
    // A filter of the name's subject lets the server check permissions by subject (nats-server 2.9).
    const [filter] = spec.filters;
    const suffix = spec.filters.length === 1 && filter !== ">" ? `.${filter}` : "";
    const config = configOf(spec, name, { after, deliverTo });
    const request = { stream_name: spec.stream, config, action: "create" };
    try {
      const operation = `CONSUMER.CREATE.${spec.stream}.${name}${suffix}`;
      const made = await api.call<ConsumerFacts>(operation, request);
      if (spec.filters.length === 1 || made.config["filter_subjects"] !== undefined) return made;
      await api.call(`CONSUMER.DELETE.${spec.stream}.${name}`);
      throw new DeclarationError(
        `subjects: a consumer of several subjects needs nats-server 2.10, and this is ${api.link.client.info?.version}`,
      );
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.reason === STREAM_NOT_FOUND) throw cause;
      throw new DeclarationError(
        `NATS refuses the consumer${durable === undefined ? "" : ` "${durable}"`} of stream "${spec.stream}": ${cause.message}`,
        { cause },
      );
    }
  }

  return {
    get current() {
      return current;
    },
    async ensure(holding) {
      const before = known;
      known = await ensureStream(api, stream, { quiet: before !== undefined });
      // Another stream of the same name: nothing of it has been seen.
      const anew = before !== undefined && before.created !== known.created;
      if (anew) holding.forget();
      if (before === undefined && spec.from === "new") begun = known.lastSequence;

      const old = current;
      const found = await find();
      if (found !== undefined && durable !== undefined && old === undefined) accept(found);
      if (found !== undefined) current = found;
      else if (durable !== undefined) {
        if (old !== undefined)
          logger.warn(
            `the consumer "${durable}" of stream "${spec.stream}" is gone; it is made again as declared`,
          );
        current = await make(undefined);
      } else {
        // The first one begins as declared, the next ones where the one before it ended.
        current = await make(anew ? 0 : old && (holding.position ?? begun));
        if (old !== undefined) void forget(old);
      }
      return current;
    },
    async leave() {
      if (durable === undefined && current !== undefined && api.link.lost === undefined)
        await forget(current);
    },
  };

  async function forget({ name }: ConsumerFacts): Promise<void> {
    await api.call(`CONSUMER.DELETE.${spec.stream}.${name}`).catch(() => undefined);
  }

  /** A durable consumer that was there before us. */
  function accept(found: ConsumerFacts): void {
    refuseForeign(spec, found.config, deliverTo !== undefined);
    const differs = consumerDifferences(spec, found.config);
    if (differs.length > 0)
      logger.warn(
        `the consumer "${durable}" of stream "${spec.stream}" is not as declared and stays as it is: ${differs.join("; ")}`,
      );
  }
}
