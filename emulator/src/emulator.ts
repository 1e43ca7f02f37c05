/** What every user of the emulator holds, in process or across a worker thread. */
import type { Fault, FaultRule } from "./faults.ts";
import type { JournalEvent, ProtocolName } from "./journal.ts";

/** How to start. */
export interface EmulatorOptions {
  /** A port for each protocol; 0 means any free one. Default: the protocol's own (NATS 4222, MQTT 1883), else a free one. */
  readonly ports?: Partial<Record<ProtocolName, number>>;
  /** Which protocols to open. Default: all that are spoken. */
  readonly only?: readonly ProtocolName[];
  /** Whether a port that is taken is replaced by a free one (default) or an error. */
  readonly moveTakenPorts?: boolean;
  /** Credentials that clients must give. Default: none asked. */
  readonly auth?: { readonly user?: string; readonly password?: string; readonly token?: string };
  /** Bounds. NATS max_payload and the MQTT packet limit, bytes; default 1 MiB. */
  readonly maxPayload?: number;
}

/** One protocol that is open. */
export interface EmulatorServer {
  readonly protocol: ProtocolName;
  /** For clients: `nats://127.0.0.1:4222`, `mqtt://127.0.0.1:1883`. */
  readonly url: string;
  readonly port: number;
  /** The port that was asked for, where another had to be taken. */
  readonly movedFrom?: number;
}

/** A running emulator. The same in process and in a worker thread, so everything answers later. */
export interface Emulator extends AsyncDisposable {
  readonly servers: readonly EmulatorServer[];
  /** Calls back for every event of the journal from now on, in order. Returns the way to stop. */
  onEvents(listener: (events: readonly JournalEvent[]) => void): () => void;
  /** The events still in the ring with `seq` above `after` (default 0). */
  events(after?: number): Promise<readonly JournalEvent[]>;
  /** Arms a fault; see faults.ts for the vocabulary. */
  inject(rule: FaultRule): Promise<Fault>;
  /** Moves the clock forward by `ms`. */
  advance(ms: number): Promise<void>;
  /** Publishes as the workbench: the event's client is named `workbench`. Rejects with the reason a client would be given. */
  publish(message: {
    protocol: ProtocolName;
    channel: string;
    payload: Uint8Array;
    headers?: Readonly<Record<string, string>>;
    key?: string;
    /** Asks for an answer, which the journal shows as delivered to the workbench. NATS only so far; others send without. */
    answer?: boolean;
  }): Promise<void>;
  /** Closes ports and connections. Safe to call twice. */
  close(): Promise<void>;
}
