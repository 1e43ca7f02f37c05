/**
 * Random scripts of a push consumer: to one client or to a group, with flow control. Heartbeats are asked for and too far
 * apart to be seen: when one comes is the clock's business.
 */
import fc from "fast-check";
import { connect, type Msg, type NatsConnection, type Subscription } from "nats";

type Step = readonly [name: string, ...arguments: readonly unknown[]];
type Json = Readonly<Record<string, unknown>>;

const SECOND = 1e9;
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });
/** Mostly one that is taken, so that there is something to see. */
const config = fc
  .tuple(
    fc.record({
      deliver_subject: fc.constant("push"),
      deliver_group: some(fc.constant("g")),
      deliver_policy: fc.constantFrom("all", "all", "last", "new", "last_per_subject"),
      ack_policy: fc.constantFrom("explicit", "explicit", "all", "none"),
      filter_subject: some(fc.constantFrom("a", "b.*")),
      max_deliver: some(fc.constantFrom(1, 2)),
      max_ack_pending: some(fc.constantFrom(1, 2)),
      headers_only: some(fc.boolean()),
    }),
    fc.constantFrom({}, {}, { flow_control: true, idle_heartbeat: 60 * SECOND }),
    fc.oneof(
      { weight: 12, arbitrary: fc.constant({}) },
      fc.constantFrom<Json>(
        { deliver_subject: "push.*" },
        { deliver_subject: "a" },
        { deliver_subject: "other" },
        { deliver_group: "h" },
        { flow_control: true },
        { idle_heartbeat: 1000 },
        { max_waiting: 1 },
        { max_batch: 1 },
        { sample_freq: "100%" },
        { sample_freq: "often" },
      ),
    ),
  )
  .map(([good, flow, more]): Json => ({ ...good, ...flow, ...more }));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constant("publish"), fc.constantFrom("a", "b.1", "b.2")),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant("flood"), fc.constantFrom(3, 12)) },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant("settle"),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom("+ACK", "-NAK", "+TERM", "+WPI"),
    ),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant("listen"), fc.constantFrom("", "g", "h")) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("leave")) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("info")) },
  fc.tuple(fc.constant("answer")),
  fc.tuple(fc.constant("create"), config),
  fc.tuple(fc.constant("delete")),
);

export const pushScript: fc.Arbitrary<readonly Step[]> = fc
  .tuple(config, fc.constantFrom("", "g"), fc.array(step, { minLength: 1, maxLength: 18 }))
  .map(([first, group, steps]) => [["create", first], ["listen", group], ...steps]);

/** What each step was answered and brought, on a stream of its own that is gone behind it. */
export async function playPush(url: string, steps: readonly Step[]): Promise<string[]> {
  const client = await connect({ servers: url });
  try {
    const stream = { name: "P", subjects: ["a", "b.*"], storage: "memory" };
    await client.request("$JS.API.STREAM.CREATE.P", JSON.stringify(stream), { timeout: 5000 });
    const player = new Player(client);
    const seen: string[] = [];
    for (const each of steps) {
      const answer = await player.step(each);
      seen.push([`${JSON.stringify(each)} → ${answer}`, ...(await player.brought())].join("\n  "));
    }
    return seen;
  } finally {
    await client.request("$JS.API.STREAM.DELETE.P").catch(() => {});
    await client.close();
  }
}

class Player {
  readonly #client: NatsConnection;
  readonly #got: Msg[] = [];
  #unsettled: Msg[] = [];
  #question: Msg | undefined;
  #listening: Subscription | undefined;

  constructor(client: NatsConnection) {
    this.#client = client;
  }

  async step([name, ...given]: Step): Promise<string> {
    switch (name) {
      case "create":
        return this.#api("CONSUMER.DURABLE.CREATE.P.C", {
          stream_name: "P",
          config: { durable_name: "C", ...(given[0] as Json) },
        });
      case "delete":
        return this.#api("CONSUMER.DELETE.P.C");
      case "info":
        return this.#api("CONSUMER.INFO.P.C");
      case "publish":
        return (await this.#client.request(String(given[0]), "x", { timeout: 5000 })).string();
      case "flood": {
        // A window is 2 MiB at first: after half of it the client is asked.
        const large = new Uint8Array(200_000);
        for (let count = Number(given[0]); count > 0; count--) {
          await this.#client.request("a", large, { timeout: 5000 });
          // How many are pending is in each message: it is delivered before the next is there.
          await this.#quiet();
        }
        return "sent";
      }
      case "listen": {
        this.#listening?.unsubscribe();
        const callback = (_: unknown, message: Msg) => void this.#got.push(message);
        const queue = String(given[0]);
        this.#listening = this.#client.subscribe("push", {
          callback,
          ...(queue === "" ? {} : { queue }),
        });
        return "listening";
      }
      case "leave":
        this.#listening?.unsubscribe();
        return "left";
      case "answer":
        if (this.#question?.reply === undefined) return "nothing to answer";
        this.#client.publish(this.#question.reply);
        this.#question = undefined;
        return "answered";
      case "settle": {
        const [message] = this.#unsettled.splice(Number(given[0]), 1);
        if (message?.reply === undefined) return "nothing to settle";
        await this.#client
          .request(message.reply, String(given[1]), { timeout: 2000 })
          .catch(() => {});
        return "settled";
      }
      default:
        throw new Error(`there is no step ${name}`);
    }
  }

  /**
   * Until nothing has come for two questions to the consumer: nats-server delivers a moment after it has confirmed, and
   * answers behind what it has delivered.
   */
  async #quiet(): Promise<void> {
    for (let quiet = 0, had = -1; quiet < 3; quiet++) {
      await this.#api("CONSUMER.INFO.P.C");
      await this.#client.flush();
      if (this.#got.length !== had) quiet = 0;
      had = this.#got.length;
    }
  }

  /** What came since the last time. */
  async brought(): Promise<string[]> {
    await this.#quiet();
    return this.#got.splice(0).map((message) => {
      const { code = 0, description = "" } = message.headers ?? {};
      if (code === 100 && message.reply !== undefined && message.reply !== "")
        this.#question = message;
      if (code === 0) this.#unsettled.push(message);
      return shownMessage(message, code, description);
    });
  }

  async #api(subject: string, body?: Json): Promise<string> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const answer = (
      await this.#client.request(`$JS.API.${subject}`, text, { timeout: 5000 })
    ).json<Json>();
    const { error, success } = answer as {
      error?: { err_code: number; description: string };
      success?: boolean;
    };
    if (error !== undefined) return `${error.err_code} ${error.description}`;
    if (success !== undefined) return `success ${success}`;
    const { config: own, ...state } = answer as { config: Json };
    const { metadata: _, ...shown } = own;
    const told = [
      "delivered",
      "ack_floor",
      "num_ack_pending",
      "num_redelivered",
      "num_pending",
      // nats-server hears of whom a changed deliver_subject reaches a moment after it has answered.
      ...(body === undefined ? ["push_bound"] : []),
    ].map((field) => [field, withoutTime((state as Json)[field])] as const);
    return JSON.stringify([shown, Object.fromEntries(told)]);
  }
}

function withoutTime(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { last_active: _, ...rest } = value as Json;
  return rest;
}

function shownMessage(message: Msg, code: number, description: string): string {
  const ack = (message.reply ?? "")
    .split(".")
    .map((token, at) => (at === 7 ? "time" : token))
    .join(".");
  const fields = [...(message.headers ?? [])].map(([name, values]) => `${name}=${values.join()}`);
  const status = code === 0 ? "" : `${code} ${description}`;
  const size = message.data.length > 10 ? `${message.data.length} bytes` : message.string();
  return [message.subject, ack, status, ...fields, size]
    .filter((part) => part !== "")
    .join(" ")
    .replaceAll(/(\$JS\.FC\.P\.C)\.\w+/g, "$1.some");
}
