/** Random scripts of one JetStream stream and its consumer, run step by step on a server; what each step saw, as text. */
import fc from "fast-check";
import { connect, createInbox, headers, type Msg, type NatsConnection } from "nats";

export type Step = readonly [name: string, ...arguments: readonly unknown[]];

const subject = fc.constantFrom("a", "b.1", "b.2");
const filter = fc.constantFrom("a", "b.*", ">", "b.2", "c");
const seq = fc.integer({ min: 0, max: 12 });
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Longer than max_msg_size, which no message with headers reaches: 2.10 asks for its size after its headers, 2.12 before. */
const LONG = "long!".repeat(100);

const streamConfig = fc.record(
  {
    retention: fc.constantFrom("limits", "workqueue", "interest"),
    discard: fc.constantFrom("old", "new"),
    max_msgs: fc.constantFrom(3, 6),
    max_msgs_per_subject: fc.constantFrom(1, 2),
    max_msg_size: fc.constant(400),
    allow_rollup_hdrs: fc.boolean(),
    deny_delete: fc.boolean(),
    deny_purge: fc.boolean(),
    allow_direct: fc.boolean(),
    discard_new_per_subject: fc.boolean(),
  },
  { requiredKeys: [] },
);

const consumerConfig = fc.record(
  {
    deliver_policy: fc.constantFrom("all", "last", "new", "last_per_subject", "by_start_sequence"),
    opt_start_seq: fc.integer({ min: 1, max: 8 }),
    ack_policy: fc.constantFrom("explicit", "all", "none"),
    filter_subject: filter,
    max_deliver: fc.constantFrom(1, 2, 3),
    max_ack_pending: fc.constantFrom(1, 2),
    headers_only: fc.boolean(),
    max_batch: fc.constant(2),
    max_waiting: fc.constant(3),
  },
  { requiredKeys: ["ack_policy"] },
);

const publishing = fc.record(
  {
    "Nats-Msg-Id": fc.constantFrom("m1", "m2"),
    "Nats-Expected-Stream": fc.constantFrom("S", "T"),
    "Nats-Expected-Last-Sequence": seq.map(String),
    "Nats-Expected-Last-Subject-Sequence": seq.map(String),
    "Nats-Expected-Last-Msg-Id": fc.constantFrom("m1", "m3"),
    // Another word 2.10 refuses without an answer, which later releases give.
    "Nats-Rollup": fc.constantFrom("sub", "all"),
  },
  { requiredKeys: [] },
);

/** nats-server 2.10 forgets to apply a limit per subject that a stream did not have: it is there from the start, or not. */
const updateConfig = streamConfig.map(({ max_msgs_per_subject: _, ...config }) => config);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(
      fc.constant("publish"),
      subject,
      fc.constantFrom("x", LONG),
      fc.constant({}),
    ),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant("publish"), subject, fc.constant("x"), publishing) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("fetch"), fc.integer({ min: 1, max: 3 })) },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant("settle"),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom("+ACK", "-NAK", "+TERM", "+WPI"),
    ),
  },
  fc.tuple(fc.constant("createStream"), streamConfig),
  fc.tuple(fc.constant("updateStream"), updateConfig),
  fc.tuple(fc.constant("createConsumer"), consumerConfig),
  { weight: 3, arbitrary: fc.tuple(fc.constant("consumerInfo")) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("streamInfo"), some(filter)) },
  fc.tuple(
    fc.constant("get"),
    fc.oneof(
      seq.map((each) => ({ seq: each })),
      subject.map((last_by_subj) => ({ last_by_subj })),
      fc.record({ seq, next_by_subj: filter }),
    ),
  ),
  fc.tuple(
    fc.constant("directGet"),
    fc.oneof(
      seq.map((each) => ({ seq: each })),
      subject.map((last_by_subj) => ({ last_by_subj })),
    ),
  ),
  fc.tuple(fc.constant("deleteMessage"), seq),
  fc.tuple(
    fc.constant("purge"),
    fc.record(
      { filter, seq: some(seq), keep: some(fc.integer({ min: 0, max: 3 })) },
      { requiredKeys: [] },
    ),
  ),
  fc.tuple(fc.constant("deleteConsumer")),
);

/** A stream, its consumer, and what becomes of them. */
export const script: fc.Arbitrary<readonly Step[]> = fc
  .tuple(streamConfig, consumerConfig, fc.array(step, { minLength: 1, maxLength: 25 }))
  .map(([stream, consumer, steps]) => [
    ["createStream", stream],
    ["createConsumer", consumer],
    ...steps,
  ]);

/** Two streams of one name on one server would meet: a script has its own, deleted behind it. */
export async function play(url: string, steps: readonly Step[]): Promise<string[]> {
  const client = await connect({ servers: url });
  try {
    const player = new Player(client);
    const seen: string[] = [];
    for (const each of steps) seen.push(`${JSON.stringify(each)} → ${await player.step(each)}`);
    return seen;
  } finally {
    await client.request("$JS.API.STREAM.DELETE.S").catch(() => {});
    await client.close();
  }
}

type Json = Readonly<Record<string, unknown>>;

class Player {
  readonly #client: NatsConnection;
  /** Delivered and not settled yet. */
  #unsettled: Msg[] = [];

  constructor(client: NatsConnection) {
    this.#client = client;
  }

  async step([name, ...given]: Step): Promise<string> {
    switch (name) {
      case "createStream":
      case "updateStream": {
        const config = {
          name: "S",
          subjects: ["a", "b.*"],
          storage: "memory",
          ...(given[0] as Json),
        };
        const verb = name === "createStream" ? "CREATE" : "UPDATE";
        return shown(await this.#api(`STREAM.${verb}.S`, config), ["did_create", "config"]);
      }
      case "createConsumer": {
        const config = { durable_name: "C", ...(given[0] as Json) };
        this.#unsettled = [];
        const answer = await this.#api("CONSUMER.DURABLE.CREATE.S.C", { stream_name: "S", config });
        return shown(answer, ["config", ...CONSUMER_STATE]);
      }
      case "deleteConsumer":
        return shown(await this.#api("CONSUMER.DELETE.S.C"), ["success"]);
      case "consumerInfo":
        return shown(await this.#api("CONSUMER.INFO.S.C"), CONSUMER_STATE);
      case "streamInfo":
        return shown(
          await this.#api("STREAM.INFO.S", { subjects_filter: given[0], deleted_details: true }),
          ["state"],
        );
      case "get":
        return shown(await this.#api("STREAM.MSG.GET.S", given[0]), ["message"]);
      case "deleteMessage":
        return shown(await this.#api("STREAM.MSG.DELETE.S", { seq: given[0] }), ["success"]);
      case "purge":
        return shown(await this.#api("STREAM.PURGE.S", given[0]), ["success", "purged"]);
      case "directGet":
        return this.#client
          .request("$JS.API.DIRECT.GET.S", JSON.stringify(given[0]), { timeout: 2000 })
          .then(shownMessage, (error: Error) => error.message);
      case "publish":
        return this.#publish(given[0] as string, given[1] as string, given[2] as Json);
      case "fetch":
        return this.#fetch(given[0] as number);
      case "settle":
        return this.#settle(given[0] as number, given[1] as string);
      default:
        throw new Error(`there is no step ${name}`);
    }
  }

  async #api(subject: string, body?: unknown): Promise<Json> {
    const answer = await this.#client.request(
      `$JS.API.${subject}`,
      body === undefined ? "" : JSON.stringify(body),
      { timeout: 5000 },
    );
    return answer.json();
  }

  async #publish(subject: string, payload: string, fields: Json): Promise<string> {
    const sent = headers();
    for (const [name, value] of Object.entries(fields)) sent.set(name, String(value));
    const options = { timeout: 2000, ...(Object.keys(fields).length > 0 ? { headers: sent } : {}) };
    try {
      const answer = await this.#client.request(subject, payload, options);
      return shown(answer.json(), ["stream", "seq", "duplicate"]);
    } catch (error) {
      return String((error as Error).message);
    }
  }

  async #fetch(batch: number): Promise<string> {
    const inbox = createInbox();
    const subscription = this.#client.subscribe(inbox);
    this.#client.publish(
      "$JS.API.CONSUMER.MSG.NEXT.S.C",
      JSON.stringify({ batch, no_wait: true }),
      {
        reply: inbox,
      },
    );
    const seen: string[] = [];
    const timer = setTimeout(() => subscription.unsubscribe(), 10_000);
    for await (const message of subscription) {
      seen.push(shownMessage(message));
      const status = message.headers?.code ?? 0;
      if (status === 0) this.#unsettled.push(message);
      if (status !== 0 || seen.length === batch) break;
    }
    clearTimeout(timer);
    return seen.join("; ");
  }

  async #settle(index: number, word: string): Promise<string> {
    const message = this.#unsettled[index];
    if (message?.reply === undefined) return "nothing to settle";
    if (word !== "+WPI") this.#unsettled.splice(index, 1);
    await this.#client.request(message.reply, word, { timeout: 1000 }).catch(() => undefined);
    return "settled";
  }
}

const CONSUMER_STATE = [
  "delivered",
  "ack_floor",
  "num_ack_pending",
  "num_redelivered",
  "num_pending",
];

/** What is no time and no release's own. */
const LEFT_OUT = new Set([
  "created",
  "ts",
  "first_ts",
  "last_ts",
  "last_active",
  "time",
  "metadata",
  "name",
  "consumer_count",
  // Of releases after 2.10.
  "allow_msg_ttl",
  "allow_atomic",
  "allow_msg_counter",
  "allow_msg_schedules",
  "allow_batched",
  "persist_mode",
  "consumer_limits",
  "first_seq_cs",
]);

function shown(answer: Json, fields: readonly string[]): string {
  const { error } = answer as { error?: { err_code: number; description: string } };
  if (error !== undefined) return `${error.err_code} ${error.description}`;
  return JSON.stringify(plain(Object.fromEntries(fields.map((field) => [field, answer[field]]))));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !LEFT_OUT.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, plain(inner)]),
  );
}

/** Headers that are a time, or that 2.10 does not have. */
const NEWER = new Set([
  "Nats-Time-Stamp",
  "Nats-Subject-Rejected",
  "Nats-Pending-Messages",
  "Nats-Pending-Bytes",
]);

/** Subject, what the acknowledgement's subject says but for the time, headers and payload. */
function shownMessage(message: Msg): string {
  const ack = message.reply?.startsWith("$JS.ACK.")
    ? message.reply
        .split(".")
        .filter((_, index) => index !== 7)
        .join(".")
    : "";
  const { code = 0, description = "" } = message.headers ?? {};
  // What is left of a request that got something ends with 408 in 2.10, with 404 since.
  const status =
    code === 0 ? "" : code === 404 || code === 408 ? "no more" : `${code} ${description}`;
  const fields = [...(message.headers ?? [])]
    .filter(([name]) => !NEWER.has(name) && !(code === 503 && name === "Nats-Subject"))
    .map(([name, values]) => `${name}=${values.join(",")}`);
  const place = message.subject.startsWith("_INBOX") ? "" : message.subject;
  return [place, ack, status, ...fields, message.string()].filter((part) => part !== "").join(" ");
}
