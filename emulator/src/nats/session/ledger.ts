/** What the journal, the counters and the faults know of one connection. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import type { JournalClient } from "../../journal.ts";
import type { Traffic } from "../model/client.ts";
import type { Message, Subscription } from "../model/router.ts";
import type { Server } from "../model/server.ts";
import { isJetStreamTalk, subjectMatches } from "../model/subjects.ts";
import type { Command } from "../wire/parser.ts";
import { entryOf } from "./entry.ts";
import { type ConnectOptions, readOptions } from "./options.ts";

/** Of `$JS.API` consumers and streams hear these themselves: nobody does where they are gone. */
const UNKNOWN_API = /^\$JS\.API\.(?!CONSUMER\.MSG\.|DIRECT\.)/;

type Publish = Command & { op: "pub" };

export class Ledger {
  readonly traffic: Traffic = { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 };
  readonly #server: Server;
  #client: JournalClient;

  constructor(server: Server, client: JournalClient) {
    this.#server = server;
    this.#client = client;
  }

  /** The client has said its name. */
  named(name: string): void {
    this.#client = { ...this.#client, name };
  }

  /** A command as the message that it publishes. */
  published({ subject, reply, headers, payload }: Publish): Message {
    const { journal } = this.#server.context;
    const message: { -readonly [Name in keyof Message]: Message[Name] } = {
      number: journal.nextMessage(),
      subject,
      payload,
      client: this.#client,
    };
    if (reply !== undefined) message.reply = reply;
    if (headers !== undefined) message.headers = headers;
    if (isJetStreamTalk(subject)) message.quiet = true;
    else journal.record(entryOf("published", message, this.#client));
    return message;
  }

  delivered(message: Message, subscription: Subscription, twice: boolean): void {
    if (message.quiet === true) return;
    const again = twice || message.delivery?.again === true;
    const kind = again ? "redelivered" : "delivered";
    this.#server.context.journal.record(entryOf(kind, message, this.#client, { subscription }));
  }

  /** Nobody got it. */
  unheard(message: Message): void {
    if (UNKNOWN_API.test(message.subject) && this.#server.options.jetstream !== null)
      this.#server.context.log(`nats: ${message.subject} is not offered, it has no answer`);
    if (message.quiet === true) return;
    this.#server.context.journal.record(
      entryOf("dropped", message, null, { reason: "no subscribers" }),
    );
  }

  lost(message: Message, reason: string, subscription?: Subscription): void {
    if (message.quiet === true) return;
    const more = subscription === undefined ? { reason } : { reason, subscription };
    this.#server.context.journal.record(entryOf("dropped", message, this.#client, more));
  }

  /** A command that a fault takes off the wire. */
  taken(command: Command, fault: FrameFault): void {
    if (command.op === "pub") this.lost(this.published(command), reasonOf(fault));
  }

  received({ payload, headers }: Publish): void {
    const bytes = payload.length + (headers?.length ?? 0);
    const all = this.#server.traffic;
    this.traffic.inMsgs++;
    this.traffic.inBytes += bytes;
    all.inMsgs++;
    all.inBytes += bytes;
  }

  sent({ payload, headers }: Message): void {
    const bytes = payload.length + (headers?.length ?? 0);
    const all = this.#server.traffic;
    this.traffic.outMsgs++;
    this.traffic.outBytes += bytes;
    all.outMsgs++;
    all.outBytes += bytes;
  }

  /** The fault that a frame meets. A client that connects is not named yet: `name` is what it says. */
  fault(
    operation: "connect" | "publish" | "subscribe" | "deliver",
    channel?: string,
    name: string = this.#client.name,
  ): FrameFault | null {
    const { faults } = this.#server.context;
    if (faults.armed === 0) return null;
    const frame = { protocol: "nats", operation, client: name, matches: subjectMatches } as const;
    return faults.next(channel === undefined ? frame : { ...frame, channel });
  }

  faultFor(command: Command, options: ConnectOptions): FrameFault | null {
    if (this.#server.context.faults.armed === 0) return null;
    switch (command.op) {
      case "connect":
        return this.fault("connect", undefined, readOptions(command.options, options)?.name);
      case "pub":
        return this.fault("publish", command.subject);
      case "sub":
        return this.fault("subscribe", command.subject);
      default:
        return null;
    }
  }
}
