/** One server's side of a scripted comparison: what is asked of its JetStream, and all that was seen, as text. */
import { connect, createInbox, headers, type Msg, type NatsConnection } from "nats";

/** What a subject has brought so far. */
export interface Inbox {
  readonly reply: string;
  /** Waits until so many have come altogether, and notes those that are new. */
  until(count: number): Promise<readonly Msg[]>;
  /** Notes what has come by now. */
  now(): Promise<readonly Msg[]>;
}

type Json = Readonly<Record<string, unknown>>;

export class Peer {
  readonly seen: string[] = [];
  readonly #client: NatsConnection;
  /** What each server makes up itself, by the order in which it appears. */
  readonly #names = new Map<string, string>();

  private constructor(client: NatsConnection) {
    this.#client = client;
  }

  static async open(url: string): Promise<Peer> {
    return new Peer(await connect({ servers: url }));
  }

  async close(): Promise<void> {
    const { streams } = await this.#ask("STREAM.NAMES");
    for (const name of (streams as readonly string[] | null) ?? [])
      await this.#ask(`STREAM.DELETE.${name}`);
    await this.#client.close();
  }

  /** Asks the API, and notes the fields of its answer that are named. */
  async api(subject: string, body?: Json, fields: readonly string[] = []): Promise<Json> {
    const answer = await this.#ask(subject, body);
    this.#note(`${subject} ${JSON.stringify(body)}`, this.#shown(answer, fields));
    return answer;
  }

  /** Asks a stream's state until it has so many messages: what time does, nats-server does when it gets to it. */
  async messages(stream: string, count: number): Promise<void> {
    for (let tries = 0; tries < 10_000; tries++) {
      const { state } = await this.#ask(`STREAM.INFO.${stream}`);
      if ((state as Json)["messages"] === count) return;
      await this.#client.rtt();
    }
  }

  /** Asks the API with headers. */
  async ask(subject: string, fields: Json, body = ""): Promise<void> {
    const answer = await this.#client.request(`$JS.API.${subject}`, body, {
      timeout: 2000,
      headers: headersOf(fields),
    });
    this.#note(`${subject} ${JSON.stringify(fields)}`, this.#shown(answer.json(), []));
  }

  async publish(subject: string, payload = "", fields: Json = {}): Promise<Json> {
    const options = { timeout: 2000, headers: headersOf(fields) };
    let answer: Json = {};
    let text = "nothing";
    try {
      const { data } = await this.#client.request(subject, payload, options);
      if (data.length > 0) answer = JSON.parse(Buffer.from(data).toString()) as Json;
      text = data.length === 0 ? "empty" : this.#shown(answer, ACK);
    } catch (error) {
      text = String((error as Error).message);
    }
    this.#note(`publish ${subject} ${payload} ${JSON.stringify(fields)}`, text);
    return answer;
  }

  /** Sends and waits for nothing. */
  send(subject: string, payload = "", fields: Json = {}): void {
    this.#client.publish(subject, payload, { headers: headersOf(fields) });
  }

  /** An acknowledgement, or another word. */
  async settle(message: Msg | undefined, word = "+ACK"): Promise<void> {
    await this.#client.request(message?.reply ?? "", word, { timeout: 1000 });
  }

  pull(stream: string, consumer: string, request: Json | string): Inbox {
    const inbox = this.inbox(createInbox());
    const payload = typeof request === "string" ? request : JSON.stringify(request);
    const { reply } = inbox;
    this.#client.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, payload, { reply });
    return inbox;
  }

  direct(stream: string, request: Json): Inbox {
    const inbox = this.inbox(createInbox());
    const { reply } = inbox;
    this.#client.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(request), { reply });
    return inbox;
  }

  inbox(subject: string): Inbox {
    const got: Msg[] = [];
    let noted = 0;
    let came: () => void = () => {};
    this.#client.subscribe(subject, {
      callback: (_, message) => {
        got.push(message);
        came();
      },
    });
    const note = () => {
      const news = got.slice(noted);
      noted = got.length;
      for (const message of news) this.#note("  got", this.#message(message));
      return news;
    };
    return {
      reply: subject,
      until: async (count) => {
        const late = AbortSignal.timeout(8000);
        while (got.length < count && !late.aborted)
          await new Promise<void>((resolve) => {
            came = resolve;
            late.addEventListener("abort", () => resolve(), { once: true });
          });
        return note();
      },
      now: async () => {
        // What was sent before is there when two round trips are over.
        await this.#client.flush();
        await this.#ask("INFO");
        return note();
      },
    };
  }

  async #ask(subject: string, body?: Json): Promise<Json> {
    const payload = body === undefined ? "" : JSON.stringify(body);
    const answer = await this.#client.request(`$JS.API.${subject}`, payload, { timeout: 5000 });
    return answer.json();
  }

  #note(what: string, seen: string): void {
    this.seen.push(`${what} → ${seen}`);
  }

  #shown(answer: Json, fields: readonly string[]): string {
    const { error } = answer as {
      error?: { code: number; err_code: number; description: string };
    };
    // 2.11 and later say what of the JSON is wrong, in Go's words.
    if (error !== undefined)
      return `${error.code} ${error.err_code} ${error.description.replace(/^(invalid JSON): .*/, "$1")}`;
    const picked = fields.map((field) => [field, answer[field]] as const);
    return JSON.stringify(this.#plain(Object.fromEntries(picked)));
  }

  #plain(value: unknown, name = ""): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#plain(item));
    if (typeof value === "string") return MADE_UP.has(name) ? this.#nameOf(value) : value;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !LEFT_OUT.has(key))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, this.#plain(inner, key)]),
    );
  }

  #message(message: Msg): string {
    const { subject } = message;
    if (subject.startsWith("$JS.EVENT")) {
      const { type: _, ...event } = message.json<Json>();
      return `${subject} ${JSON.stringify(this.#plain(event))}`;
    }
    const ack = message.reply?.startsWith("$JS.ACK.")
      ? message.reply
          .split(".")
          .filter((_, index) => index !== 7)
          .join(".")
      : "";
    const { code = 0, description = "" } = message.headers ?? {};
    const fields = [...(message.headers ?? [])]
      .filter(([name]) => name !== "Nats-Time-Stamp")
      .map(([name, [value = ""]]) => {
        // Behind the subject 2.15 says which of the streams that had the name it was.
        const shown =
          name === "Nats-Stream-Source" ? value.split(" ").slice(0, 5).join(" ") : value;
        return `${name}=${MADE_UP.has(name) ? this.#nameOf(shown) : shown}`;
      });
    const place = subject.startsWith("_INBOX") ? "" : subject;
    const status = code === 0 ? "" : `${code} ${description}`;
    return [place, ack, status, ...fields, message.string()]
      .filter((part) => part !== "")
      .join(" ");
  }

  #nameOf(value: string): string {
    const known = this.#names.get(value) ?? `made-up-${this.#names.size + 1}`;
    this.#names.set(value, known);
    return known;
  }
}

const ACK = ["stream", "seq", "duplicate", "batch", "count", "val"];

/** Times, and what says the release. */
const LEFT_OUT = new Set([
  "id",
  "timestamp",
  "created",
  "ts",
  "first_ts",
  "last_ts",
  "last_active",
  "time",
  "metadata",
  "pinned_ts",
  "pause_remaining",
  "account",
  // Shown by 2.11 and later though they are not set.
  "allow_msg_ttl",
  "allow_batched",
  "persist_mode",
  "first_seq_cs",
  "consumer_limits",
  // With sources 2.12 and later have none of their own.
  "duplicate_window",
]);

const MADE_UP = new Set(["pinned_client_id", "pinned_id", "Nats-Pin-Id"]);

function headersOf(fields: Json) {
  const sent = headers();
  for (const [name, value] of Object.entries(fields)) sent.set(name, String(value));
  return sent;
}
