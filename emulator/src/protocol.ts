/**
 * The only door between the emulator and a wire protocol. A protocol opens once, takes the connections of its listener
 * and publishes what the workbench sends; ports, clocks, faults and the journal are given to it.
 */
import type { Clock } from "./clock.ts";
import type { FaultEngine } from "./fault-engine.ts";
import type { Journal, ProtocolName } from "./journal.ts";

/** What every protocol is opened with. */
export interface ProtocolContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultEngine;
  /** What clients must show, or null where none is asked. */
  readonly auth: Credentials | null;
  /** The largest payload, bytes. */
  readonly maxPayload: number;
}

export interface Credentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/** One accepted connection, as the listener hands it over. */
export interface Connection {
  /** Unique in this emulator's life. */
  readonly id: number;
  /** The client's own port. */
  readonly clientPort: number | null;
  /** The port that it came to. */
  readonly serverPort: number;
  /** Hands bytes to the system. Returns how many wait to be sent, these included. */
  write(bytes: Uint8Array): number;
  /** Stops reading until `resume`. What was read already still comes. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once; what waits to be sent is lost. */
  destroy(): void;
}

/** What a protocol makes of a connection. The listener calls it; it answers on the connection. */
export interface Session {
  /** The next bytes. Never throws: what cannot be understood ends this connection, with the protocol's own error. */
  receive(chunk: Uint8Array): void;
  /** The first bytes were an HTTP request. Says the protocol's word for it; the listener closes after. */
  refuse(): void;
  /** The connection is gone. Called once. */
  closed(): void;
}

/** What the workbench publishes. */
export interface WorkbenchMessage {
  readonly channel: string;
  readonly payload: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  /** Whether recipients are told where to answer; the answer is recorded as delivered to the workbench. */
  readonly answer?: boolean;
}

/** One protocol that is open. */
export interface Protocol {
  /** Takes a connection; what the server says first is written here. */
  accept(connection: Connection): Session;
  /** Rejects with the reason a client would be given. */
  publish(message: WorkbenchMessage): Promise<void>;
  /** Ends what runs by itself. The listener has closed the connections before. */
  close(): Promise<void>;
}

/** How a protocol is found: a row of the table in emulator.ts' `startEmulator`. */
export interface ProtocolKind {
  readonly name: ProtocolName;
  readonly defaultPort: number;
  /** For connection strings: `nats://`. */
  readonly scheme: string;
  open(context: ProtocolContext): Promise<Protocol>;
}

/** The client that the workbench is in the journal. */
export const WORKBENCH = { connection: 0, name: "workbench", port: null } as const;
