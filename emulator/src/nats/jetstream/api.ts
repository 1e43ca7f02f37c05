/** `$JS.API.>`: a request comes on a subject, its answer is JSON in an envelope. https://docs.nats.io/reference/reference-protocols/nats_api_reference */
import { subjectMatches } from "../model/subjects.ts";
import { asksTooMuch } from "./api-level.ts";
import { ApiError, type ApiTable, type Heard, type JetStreamView } from "./contract.ts";
import { refusal } from "./errors.ts";

/** Answers what the table has. Counts as nats-server does: an answer is counted after it was made. */
export class Api {
  readonly #table: ApiTable;
  readonly #jetstream: JetStreamView;
  readonly #server: string;
  /** By the tokens that are no wildcards, as all requests of one kind have the same. */
  readonly #rows: readonly { readonly pattern: string; readonly row: ApiTable[string] }[];
  readonly #stops: readonly (() => void)[];
  total = 0;
  errors = 0;

  constructor(table: ApiTable, jetstream: JetStreamView, server: string) {
    this.#table = table;
    this.#jetstream = jetstream;
    this.#server = server;
    this.#rows = Object.entries(table).map(([pattern, row]) => ({ pattern, row }));
    this.#stops = this.#roots().map((root) => jetstream.hear(root, (heard) => this.#answer(heard)));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /**
   * What is heard: whole families, so that an unknown member has a responder too. Not so CONSUMER.MSG and DIRECT, which
   * only the consumers and streams that there are hear.
   */
  #roots(): string[] {
    const roots = Object.keys(this.#table).map((pattern) => {
      const [family = "", kind = "", ...rest] = pattern.split(".");
      if (kind === "") return family;
      if (family !== "CONSUMER") return `${family}.>`;
      return rest.length > 0 ? `${family}.${kind}.>` : pattern;
    });
    return [...new Set([...roots, "META.>", "SERVER.>", "ACCOUNT.>"])];
  }

  #answer(heard: Heard): void {
    const subject = heard.subject.slice(heard.subject.indexOf(".API.") + 5);
    const found = this.#rows.find(({ pattern }) => subjectMatches(pattern, subject));
    // What it does not know nats-server leaves unanswered.
    if (found === undefined) {
      const { surroundings } = this.#jetstream;
      return surroundings.log(`nats: $JS.API.${subject} is not offered, it has no answer`);
    }
    let answer: object | undefined;
    try {
      if (asksTooMuch(heard.headers)) throw refusal("apiLevel");
      const params = wildcards(found.pattern, subject);
      answer = found.row.run({
        params,
        heard,
        // Read only when it is asked for: some requests say first that there should be none.
        get body() {
          return parse(heard.payload);
        },
      });
      if (answer === undefined) return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, errCode: err_code, message: description } = error;
      answer = { error: { code, err_code, description }, ...found.row.beside };
      this.errors++;
    }
    this.total++;
    const text = JSON.stringify({ type: found.row.type, ...answer });
    if (heard.reply !== undefined)
      this.#jetstream.surroundings.publish(heard.reply, {
        payload: Buffer.from(text),
        quiet: true,
      });
    this.#audit(heard, text);
  }

  #audit(heard: Heard, response: string): void {
    const subject = "$JS.EVENT.ADVISORY.API";
    if (!this.#jetstream.surroundings.interest(subject)) return;
    const request = Buffer.from(heard.payload).toString("utf8");
    const { client } = heard;
    this.#jetstream.advise(subject, "io.nats.jetstream.advisory.v1.api_audit", {
      server: this.#server,
      client:
        client === null
          ? null
          : {
              host: "127.0.0.1",
              id: client.connection,
              name: client.name || undefined,
              server: this.#server,
              kind: "Client",
              client_type: "nats",
            },
      subject: heard.subject,
      request: request === "" ? undefined : request,
      response,
    });
  }
}

function parse(payload: Uint8Array): unknown {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refusal("invalidJson");
  }
}

/** What stands for each wildcard. */
function wildcards(pattern: string, subject: string): string[] {
  const tokens = subject.split(".");
  return pattern.split(".").flatMap((token, at) => {
    if (token === ">") return tokens.slice(at).join(".");
    return token === "*" ? (tokens[at] ?? "") : [];
  });
}
