/** An account with JetStream in memory or in a folder, and a client that asks it: for the tests of this folder. */
import { type Clock, createClock } from "../../clock.ts";
import { createJournal, type Journal } from "../../journal.ts";
import { Account } from "../model/account.ts";
import { surroundingsOf } from "../model/surroundings.ts";
import { encodeHeaders, headerRecord } from "../wire/headers.ts";
import type { AccountLimits, JetStream, Surroundings } from "./contract.ts";
import { createJetStream } from "./jetstream.ts";

interface Reply {
  readonly headers: Record<string, string>;
  readonly status: string;
  readonly text: string;
}

/** JSON: a test says itself what it expects of it. */
type Json = ReturnType<typeof JSON.parse>;

export interface AccountBench {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly jetstream: JetStream;
  readonly surroundings: Surroundings;
  /** What a request brings: each message's headers and text. */
  request(subject: string, body?: unknown, headers?: Record<string, string>): Reply[];
  api(call: string, body?: unknown): Json;
  put(subject: string, text?: string, headers?: Record<string, string>): Json;
  /** A stream's. */
  state(name: string): Json;
}

export function account(storeDir?: string, limits: Partial<AccountLimits> = {}): AccountBench {
  const clock = createClock();
  const journal = createJournal(clock);
  const surroundings = surroundingsOf(new Account("$G"), { clock, journal, log: () => {} });
  const jetstream = createJetStream(surroundings, {
    serverName: "test",
    maxMemory: -1,
    maxStorage: -1,
    ...limits,
    ...(storeDir === undefined ? {} : { storeDir }),
  });
  let inboxes = 0;
  function request(subject: string, body: unknown = "", headers?: Record<string, string>) {
    const reply = `_INBOX.${++inboxes}`;
    const got: Reply[] = [];
    const stop = surroundings.subscribe(reply, (heard) => {
      const first =
        Buffer.from(heard.headers ?? "")
          .toString()
          .split("\r\n")[0] ?? "";
      got.push({
        headers: headerRecord(heard.headers),
        status: first.replace("NATS/1.0", "").trim(),
        text: Buffer.from(heard.payload).toString(),
      });
    });
    surroundings.publish(subject, {
      reply,
      payload: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
      ...(headers === undefined ? {} : { headers: encodeHeaders(headers) }),
    });
    stop();
    return got;
  }
  return {
    clock,
    journal,
    jetstream,
    surroundings,
    request,
    api: (call: string, body?: unknown) =>
      JSON.parse(request(`$JS.API.${call}`, body)[0]?.text ?? "null"),
    put: (subject: string, text = "", headers?: Record<string, string>) =>
      JSON.parse(request(subject, text, headers)[0]?.text ?? "null"),
    state: (name: string) => account_state(name),
  };
  function account_state(name: string) {
    return JSON.parse(request(`$JS.API.STREAM.INFO.${name}`)[0]?.text ?? "{}").state;
  }
}
