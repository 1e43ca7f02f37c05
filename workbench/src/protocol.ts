/**
 * What the page and the session say to each other, in VS Code and in the browser. Imports nothing but the Topology; all JSON.
 * The session checks every message that comes from a page before acting (session/guard.ts).
 */
import type { ChannelKind, Operation, Place, ProtocolName, Topology } from "./topology.ts";

export type * from "./topology.ts";

/** The largest message a page may send: 1 MB of JSON text. */
export const PAGE_MESSAGE_BYTES = 1_000_000;

// ---------------------------------------------------------------- session → page

export type SessionMessage =
  /** Everything but traffic; sent whole when anything in it changes. */
  | { readonly kind: "state"; readonly state: WorkbenchState }
  /** New events, in order. One moving message in the picture is one `delivered` event. */
  | { readonly kind: "traffic"; readonly events: readonly TrafficEvent[] }
  /** The traffic was cleared: forget events up to and including `seq`; counters start again from 0. */
  | { readonly kind: "traffic-cleared"; readonly seq: number }
  /** The answer to a page message that carries a `request`. */
  | { readonly kind: "answer"; readonly request: number; readonly answer: Answer }
  /** The shell asks the page to centre on a node (a service's, channel's or operation's id) … */
  | { readonly kind: "focus"; readonly id: string }
  /** … or to open the message form of an operation or channel. */
  | { readonly kind: "compose"; readonly id: string };

export interface WorkbenchState {
  readonly shell: ShellKind;
  /** The workspace folder's name. */
  readonly workspace: string;
  /** false in an untrusted workspace: starting, running and sending are off, and `untrustedReason` says why. */
  readonly trusted: boolean;
  readonly untrustedReason?: string;
  /** Analysis: `reading` before the first topology. */
  readonly analysis: { readonly status: "reading" | "ready" | "failed"; readonly error?: string };
  readonly topology: Topology;
  readonly emulator: EmulatorState;
  /** Real brokers that a message may be sent to, by the id of the server that names them: their addresses, without credentials. */
  readonly realBrokers: Readonly<Record<string, string>>;
  /** One for each service of the topology, by service id. */
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly savedMessages: readonly SavedMessage[];
}

export type ShellKind = "vscode" | "browser";

export interface EmulatorState {
  readonly status: "stopped" | "starting" | "running" | "failed";
  readonly servers: readonly {
    readonly protocol: ProtocolName;
    readonly url: string;
    readonly port: number;
    readonly movedFrom?: number;
  }[];
  readonly error?: string;
}

export interface ServiceState {
  readonly status: "stopped" | "starting" | "running" | "stopping" | "crashed";
  /** As it would be typed; null where nothing says how to start it. */
  readonly command: string | null;
  readonly pid?: number;
  /** For `crashed`: what happened, with the last lines of its output. */
  readonly error?: string;
}

/** A journal event as the page shows it. */
export interface TrafficEvent {
  readonly seq: number;
  /** ms since 1970. */
  readonly time: number;
  readonly kind:
    | "published"
    | "delivered"
    | "acknowledged"
    | "rejected"
    | "redelivered"
    | "dead-lettered"
    | "expired"
    | "dropped";
  readonly protocol: ProtocolName;
  /** Concrete: `shipments/42/dispatched`. */
  readonly address: string;
  /** The same for all events of one message; with the protocol's emulator it is unique. */
  readonly message: number;
  /** Who: a service of the topology, the workbench itself, a client nobody knows, or the broker by itself. */
  readonly actor:
    | { readonly kind: "service"; readonly id: string }
    | { readonly kind: "workbench" }
    | { readonly kind: "unknown"; readonly name: string }
    | { readonly kind: "broker" };
  /** The topology's channels and operations this event belongs to: a send operation for `published`, receive operations for the others. */
  readonly channels: readonly string[];
  readonly operations: readonly string[];
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly replyTo?: string;
  /** For an answer: the `message` of its request, whose channel it is shown on (its own address is an inbox that no code names). */
  readonly replyOf?: number;
  readonly reason?: string;
  readonly payload: Payload;
  /** The chain it belongs to, and how that is known. `cause` is the `message` whose handling published this one. */
  readonly chain: {
    readonly id: string;
    readonly by: "trace" | "correlation" | "inferred" | "none";
    readonly cause?: number;
  };
}

export interface Payload {
  readonly base64: string;
  readonly size: number;
  /** Decoded for reading: indented JSON, text, or hexadecimal; at most 64 kB. */
  readonly preview: string;
  readonly format: "json" | "text" | "binary";
  /** Whether `base64` and `preview` were cut. */
  readonly cut: boolean;
}

/** `.millrace/messages/<name>.json`, meant to be committed. */
export interface SavedMessage {
  readonly name: string;
  readonly protocol: ProtocolName;
  /** Where it is no plain address: a queue, a list, a stream … */
  readonly kind?: ChannelKind;
  /** RabbitMQ: the exchange that the address is a routing key for. */
  readonly exchange?: string;
  /** NATS: the bucket that the address is a key of. */
  readonly bucket?: string;
  readonly address: string;
  readonly payload: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
}

// ---------------------------------------------------------------- page → session

export type PageMessage =
  /** The page is there and wants the state and the traffic so far. */
  | { readonly kind: "ready" }
  | { readonly kind: "start-emulator" }
  | { readonly kind: "stop-emulator" }
  | { readonly kind: "start-service"; readonly id: string }
  | { readonly kind: "stop-service"; readonly id: string }
  | { readonly kind: "start-all" }
  | { readonly kind: "stop-all" }
  | { readonly kind: "clear-traffic" }
  /** Show a place in the code; the browser shell cannot and the page then only shows file:line. */
  | { readonly kind: "open"; readonly place: Place }
  /** The draft of a message for an operation's channel: last edit, else a sample made from the schema by `seed`. Answered by `draft`. */
  | {
      readonly kind: "draft";
      readonly request: number;
      readonly operation: string;
      readonly seed?: number;
    }
  /** Judges a draft against the schema of its operation. Answered by `checked`. Also remembers it as the last edit. */
  | {
      readonly kind: "check";
      readonly request: number;
      readonly operation: string;
      readonly draft: Draft;
    }
  /** Sends to the emulator, or where `real` is set to the real broker of the operation's server. Refused with `failed` where the payload does not fit and `anyway` is not set. Answered by `sent` or `failed`. */
  | {
      readonly kind: "send";
      readonly request: number;
      readonly operation: string;
      readonly draft: Draft;
      readonly anyway?: boolean;
      readonly real?: boolean;
    }
  | {
      readonly kind: "save-message";
      readonly request: number;
      readonly operation: string;
      readonly name: string;
      readonly draft: Draft;
    };

/** A message as it stands in the form. */
export interface Draft {
  /** Values for the address' `{param}`s. */
  readonly params: Readonly<Record<string, string>>;
  /** The payload's text: JSON where the operation has a schema, else as it is. */
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key?: string;
}

export type Answer =
  | {
      readonly kind: "draft";
      readonly draft: Draft;
      readonly operation: Operation;
      readonly from: "last-edit" | "sample" | "saved";
    }
  | { readonly kind: "checked"; readonly findings: readonly Finding[] }
  /** Sent: the chain whose events show what it set off, and the events' `message`. `to` is a real broker, whose events nobody sees. */
  | {
      readonly kind: "sent";
      readonly chain: string;
      readonly message: number | null;
      readonly to?: string;
    }
  | { readonly kind: "saved"; readonly file: string }
  | { readonly kind: "failed"; readonly reason: string; readonly findings?: readonly Finding[] };

/** Something in a draft that does not fit. */
export interface Finding {
  /** JSON pointer into the payload, "" for the whole; `params/x` and `headers/x` for the others. */
  readonly pointer: string;
  readonly message: string;
}
