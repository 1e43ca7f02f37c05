/** A subscription to a stream in force: sees to its consumer, keeps messages coming, and says why none come. */
import { setTimeout as pause } from "node:timers/promises";
import { createBackoff } from "../backoff.ts";
import type { ActiveSubscription, Incoming } from "../driver.ts";
import { messageOf } from "../errors.ts";
import type { Answers } from "./answers.ts";
import type { Api } from "./api.ts";
import type { ConsumerSpec } from "./consumer-config.ts";
import { createConsumer, type ConsumerFacts } from "./consumer.ts";
import type { Msg } from "./driver.ts";
import { createHolding, type Holding } from "./holding.ts";
import type { StreamMessage } from "./options.ts";
import { createPull, type Ending, type Source } from "./pull.ts";
import { createPush } from "./push.ts";
import { readDelivery } from "./stream-message.ts";
import type { StreamSpec } from "./topology.ts";

export interface ReadingRequest {
  readonly api: Api;
  readonly answers: Answers;
  readonly stream: StreamSpec;
  readonly consumer: ConsumerSpec;
  readonly push: boolean;
  readonly concurrency: number;
  /** Beyond those with the handler. */
  readonly prefetch: number;
  /** As the core wants it; undefined: not for this subscriber. */
  read(message: StreamMessage): Incoming | undefined;
  deliver(message: Incoming): Promise<void>;
}

export interface Reading extends ActiveSubscription {
  /** Gives back what is still with a handler. */
  giveBack(): void;
}

/** Resolves when the consumer is there. @throws what the first attempt throws: {DeclarationError}, {ConnectError}. */
export async function startReading(request: ReadingRequest): Promise<Reading> {
  const { api, answers, concurrency, prefetch } = request;
  const { link } = api;
  const { durable, acknowledges, stream } = request.consumer;
  const holding: Holding = createHolding({
    link,
    answers,
    concurrency,
    acknowledges,
    read: request.read,
    deliver: request.deliver,
    onRoom: () => source.onRoom(),
  });
  const consumer = createConsumer({
    api,
    stream: request.stream,
    spec: request.consumer,
    ...(request.push ? { deliverTo: link.inbox() } : {}),
  });
  let trouble: string | undefined;
  let close = () => {};
  let open = true;
  const closed = new Promise<void>((resolve) => (close = resolve));
  /** Of a consumer that does not acknowledge: how many of its messages came. */
  let counted = { name: "", messages: 0 };

  function onMessage(message: Msg): void {
    const delivery = readDelivery(message);
    if (delivery === undefined) return;
    if (!acknowledges) {
      const { consumer: name, deliverySequence } = delivery.info;
      // Of a consumer before this one: the new one delivers it, too.
      if (name !== consumer.current?.name) return;
      if (counted.name !== name) counted = { name, messages: 0 };
      if (deliverySequence !== counted.messages + 1) {
        source.stop({ kind: "unsure", why: "a message before this one is missing" });
        return;
      }
      counted.messages++;
    }
    holding.take(delivery);
  }

  const events = { onMessage, onAlive: recover };
  const source: Source = request.push
    ? createPush(api, events)
    : createPull(api, events, {
        capacity: concurrency + prefetch,
        held: () => holding.size,
      });

  const facts = await consumer.ensure(holding);
  learn(facts);
  const running = run(facts);
  return {
    redelivers: acknowledges,
    problem: () => trouble,
    async drain() {
      open = false;
      close();
      await source.drain();
      await running;
      await holding.drain();
      await consumer.leave();
    },
    giveBack: () => holding.giveBack(),
  };

  function learn({ config }: ConsumerFacts): void {
    const waits = [Number(config["ack_wait"] ?? 3e10), ...((config["backoff"] as number[]) ?? [])];
    holding.limits({
      ackWait: Math.min(...waits) / 1e6,
      maxDeliver: Number(config["max_deliver"] ?? -1),
    });
  }

  async function run(first: ConsumerFacts): Promise<void> {
    const backoff = createBackoff();
    let current: ConsumerFacts | undefined = first;
    while (open) {
      const ending: Ending = await attempt();
      if (ending.kind === "over") {
        backoff.reset();
        continue;
      }
      if (ending.kind === "unsure") current = undefined;
      if (link.lost !== undefined) {
        // The connection is told of by itself.
        await Promise.race([link.lost, closed]);
        continue;
      }
      if (ending.why === undefined) continue;
      suffer(ending.why);
      const waited = new AbortController();
      await Promise.race([
        pause(backoff.delay, undefined, { signal: waited.signal, ref: false }).catch(() => {}),
        closed,
      ]);
      waited.abort();
      backoff.failed();
    }

    async function attempt(): Promise<Ending> {
      try {
        if (current === undefined) {
          current = await consumer.ensure(holding);
          learn(current);
          recover();
        }
        return await source.next(current);
      } catch (error) {
        // What is declared wrongly may be put right at the server.
        return { kind: "unsure", why: messageOf(error) };
      }
    }
  }

  function suffer(why: string): void {
    if (trouble === why || !open) return;
    trouble = why;
    link.logger.warn(`nothing comes from ${nameOfReader()}: ${why}; trying again`);
  }

  function recover(): void {
    if (trouble === undefined) return;
    trouble = undefined;
    link.logger.info(`messages come from ${nameOfReader()} again`);
  }

  function nameOfReader(): string {
    return durable === undefined
      ? `stream "${stream}"`
      : `the consumer "${durable}" of stream "${stream}"`;
  }
}
