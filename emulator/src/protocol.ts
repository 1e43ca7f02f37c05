/**
 * The only door between the emulator and a wire protocol. A protocol opens once, takes the connections of its listener
 * and publishes what the workbench sends; ports, clocks, faults and the journal are given to it.
 */
import type { Server as HttpServer } from "node:http";
import type { Clock } from "./clock.ts";
import type { EmulatorServer, EmulatorTls, FurtherName, KafkaUser, MqttUser } from "./emulator.ts";
import type { FaultEngine } from "./fault-engine.ts";
import type { Journal, ProtocolName } from "./journal.ts";

/** What every protocol is opened with. */
export interface ProtocolContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: FaultEngine;
  /** What clients must show, or null where none is asked. */
  readonly auth: Credentials | null;
  readonly mqttUsers?: readonly MqttUser[];
  readonly kafkaUsers?: readonly KafkaUser[];
  readonly kafkaBrokers?: number;
  readonly kafkaAsVersion?: string;
  readonly kafkaConfigs?: Readonly<Record<string, string>>;
  /** What the server shows to clients with TLS. */
  readonly tls?: EmulatorTls;
  /** The largest payload, bytes. */
  readonly maxPayload: number;
  /** Tells whoever runs the emulator what it does not offer; each line is said once. */
  log(text: string): void;
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
  /** Null until TLS has begun. */
  tls?(): TlsPeer | null;
  /** Hands bytes to the system, with all else of this turn of the loop. Returns how many wait to be sent, these included. */
  write(bytes: Uint8Array): number;
  /** As `write`, in UTF-8. */
  writeText(text: string): number;
  /** Calls back once, when the system has taken all that waits. */
  whenSent?(callback: () => void): void;
  /** Stops reading until `resume`. What was read already still comes. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once; what waits to be sent is lost. */
  destroy(): void;
}

/** The client of a connection with TLS. */
export interface TlsPeer {
  /** All that its certificate stands for; none where it showed none. */
  readonly names: readonly string[];
  /** Of the certificate's subject. */
  readonly commonName: string | null;
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** As the standards name it: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  readonly certificate: TlsCertificate | null;
}

/** Times in ms since 1970. */
interface TlsCertificate {
  /** What there is by type (`CN`), in the order of the certificate. */
  readonly subject: ReadonlyMap<string, readonly string[]>;
  readonly issuer: ReadonlyMap<string, readonly string[]>;
  readonly from: number;
  readonly until: number;
}

/** What a protocol makes of a connection. The listener calls it; it answers on the connection. */
export interface Session {
  /** The next bytes. Never throws: what cannot be understood ends this connection, with the protocol's own error. */
  receive(chunk: Uint8Array): void;
  /** The first bytes were an HTTP request, or lack the TLS that is required. Says the protocol's word for it; the listener closes after. */
  refuse(lacksTls?: boolean): void;
  /** The connection is gone. Called once. */
  closed(): void;
}

/** What the workbench publishes. */
export interface WorkbenchMessage {
  readonly channel: string;
  /** As in the journal: Redis' `list` and `stream`, RabbitMQ's `queue` and `exchange:NAME`. */
  readonly channelType?: string;
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
  /** The whole model as plain data: what `structuredClone` takes, nothing that lives. Connections are not part of it. */
  snapshot?(): unknown;
  /**
   * Replaces the model by what `snapshot` gave at `time` of that emulator's clock, from which it knows how much time was
   * left. Throws or rejects where it cannot be read, and then leaves everything as it was.
   */
  restore?(snapshot: unknown, time: number): void | Promise<void>;
  /** Ends what runs by itself. The listener has closed the connections before. */
  close(): Promise<void>;
  readonly further?: readonly FurtherPort[];
  /** How many ports of its own it has: a cluster's nodes have one each, one after the other. Default 1. */
  readonly nodes?: number;
  /** Told the nodes' ports when all of them listen, and those with TLS, where there are any. */
  listening?(ports: readonly number[], withTls: readonly number[]): void;
}

/** A port beside the protocol's own that speaks HTTP: a management API, WebSockets. In options: `rabbitmq-management`. */
export interface FurtherPort {
  readonly name: FurtherName;
  readonly defaultPort: number;
  /** For connection strings: `http://`. */
  readonly scheme: string;
  /** Called for the first connection: nothing of it is loaded before. The server is handed its connections, and listens nowhere itself. */
  serve(terms: FurtherTerms): Promise<HttpServer>;
}

export interface FurtherTerms {
  /** Where the protocol is, all its ports. */
  readonly server: EmulatorServer;
  nextConnection(): number;
}

/** How a protocol is found: a row of the table in emulator.ts' `startEmulator`. */
export interface ProtocolKind {
  readonly name: ProtocolName;
  readonly defaultPort: number;
  /** For connection strings: `nats://`. */
  readonly scheme: string;
  /** Where its clients expect TLS; without it there is none. */
  readonly tls?: TlsKind;
  open(context: ProtocolContext): Promise<Protocol>;
}

export interface TlsKind {
  /** For connection strings: `tls://`. */
  readonly scheme: string;
  /** Null where clients begin it on the protocol's own port, after what the server says first. In options: `redis-tls`. */
  readonly defaultPort: number | null;
}

/** The client that the workbench is in the journal. */
export const WORKBENCH = { connection: 0, name: "workbench", port: null } as const;
