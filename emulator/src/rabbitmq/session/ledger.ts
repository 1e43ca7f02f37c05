/** What the journal and the faults know of one connection. */
import { type FrameFault, reasonOf } from "../../fault-engine.ts";
import type { FaultOperation } from "../../faults.ts";
import type { JournalClient } from "../../journal.ts";
import type { ProtocolContext } from "../../protocol.ts";
import type { Delivery, Outgoing } from "../model/contract.ts";
import { entryOf } from "../model/journal-entries.ts";
import { topicMatches } from "./topic-matches.ts";

/** As much of a delivery as a client sees. */
export type Received = Pick<Delivery, "message" | "content" | "redelivered">;

/** As the journal knows where messages come from. */
export interface Subscription {
  readonly pattern: string;
  readonly group: string;
}

export class Ledger {
  readonly #context: ProtocolContext;
  #client: JournalClient;

  constructor(context: ProtocolContext, client: JournalClient) {
    this.#context = context;
    this.#client = client;
  }

  get client(): JournalClient {
    return this.#client;
  }

  /** The client has said its name. */
  named(name: string): void {
    this.#client = { ...this.#client, name };
  }

  /** `again`: a fault has sent it once more. */
  delivered({ message, content, redelivered }: Received, from: Subscription, again: boolean): void {
    const kind = redelivered || again ? "redelivered" : "delivered";
    const more = { content, subscription: from };
    this.#context.journal.record(entryOf(kind, message, this.#client, more));
  }

  settled(kind: "acknowledged" | "rejected", { message, content }: Delivery): void {
    this.#context.journal.record(entryOf(kind, message, this.#client, { content }));
  }

  /** It does not reach the client. */
  lost({ message, content }: Received, reason: string): void {
    this.#context.journal.record(entryOf("dropped", message, this.#client, { content, reason }));
  }

  /** A fault has taken what was to be published. */
  taken(outgoing: Outgoing, fault: FrameFault): void {
    const { journal } = this.#context;
    const message = { ...outgoing, number: journal.nextMessage() };
    journal.record(entryOf("published", message, this.#client));
    journal.record(entryOf("dropped", message, this.#client, { reason: reasonOf(fault) }));
  }

  /** The fault that a frame meets. A client that connects is not named yet: `name` is what it says. */
  fault(
    operation: FaultOperation | undefined,
    command: string,
    channel?: string,
    name: string = this.#client.name,
  ): FrameFault | null {
    const { faults } = this.#context;
    if (faults.armed === 0) return null;
    return faults.next({
      protocol: "rabbitmq",
      command,
      client: name,
      matches: topicMatches,
      ...(operation === undefined ? {} : { operation }),
      ...(channel === undefined ? {} : { channel }),
    });
  }
}
