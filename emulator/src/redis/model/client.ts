/** What the server knows of one client. Its connection is behind `Line`. */
import type { JournalClient } from "../../journal.ts";
import type { Argv, Bytes, ProtocolVersion, Push, Reply } from "../values.ts";
import type { User } from "./user.ts";

/** The way to a client. */
export interface Line {
  /** Sends what is no answer to a command: an invalidation, a line of MONITOR. */
  push(reply: Reply): void;
  /** Sends a channel's message, through the fault that it meets. */
  deliver(push: Push, channel: Bytes, steps: Delivery): void;
  /** Answers the command that blocked, and goes on with the commands behind it. */
  unblocked(answer: Reply): void;
  /** How many bytes have come and were not read yet. */
  readonly unread: number;
  /** Ends the connection, when what was answered is sent. */
  close(): void;
}

/** What becomes of a message. */
export interface Delivery {
  /** It goes out now; the second time where a fault duplicates it. */
  sent(again: boolean): void;
  lost(reason: string): void;
}

/** A transaction from MULTI to EXEC. */
export interface Transaction {
  readonly commands: Argv[];
  /** A command could not be queued: EXEC refuses the whole. */
  refused: boolean;
}

/** What the connection says of a client. */
export interface ClientFacts {
  readonly id: number;
  readonly created: number;
  readonly journal: JournalClient;
  readonly serverPort: number;
  readonly user: User;
}

export class Client {
  readonly id: number;
  /** ms since 1970. */
  readonly created: number;
  readonly line: Line;
  readonly address: string;
  readonly localAddress: string;
  /** Who it is in the journal. Its name there is what CLIENT SETNAME gave it. */
  journal: JournalClient;
  /** What it says of its library: CLIENT SETINFO. */
  readonly library: { name: Bytes; version: Bytes } = { name: "", version: "" };
  /** The database that it has selected. */
  database = 0;
  version: ProtocolVersion = 2;
  user: User;
  /** Whether it has shown who it is, or had not to. */
  authenticated: boolean;
  transaction: Transaction | null = null;
  /** CLIENT REPLY. `skipping` is for the command that comes next. */
  replies: "on" | "off" | "skip" | "skipping" = "on";
  readonly channels: Set<Bytes> = new Set();
  readonly patterns: Set<Bytes> = new Set();
  readonly shardChannels: Set<Bytes> = new Set();
  monitors = false;
  /** CLIENT NO-EVICT and NO-TOUCH. */
  keepsOut: { evict: boolean; touch: boolean } = { evict: false, touch: false };
  /** READONLY, as a cluster's clients send it. */
  readsOnly = false;
  /** Ends when its last command is answered. */
  leaving = false;
  /** When it last sent something, ms since 1970, and the command's name. */
  used: number;
  lastCommand = "NULL";

  constructor(facts: ClientFacts, line: Line) {
    this.id = facts.id;
    this.created = facts.created;
    this.used = facts.created;
    this.journal = facts.journal;
    this.address = `127.0.0.1:${facts.journal.port ?? 0}`;
    this.localAddress = `127.0.0.1:${facts.serverPort}`;
    this.user = facts.user;
    this.authenticated = facts.user.needsNoPassword;
    this.line = line;
  }

  get name(): Bytes {
    return this.journal.name;
  }

  set name(name: Bytes) {
    this.journal = { ...this.journal, name };
  }

  /** How many channels and patterns it is subscribed to: what SUBSCRIBE answers. */
  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  /** Whether it takes messages: with RESP2 it can do little else then. */
  get subscribed(): boolean {
    return this.subscriptions + this.shardChannels.size > 0;
  }

  push(reply: Reply): void {
    this.line.push(reply);
  }

  unblocked(answer: Reply): void {
    this.line.unblocked(answer);
  }
}
