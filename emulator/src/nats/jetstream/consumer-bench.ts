/** A stream with consumers on a clock that stands still, and clients beside it: for the tests of this folder. */
import { type Clock, createClock } from "../../clock.ts";
import { createJournal, type Journal } from "../../journal.ts";
import { Account } from "../model/account.ts";
import type { Subscription } from "../model/router.ts";
import { surroundingsOf } from "../model/surroundings.ts";
import { decodeHeaders } from "../wire/headers.ts";
import type { ConsumerConfig } from "./consumer-config.ts";
import { consumerApi } from "./consumer-api.ts";
import type { JetStreamView, Surroundings } from "./contract.ts";
import { readStreamConfig } from "./stream-config.ts";
import { Stream } from "./stream.ts";

/** What came to an inbox: a message with its place in stream and consumer, or a status. */
interface Got {
  readonly text: string;
  readonly reply?: string;
  /** Deliveries, stream sequence, consumer sequence, pending. */
  readonly place?: readonly number[];
}

/** What CONSUMER.CREATE, INFO and NAMES answer. */
interface Answer {
  readonly config: ConsumerConfig;
  readonly delivered: { readonly consumer_seq: number };
  readonly ack_floor: object;
  readonly num_pending: number;
  readonly num_redelivered: number;
  readonly push_bound?: boolean;
  readonly priority_groups?: readonly { readonly pinned_client_id?: string }[];
  readonly consumers: readonly string[];
}

export const SECOND = 1_000_000_000;

interface Inbox {
  readonly got: Got[];
  /** What has come since it was last asked. */
  texts(): string[];
  close(): void;
}

/** A consumer's configuration, right or wrong. */
interface Given {
  readonly durable_name?: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

export interface Bench {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly surroundings: Surroundings;
  readonly stream: Stream;
  readonly jetstream: JetStreamView;
  call(api: string, params: string[], body?: unknown): Answer;
  /** Makes a consumer, by default called worker and with explicit acknowledgements. */
  create(given: Given, action?: string): Answer;
  info(name?: string): Answer;
  /** Stores a message of each subject, which is its payload too. */
  put(...subjects: string[]): void;
  /** A client's subscription. */
  inbox(subject: string, queue?: string): Inbox;
  /** Returns how many took the request. */
  pull(request: object | string, reply?: string, name?: string): number;
  /** Answers a message that came. */
  say(to: Got | undefined, word?: string, reply?: string): void;
}

/** `config`: the stream's, beside the subjects orders.> */
export function bench(config: object = {}): Bench {
  const clock = createClock();
  const journal = createJournal(clock);
  const account = new Account("$G");
  const surroundings = surroundingsOf(account, { clock, journal, log: () => {} });
  const streams = new Map<string, Stream>();
  const jetstream: JetStreamView = {
    surroundings,
    domain: undefined,
    account: { maxMemory: -1, maxStorage: -1 },
    stream: (name) => streams.get(name),
    hear: (subject, heard) => surroundings.subscribe(`$JS.API.${subject}`, heard),
    advise: (subject, type, body) =>
      void surroundings.publish(subject, {
        payload: Buffer.from(JSON.stringify({ type, ...body })),
        quiet: true,
      }),
  };
  const read = readStreamConfig({
    name: "ORDERS",
    subjects: ["orders.>"],
    num_replicas: 1,
    max_consumers: -1,
    max_msgs: -1,
    max_bytes: -1,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    storage: "memory",
    ...config,
  });
  const stream = new Stream(jetstream, read, clock.now());
  streams.set("ORDERS", stream);
  const table = consumerApi(jetstream);

  function call(api: string, params: string[], body?: unknown): Answer {
    const payload = Buffer.from(body === undefined ? "" : JSON.stringify(body));
    const heard = { subject: "", payload, number: 0, client: null };
    return table[api]?.run({ params, body, heard }) as Answer;
  }
  return {
    clock,
    journal,
    surroundings,
    stream,
    jetstream,
    call,
    create(given, action = "") {
      const config = { ack_policy: "explicit", ...given };
      const name = given.durable_name ?? given.name ?? "worker";
      const info = call("CONSUMER.CREATE.*.>", ["ORDERS", name], {
        stream_name: "ORDERS",
        config,
        action,
      });
      clock.advance(1);
      return info;
    },
    info: (name = "worker") => call("CONSUMER.INFO.*.*", ["ORDERS", name]),
    put(...subjects) {
      for (const subject of subjects)
        stream.append({
          seq: stream.last + 1,
          time: clock.now(),
          subject,
          payload: Buffer.from(subject),
          number: journal.nextMessage(),
        });
    },
    inbox(subject, queue) {
      const got: Got[] = [];
      const subscription: Subscription = {
        subscriber: {
          echo: true,
          deliver(_, message) {
            const {
              status,
              description,
              values = [],
            } = message.headers === undefined ? {} : decodeHeaders(message.headers);
            const place = message.delivery && message.reply?.split(".").slice(4);
            got.push({
              text:
                status === undefined
                  ? Buffer.from(message.payload).toString()
                  : [`${status} ${description}`, ...values.map((pair) => pair.join(": "))].join(
                      "; ",
                    ),
              ...(message.reply === undefined ? {} : { reply: message.reply }),
              ...(place ? { place: [place[0], place[1], place[2], place[4]].map(Number) } : {}),
            });
            return true;
          },
          ended: () => {},
        },
        sid: "1",
        subject,
        ...(queue === undefined ? {} : { queue }),
        delivered: 0,
        max: 0,
      };
      account.router.subscribe(subscription);
      return {
        got,
        texts: () => got.splice(0).map(({ text }) => text),
        close: () => account.router.unsubscribe(subscription),
      };
    },
    pull: (request, reply = "inbox", name = "worker") =>
      surroundings.publish(`$JS.API.CONSUMER.MSG.NEXT.ORDERS.${name}`, {
        reply,
        payload: Buffer.from(typeof request === "string" ? request : JSON.stringify(request)),
      }),
    say: (to, word = "+ACK", reply) =>
      void surroundings.publish(to?.reply ?? "", {
        payload: Buffer.from(word),
        ...(reply === undefined ? {} : { reply }),
      }),
  };
}
